"""What was done around visits, as auditors see it: accounts, keys, settings, computers, also from the command line.

And, apart, who was not let in.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.ledger import around, outbox
from gateway.ledger.around import Line
from gateway.pages import audit_trail, audit_words
from gateway.pages.rendering import page
from gateway.paging import Key, end_of
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_PAGE: Final = 50
_REFUSED: Final = "refused"
_COMMAND_LINE: Final = message("Command line")
_OF_COMMAND_LINE: Final = frozenset({"command line", "operator"})


@get("/audit/around", **allow(Who.AUDITOR))
async def show_around(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The newest first. That somebody looks further back than the first page is recorded."""
    after = Key.parse(request.query_params.get("after", ""))
    is_refused = request.query_params.get("of") == _REFUSED
    kinds = around.REFUSED if is_refused else around.KINDS

    def work(conn: Connection) -> dict[str, Any]:
        found = around.newest(conn, most=_PAGE + 1, after=after, kinds=kinds)
        names = audit_trail.names_of(conn, [*(line.entry.actor for line in found), *_meant(found)])
        return {
            "lines": [
                (line, _title(line), _who(line.entry.actor, names), _data(line, names)) for line in found[:_PAGE]
            ],
            "older": end_of(found, _PAGE, lambda line: line.key),
        }

    shown = await parts.database.read(work)
    if after is not None:
        key = after
        await parts.database.write(lambda conn: _record_search(conn, parts, session, key))
    return page(request, "pages/audit/around.html", of=_REFUSED if is_refused else None, **shown)


def _meant(lines: Iterable[Line]) -> Iterator[Actor]:
    """Whose account or session it was, where whoever tried is not known to be them."""
    for line in lines:
        staff = line.entry.data.get("staff")
        if isinstance(staff, str):
            yield Actor(ActorKind.ASSISTANT, staff)


def _title(line: Line) -> Message:
    return audit_words.EVENTS[EventName(line.entry.type)]


def _who(actor: Actor, names: Any) -> Message | str:
    if actor.kind in {ActorKind.SYSTEM, ActorKind.ADMIN} and actor.id in _OF_COMMAND_LINE:
        return _COMMAND_LINE
    return names.get(("staff", actor.id)) or audit_words.ACTORS[actor.kind]


def _data(line: Line, names: Any) -> list[tuple[str, str]]:
    """What is recorded of it, with the name of whose account or session it was."""
    said = [(key, _text(value)) for key, value in line.entry.data.items() if value is not None]
    name = names.get(("staff", line.entry.data.get("staff")))
    return [("name", name), *said] if name else said


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode() if isinstance(value, dict | list) else str(value)


def _record_search(conn: Connection, parts: Parts, session: StaffSession, after: Key) -> None:
    outbox.record(
        conn,
        chain=f"staff:{session.staff_id}",
        type=EventName.TRAIL_SEARCHED,
        actor=session.actor,
        data={"of": "around", "after": after.at.isoformat()},
        at=parts.clock.database_now(conn),
    )


HANDLERS = (show_around,)

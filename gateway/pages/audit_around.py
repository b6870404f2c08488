"""What was done around visits, as auditors see it: accounts, keys, settings, computers, also from the command line.

And, apart, who was not let in.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.ledger import around, outbox
from gateway.ledger.around import Line
from gateway.pages import audit_refusals, audit_trail, audit_words
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
        names = audit_trail.names_of(
            conn, [*(each.entry.actor for each in found), *(audit_refusals.about(each.entry) for each in found)]
        )
        return {
            "lines": [
                (line, audit_refusals.title(line.entry), _who(line.entry.actor, names), _said(line, names), _data(line))
                for line in found[:_PAGE]
            ],
            "older": end_of(found, _PAGE, lambda line: line.key),
        }

    shown = await parts.database.read(work)
    if after is not None:
        key = after
        await parts.database.write(lambda conn: _record_search(conn, parts, session, key))
    return page(request, "pages/audit/around.html", of=_REFUSED if is_refused else None, **shown)


def _who(actor: Actor, names: Any) -> Message | str:
    if actor.kind in {ActorKind.SYSTEM, ActorKind.ADMIN} and actor.id in _OF_COMMAND_LINE:
        return _COMMAND_LINE
    return names.get(("staff", actor.id)) or audit_words.ACTORS[actor.kind]


def _said(line: Line, names: Mapping[tuple[str, str], str]) -> list[Message]:
    """Of somebody who was not let in, what the data say in words."""
    return audit_refusals.said(line.entry, names) if EventName(line.entry.type) in around.REFUSED else []


def _data(line: Line) -> list[tuple[str, str]]:
    return [(key, _text(value)) for key, value in line.entry.data.items() if value is not None]


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

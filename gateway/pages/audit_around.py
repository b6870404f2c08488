"""What was done around visits, as auditors see it: accounts, keys, settings, computers, also from the command line.

And, apart, who was not let in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.days import end_of as end_of_day
from gateway.ledger import around, outbox
from gateway.ledger.around import Line
from gateway.pages import audit_refusals, audit_search, audit_trail, audit_words
from gateway.pages.rendering import page
from gateway.paging import Key, end_of
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_PAGE: Final = 50
_REFUSED: Final = "refused"
_ALL_KINDS: Final = message("All of them")
_COMMAND_LINE: Final = message("Command line")
_OF_COMMAND_LINE: Final = frozenset({"command line", "operator"})


@get("/audit/around", **allow(Who.AUDITOR))
async def show_around(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The newest first. That somebody looks for more than the first page is recorded."""
    looked = _Looked.of(request)

    def work(conn: Connection) -> dict[str, Any]:
        found = around.newest(conn, most=_PAGE + 1, after=looked.after, kinds=looked.kinds)
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
    if looked.is_search:
        await parts.database.write(lambda conn: _record_search(conn, parts, session, looked))
    return page(request, "pages/audit/around.html", of=looked.of_what, looked=looked, **shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What an address asks for; what cannot be meant is left out."""

    of_what: str | None
    kind: EventName | None
    """The one kind of event that is looked for; none: all of them."""
    until: date | None
    """The last day."""
    place: Key | None

    @classmethod
    def of(cls, request: AnyRequest) -> "_Looked":
        given = request.query_params
        of_what = _REFUSED if given.get("of") == _REFUSED else None
        everything = around.REFUSED if of_what else around.KINDS
        return cls(
            of_what=of_what,
            kind=next((each for each in everything if each.value == given.get("kind")), None),
            until=audit_search.day(given.get("until", "")),
            place=Key.parse(given.get("after", "")),
        )

    @property
    def after(self) -> Key | None:
        """Where the list begins: where a page ended, else with the last day."""
        if self.place is not None or self.until is None:
            return self.place
        return Key(end_of_day(self.until), "")

    @property
    def kinds(self) -> frozenset[EventName]:
        """What is listed."""
        return frozenset({self.kind}) if self.kind else self._everything

    @property
    def is_search(self) -> bool:
        """Whether more is looked for than what the page shows first."""
        return self.after is not None or self.kind is not None

    @property
    def options(self) -> list[dict[str, str]]:
        """The kinds that can be chosen, by their words in the reader's language."""
        known = sorted((str(audit_words.EVENTS[each]), each.value) for each in self._everything)
        return [{"value": "", "text": str(_ALL_KINDS)}, *({"value": value, "text": text} for text, value in known)]

    @property
    def fields(self) -> dict[str, str]:
        """As they stand in an address."""
        found = {"of": self.of_what, "kind": self.kind, "until": self.until and self.until.isoformat()}
        return {name: str(value) for name, value in found.items() if value}

    @property
    def _everything(self) -> frozenset[EventName]:
        return around.REFUSED if self.of_what else around.KINDS


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


def _record_search(conn: Connection, parts: Parts, session: StaffSession, looked: _Looked) -> None:
    outbox.record(
        conn,
        chain=f"staff:{session.staff_id}",
        type=EventName.TRAIL_SEARCHED,
        actor=session.actor,
        data={
            "of": "around",
            "after": looked.after.at.isoformat() if looked.after else None,
            "kind": looked.kind.value if looked.kind else None,
        },
        at=parts.clock.database_now(conn),
    )


HANDLERS = (show_around,)

"""The trail of one visit in words: who did what, when, where, and where it stands in the log."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, literal, select, union_all

from audit.entry import Actor, ActorKind
from audit.events import EventName
from audit.report import Verdict
from gateway.ledger import cosignatures
from gateway.ledger.trail import Logged, Trail, read_chain
from gateway.ledger.verdicts import LastVerdict
from gateway.pages import audit_words
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.people.tables import Staff
from gateway.terminals.tables import Terminal
from gateway.visits import inquiring, looking, reading
from gateway.visits.view import VisitView
from ui.i18n import Message, message

_MOST = 500
_STAFF = frozenset({ActorKind.ASSISTANT, ActorKind.AUDITOR, ActorKind.MANAGER, ActorKind.ADMIN})
_UNKNOWN = message("An event that this version does not know")
_NAMES = union_all(
    select(literal("staff").label("kind"), Staff.id, Staff.display_name.label("name")).where(
        Staff.id.in_(bindparam("staff", expanding=True))
    ),
    select(literal("terminal").label("kind"), Terminal.id, Terminal.name).where(
        Terminal.id.in_(bindparam("terminals", expanding=True))
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event in words."""

    at: datetime
    title: Message
    who: Message
    name: str | None
    """Of a member of staff, or of a connector."""
    terminal: str | None
    tone: str | None
    n: int
    index: int | None
    is_signed: bool
    code: str
    data: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTrail:
    """What the page of one visit shows."""

    view: VisitView
    trail: Trail
    steps: tuple[Step, ...]
    seen_size: int
    """Entries of the log that enough witnesses have seen."""
    may_see: bool
    """Whether this auditor has said why, in this quarter of an hour."""
    inquiry_id: str | None
    """The inquiry of this auditor that stands over the visit: what they do is shown to its resident later."""

    @property
    def signed(self) -> int:
        """How many of the events a signed checkpoint covers."""
        return sum(step.is_signed for step in self.steps)

    @property
    def witnessed(self) -> int:
        """How many of them people outside have seen the log grow by."""
        return sum(step.index is not None and step.index < self.seen_size for step in self.steps)


def gather(conn: Connection, parts: Parts, session: StaffSession, visit_id: str) -> ShownTrail:
    """Read a visit and its trail. Raises `NotFoundError`."""
    view = reading.for_auditor(conn, parts, visit_id)
    trail = read_chain(conn, visit_id, most=_MOST)
    inquiry_id = inquiring.standing_for(conn, session.staff_id, visit_id, view.now)
    if not may_see(conn, session, view):
        return ShownTrail(view=view, trail=trail, steps=(), seen_size=0, may_see=False, inquiry_id=inquiry_id)
    steps = steps_of(conn, trail)
    seen = cosignatures.standing(conn, parts.settings.log_witnesses).size
    return ShownTrail(view=view, trail=trail, steps=steps, seen_size=seen, may_see=True, inquiry_id=inquiry_id)


def may_see(conn: Connection, session: StaffSession, view: VisitView) -> bool:
    """Whether this auditor has said why they look into a visit, in this quarter of an hour."""
    return looking.reason_of(conn, view.id, session.actor, view.now) is not None


def steps_of(conn: Connection, trail: Trail) -> tuple[Step, ...]:
    """The events of a trail in words. One statement."""
    names = names_of(conn, (logged.entry.actor for logged in trail.events))
    return tuple(_step(logged, trail, names) for logged in trail.events)


def findings_of(last: LastVerdict) -> tuple[tuple[Message, int], ...]:
    """What a verification found, in words, and how often."""
    return tuple((audit_words.FINDINGS[Verdict(code)], total) for code, total in last.totals.items())


def names_of(conn: Connection, actors: Iterable[Actor]) -> Mapping[tuple[str, str], str]:
    """The names of staff and of terminals among actors, by `("staff", id)` or `("terminal", id)`."""
    known = list(actors)
    staff = sorted({actor.id for actor in known if actor.kind in _STAFF})
    terminals = sorted({actor.terminal for actor in known if actor.terminal})
    rows = conn.execute(_NAMES, {"staff": staff, "terminals": terminals})
    return {(row.kind, row.id): row.name for row in rows}


def _step(logged: Logged, trail: Trail, names: Mapping[tuple[str, str], str]) -> Step:
    entry = logged.entry
    event = next((event for event in EventName if event.value == entry.type), None)
    name = names.get(("staff", entry.actor.id)) if entry.actor.kind in _STAFF else None
    if entry.actor.kind is ActorKind.CONNECTOR:
        name = entry.actor.id
    return Step(
        at=entry.time,
        title=audit_words.EVENTS[event] if event else _UNKNOWN,
        who=audit_words.ACTORS[entry.actor.kind],
        name=name,
        terminal=names.get(("terminal", entry.actor.terminal or "")),
        tone="good" if event in audit_words.GOOD else "bad" if event in audit_words.BAD else None,
        n=entry.n,
        index=logged.index,
        is_signed=trail.is_signed(logged),
        code=entry.type,
        data=tuple((key, _text(value)) for key, value in entry.data.items() if value is not None),
    )


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

"""What the screen that faces the resident is about: the visit in hand at its terminal, and a short farewell after it.

A visit is on the screen while its assistant works at that terminal. While their session is locked, also for a
colleague's turn, the screen says no more than that it rests, and takes a no and a stop; once it is over it is blank.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from gateway.database.base import UtcDateTime
from gateway.parts import Parts
from gateway.people.access import DisplaySession
from gateway.people.tables import Session
from gateway.terminals.tables import Display
from gateway.visits import reading
from gateway.visits.errors import NotFoundError, OutOfOrderError
from gateway.visits.queries import visit_view
from gateway.visits.reading import OpenedVisit
from gateway.visits.states import IN_FRONT
from gateway.visits.tables import Visit, VisitState
from gateway.visits.view import VisitView

FAREWELL: Final = timedelta(seconds=90)
"""How long after a visit its feedback is asked for; nothing else of the visit is shown then."""


LONGEST_FAREWELL: Final = timedelta(minutes=15)
"""How long it can be put off by whoever needs more time."""

_IN_HAND: Final = timedelta(days=1)
"""How far back a visit in hand is looked for; one that was not touched for longer is not on a screen."""


class Phase(StrEnum):
    """What a display may show of the visit in hand at its terminal."""

    VISIT = "visit"
    RESTING = "resting"
    """The desk is locked: nothing of the visit but that it goes on, a no and a stop."""
    FAREWELL = "farewell"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class OnScreen:
    """The visit that a display is about, and how much of it may be shown."""

    phase: Phase
    view: VisitView | None


@dataclass(frozen=True, slots=True)
class Paired:
    """Since when a display is its terminal's, and until when more time was taken for a rating."""

    at: datetime | None
    farewell_until: datetime | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A visit as far as it decides how much of it may be shown."""

    state: VisitState
    closed_at: datetime | None
    is_at_work: bool
    is_there: bool


def _session_of(visit: Any, *, unlocked: bool) -> ColumnElement[bool]:
    """Whether the assistant of a visit has a living session at its terminal."""
    now = bindparam("now", type_=UtcDateTime())
    living = exists().where(
        Session.terminal_id == visit.terminal_id,
        Session.staff_id == visit.assistant_id,
        Session.ended_at.is_(None),
        Session.idle_until > now,
        Session.ends_at > now,
    )
    return living.where(Session.locked_at.is_(None)) if unlocked else living


def _which() -> ColumnElement[Any]:
    """What an assistant at work at a terminal has in hand there, open or over; else what anybody had last.

    One that is over is not passed by: another comes to the screen when the desk takes it in hand, never by itself.
    """
    working, newest = aliased(Visit), aliased(Visit)
    at_work = (
        select(working.id)
        .where(
            working.terminal_id == bindparam("terminal"),
            working.in_hand_at > bindparam("since", type_=UtcDateTime()),
            working.channel.in_(IN_FRONT),
            _session_of(working, unlocked=True),
        )
        .order_by(working.in_hand_at.desc(), working.opened_at.desc())
        .limit(1)
    )
    last = (
        select(newest.id)
        .where(
            newest.terminal_id == bindparam("terminal"), newest.in_hand_at.is_not(None), newest.channel.in_(IN_FRONT)
        )
        .order_by(newest.in_hand_at.desc(), newest.opened_at.desc())
        .limit(1)
    )
    return func.coalesce(at_work.scalar_subquery(), last.scalar_subquery())


def _with_presence(statement: Any) -> Select[Any]:
    at_work, there = _session_of(Visit, unlocked=True), _session_of(Visit, unlocked=False)
    added: Select[Any] = statement.add_columns(at_work.label("is_at_work"), there.label("is_there"))
    return added.where(Visit.id == _which())


_WHOLE = _with_presence(visit_view())
_STANDING = _with_presence(select(Visit.id, Visit.state, Visit.closed_at))
_OWN = select(
    Display.terminal_id,
    Display.paired_at,
    Display.offer_number,
    Display.offer_until,
    Display.farewell_until,
    Display.language,
    Display.is_large,
    Display.chosen_for,
    Display.chosen_language,
    Display.chosen_large,
).where(Display.id == bindparam("display"), Display.revoked_at.is_(None))


def on_screen(conn: Connection, parts: Parts, session: DisplaySession) -> OnScreen:
    """What a display is about now; one statement."""
    if session.terminal_id is None:
        return OnScreen(Phase.NOTHING, None)
    now = parts.clock.now()
    row = conn.execute(_WHOLE, _at(session.terminal_id, now)).one_or_none()
    if row is None:
        return OnScreen(Phase.NOTHING, None)
    view = reading.made(row, now)
    seen = _Seen(view.visit["state"], view.visit["closed_at"], row.is_at_work, row.is_there)
    phase = _phase(seen, Paired(session.paired_at, session.farewell_until), now)
    return OnScreen(phase, view if phase is not Phase.NOTHING else None)


def farewell_link(conn: Connection, parts: Parts, view: VisitView) -> str | None:
    """Where the feedback of a visit that has just closed is given.

    The link leads to a form that knows no visit, so whoever reads it learns nothing.
    """
    return OpenedVisit(conn, parts, view).feedback_link()


def asked_of(view: VisitView) -> str | None:
    """Who is asked how they were helped; `None` where nobody's name is known."""
    return None if view.delegation is None else view.delegation["approver_id"]


def ensure_shown(
    conn: Connection, parts: Parts, session: DisplaySession, visit_id: str, *, while_resting: bool
) -> None:
    """Refuse what a display posts about anything but the visit that is on it now.

    Raises:
        OutOfOrderError: another visit is on it, or the desk is locked and this waits until it is not.
    """
    current = on_screen(conn, parts, session)
    phases = {Phase.VISIT, Phase.RESTING} if while_resting else {Phase.VISIT}
    if current.view is None or current.view.id != visit_id or current.phase not in phases:
        raise OutOfOrderError("answer what is not on the display")


def ensure_its_terminals(session: DisplaySession, terminal_id: str) -> None:
    """Refuse a display that is paired with another terminal, or with none. Raises `NotFoundError`."""
    if session.terminal_id is None or session.terminal_id != terminal_id:
        raise NotFoundError("no such approval")


def moment(conn: Connection, parts: Parts, session: DisplaySession) -> tuple[object, ...] | None:
    """What a waiting display compares: its own standing, which visit, and where that stands.

    `None` once it is out of use.
    """
    own = conn.execute(_OWN, {"display": session.display_id}).one_or_none()
    if own is None:
        return None
    is_offered = own.offer_until is not None and parts.clock.now() < own.offer_until
    phase, visit_id = standing(conn, parts, own.terminal_id, Paired(own.paired_at, own.farewell_until))
    is_open = visit_id is not None and phase in {Phase.VISIT, Phase.RESTING}
    of_visit = reading.moment(conn, parts, visit_id) if visit_id is not None and is_open else None
    return (own.terminal_id, own.offer_number, is_offered, *own[5:], phase, visit_id, of_visit)


def standing(conn: Connection, parts: Parts, terminal_id: str | None, paired: Paired) -> tuple[Phase, str | None]:
    """What the display of a terminal may show, and of which visit."""
    row = None if terminal_id is None else _standing(conn, parts, terminal_id)
    if row is None:
        return Phase.NOTHING, None
    phase = _phase(_Seen(row.state, row.closed_at, row.is_at_work, row.is_there), paired, parts.clock.now())
    return phase, row.id if phase is not Phase.NOTHING else None


def is_serving(conn: Connection, parts: Parts, terminal_id: str) -> bool:
    """Whether a visit is on a terminal's display, or rests there: that display is not taken away meanwhile."""
    row = _standing(conn, parts, terminal_id)
    return row is not None and row.state is VisitState.OPEN and bool(row.is_there)


def _standing(conn: Connection, parts: Parts, terminal_id: str) -> Row[Any] | None:
    found: Row[Any] | None = conn.execute(_STANDING, _at(terminal_id, parts.clock.now())).one_or_none()
    return found


def _at(terminal_id: str, now: datetime) -> dict[str, object]:
    return {"terminal": terminal_id, "now": now, "since": now - _IN_HAND}


def _phase(visit: _Seen, paired: Paired, now: datetime) -> Phase:
    if visit.state is VisitState.OPEN:
        return Phase.VISIT if visit.is_at_work else Phase.RESTING if visit.is_there else Phase.NOTHING
    # One that was paired after the visit closed never showed it.
    if visit.closed_at is None or paired.at is None or visit.closed_at < paired.at:
        return Phase.NOTHING
    until = visit.closed_at + FAREWELL
    longer = min(paired.farewell_until or until, visit.closed_at + LONGEST_FAREWELL)
    return Phase.FAREWELL if now < max(until, longer) else Phase.NOTHING

"""What the screen that faces the resident is about: the open visit at its terminal, and a short farewell after it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from gateway.parts import Parts
from gateway.people.access import DisplaySession
from gateway.terminals.tables import Display
from gateway.visits import reading
from gateway.visits.reading import OpenedVisit
from gateway.visits.states import IN_FRONT
from gateway.visits.tables import Visit, VisitState
from gateway.visits.view import VisitView

FAREWELL = timedelta(seconds=90)
"""How long after a visit its feedback is asked for; nothing else of the visit is shown then."""

_OWN = select(Display.terminal_id, Display.paired_at, Display.offer_number, Display.offer_until).where(
    Display.id == bindparam("display"), Display.revoked_at.is_(None)
)
_NEWEST = (
    select(Visit.id, Visit.state, Visit.closed_at)
    .where(Visit.terminal_id == bindparam("terminal"), Visit.channel.in_(IN_FRONT))
    .order_by(Visit.opened_at.desc())
    .limit(1)
)


def farewell_of(conn: Connection, parts: Parts, session: DisplaySession) -> tuple[VisitView, str] | None:
    """The visit that has just closed at the display's terminal, and its feedback link; `None` when the screen is blank.

    The link leads to a form that knows no visit, so whoever reads it learns nothing.
    """
    row = conn.execute(_NEWEST, {"terminal": session.terminal_id}).one_or_none()
    if row is None or not _is_recent(parts, row, session.paired_at):
        return None
    view = reading.for_auditor(conn, parts, row.id)
    link = OpenedVisit(conn, parts, view).feedback_link()
    return None if link is None else (view, link)


def moment(conn: Connection, parts: Parts, session: DisplaySession) -> tuple[object, ...] | None:
    """What a waiting display compares: its own standing, which visit, where that stands, whether its farewell is over.

    `None` once it is out of use.
    """
    own = conn.execute(_OWN, {"display": session.display_id}).one_or_none()
    if own is None:
        return None
    standing = (own.terminal_id, own.offer_number, own.offer_until is not None and parts.clock.now() < own.offer_until)
    return (*standing, *_moment_at(conn, parts, own)) if own.terminal_id is not None else standing


def _moment_at(conn: Connection, parts: Parts, own: "Row[*tuple[Any, ...]]") -> tuple[object, ...]:
    row = conn.execute(_NEWEST, {"terminal": own.terminal_id}).one_or_none()
    if row is None:
        return ("blank",)
    if row.state is VisitState.OPEN:
        return (row.id, *(reading.moment(conn, parts, row.id) or ()))
    return (row.id, "farewell") if _is_recent(parts, row, own.paired_at) else ("blank",)


def is_serving(conn: Connection, terminal_id: str) -> bool:
    """Whether a visit is open at a terminal: its display is not taken away meanwhile."""
    row = conn.execute(_NEWEST, {"terminal": terminal_id}).one_or_none()
    return row is not None and row.state is VisitState.OPEN


def _is_recent(parts: Parts, row: "Row[*tuple[Any, ...]]", paired_at: datetime | None) -> bool:
    """Whether the visit closed just now before this display; one that was paired afterwards never showed it."""
    if row.closed_at is None or paired_at is None or row.closed_at < paired_at:
        return False
    return bool(parts.clock.now() < row.closed_at + FAREWELL)

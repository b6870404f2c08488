"""What the screen that faces the resident is about: the open visit at its terminal, and a short farewell after it."""

from datetime import timedelta

from sqlalchemy import Connection, bindparam, select

from gateway.parts import Parts
from gateway.people.access import DisplaySession
from gateway.visits import reading
from gateway.visits.reading import OpenedVisit
from gateway.visits.tables import Visit, VisitState
from gateway.visits.view import VisitView

FAREWELL = timedelta(seconds=90)
"""How long after a visit its feedback is asked for; nothing else of the visit is shown then."""

_NEWEST = (
    select(Visit.id, Visit.state, Visit.closed_at)
    .where(Visit.terminal_id == bindparam("terminal"))
    .order_by(Visit.opened_at.desc())
    .limit(1)
)


def farewell_of(conn: Connection, parts: Parts, session: DisplaySession) -> tuple[VisitView, str] | None:
    """The visit that has just closed at the display's terminal, and its feedback link; `None` when the screen is blank.

    The link leads to a form that knows no visit, so whoever reads it learns nothing.
    """
    row = conn.execute(_NEWEST, {"terminal": session.terminal_id}).one_or_none()
    if row is None or not _is_recent(parts, row):
        return None
    view = reading.for_auditor(conn, parts, row.id)
    link = OpenedVisit(conn, parts, view).feedback_link()
    return None if link is None else (view, link)


def moment(conn: Connection, parts: Parts, session: DisplaySession) -> tuple[object, ...]:
    """What a waiting display compares: which visit, where it stands, and whether its farewell is over."""
    row = conn.execute(_NEWEST, {"terminal": session.terminal_id}).one_or_none()
    if row is None:
        return ("blank",)
    if row.state is VisitState.OPEN:
        return (row.id, *(reading.moment(conn, parts, row.id) or ()))
    return (row.id, "farewell") if _is_recent(parts, row) else ("blank",)


def _is_recent(parts: Parts, row: object) -> bool:
    closed_at = getattr(row, "closed_at", None)
    return closed_at is not None and bool(parts.clock.now() < closed_at + FAREWELL)

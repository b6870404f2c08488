"""What the screen that faces the resident is about: the open visit at its terminal, and a short farewell after it."""

from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import Connection, Row, bindparam, select

from gateway.parts import Parts
from gateway.people.access import DisplaySession
from gateway.terminals.tables import Display
from gateway.visits import reading
from gateway.visits.reading import OpenedVisit
from gateway.visits.tables import Visit, VisitState
from gateway.visits.view import VisitView

FAREWELL = timedelta(seconds=90)
"""How long after a visit its feedback is asked for; nothing else of the visit is shown then."""

_Newest: TypeAlias = Row[str, VisitState, datetime | None, datetime]
_PAIRED = select(Display.paired_at).where(Display.id == bindparam("display")).scalar_subquery()
_NEWEST = (
    select(Visit.id, Visit.state, Visit.closed_at, _PAIRED.label("paired_at"))
    .where(Visit.terminal_id == bindparam("terminal"))
    .order_by(Visit.opened_at.desc())
    .limit(1)
)


def farewell_of(conn: Connection, parts: Parts, session: DisplaySession) -> tuple[VisitView, str] | None:
    """The visit that has just closed at the display's terminal, and its feedback link; `None` when the screen is blank.

    The link leads to a form that knows no visit, so whoever reads it learns nothing.
    """
    row = _newest(conn, session)
    if row is None or not _is_recent(parts, row):
        return None
    view = reading.for_auditor(conn, parts, row.id)
    link = OpenedVisit(conn, parts, view).feedback_link()
    return None if link is None else (view, link)


def moment(conn: Connection, parts: Parts, session: DisplaySession) -> tuple[object, ...]:
    """What a waiting display compares: which visit, where it stands, and whether its farewell is over."""
    row = _newest(conn, session)
    if row is None:
        return ("blank",)
    if row.state is VisitState.OPEN:
        return (row.id, *(reading.moment(conn, parts, row.id) or ()))
    return (row.id, "farewell") if _is_recent(parts, row) else ("blank",)


def _newest(conn: Connection, session: DisplaySession) -> _Newest | None:
    values = {"terminal": session.terminal_id, "display": session.display_id}
    return conn.execute(_NEWEST, values).one_or_none()


def _is_recent(parts: Parts, row: _Newest) -> bool:
    """Whether the visit closed just now before this display; one that was paired afterwards never showed it."""
    if row.closed_at is None or row.paired_at is None or row.closed_at < row.paired_at:
        return False
    return bool(parts.clock.now() < row.closed_at + FAREWELL)

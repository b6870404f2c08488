"""Which visit of a terminal the desk has in hand: the one last opened, looked at or gone on with there.

The display of the terminal shows that one and no other, also after it is over.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select, update
from sqlalchemy.orm import aliased

from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits.rows import AnyRow
from gateway.visits.tables import Visit, VisitState


def is_to_be_taken(visit: Mapping[str, Any]) -> bool:
    """Whether a visit, as its assistant reads it (`reading.for_desk`), is open and not the one in hand."""
    is_in_hand = visit["in_hand_at"] is not None and visit["in_hand_at"] >= visit["newest_in_hand"]
    return visit["state"] is VisitState.OPEN and not is_in_hand


def take(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> None:
    """Take a visit in hand, unless it is so already, is over or is somebody else's. No right moves, so no event."""
    now = parts.clock.database_now(conn)
    conn.execute(update(Visit).where(*_not_in_hand(by, visit_id)).values(in_hand_at=now))


def lay_down(conn: Connection, leaving: AnyRow) -> None:
    """What was in hand before a visit that leaves its terminal does not come back to the display by itself."""
    before = (
        Visit.terminal_id == leaving.terminal_id,
        Visit.in_hand_at <= leaving.in_hand_at,
        Visit.id != leaving.id,
        Visit.state == VisitState.OPEN,
    )
    conn.execute(update(Visit).where(*before).values(in_hand_at=None))


def _not_in_hand(by: StaffSession, visit_id: str) -> tuple[ColumnElement[Any], ...]:
    other = aliased(Visit)
    newest = select(func.max(other.in_hand_at)).where(other.terminal_id == by.terminal_id).scalar_subquery()
    return (
        Visit.id == visit_id,
        Visit.assistant_id == by.staff_id,
        Visit.terminal_id == by.terminal_id,
        Visit.state == VisitState.OPEN,
        or_(Visit.in_hand_at.is_(None), Visit.in_hand_at < newest),
    )

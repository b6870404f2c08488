"""What will be erased next, as the auditors' page lists it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, tuple_

from gateway.config import Settings
from gateway.database.base import UtcDateTime
from gateway.paging import Key
from gateway.parts import Store
from gateway.retention import standing
from gateway.retention.states import Obstacle
from gateway.retention.tables import ErasureWish, WishState
from gateway.retention.wishes import due_at
from gateway.visits.tables import Visit, VisitState

_WISHES = (
    select(ErasureWish.__table__, *standing.columns_of("erasure_wish.resident_id"))
    .where(ErasureWish.state == WishState.WAITING)
    .order_by(ErasureWish.rests_until, ErasureWish.id)
    .limit(bindparam("most"))
)
_LATER = _WISHES.where(
    tuple_(ErasureWish.rests_until, ErasureWish.id)
    > tuple_(bindparam("after_at", type_=UtcDateTime()), bindparam("after_id"))
)
_NEXT_VISIT = (
    select(Visit.closed_at)
    .where(Visit.erased_at.is_(None), Visit.state == VisitState.CLOSED, Visit.closed_at.is_not(None))
    .order_by(Visit.closed_at)
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A wish that waits."""

    id: str
    resident_id: str
    asked_at: datetime
    is_own: bool
    """Said on the resident's own page, and not to somebody to whom a document was shown."""
    rests_until: datetime
    due_at: datetime
    """No sooner, since what was sent can be disputed for a while."""
    obstacles: frozenset[Obstacle]


def wishes(conn: Connection, store: Store, *, most: int, after: Key | None = None) -> Sequence[Coming]:
    """The wishes that wait, the next first, each with what stands against it now. Two statements."""
    now = store.clock.now()
    query, values = (_WISHES, {}) if after is None else (_LATER, after.values)
    rows = conn.execute(query, {"most": most, "now": now} | values).all()
    asked = standing.asked_lately(conn, now) if rows else frozenset()
    return [_coming(store, row, asked) for row in rows]


def next_visit(conn: Connection, settings: Settings) -> datetime | None:
    """When the time of the oldest visit that is kept is over."""
    closed_at: datetime | None = conn.execute(_NEXT_VISIT).scalar_one_or_none()
    return None if closed_at is None else closed_at + settings.keep_visits_days


def _coming(store: Store, row: Any, asked: frozenset[str]) -> Coming:
    obstacles = standing.read_of(row) | ({Obstacle.IN_FORCE} if row.resident_id in asked else set())
    return Coming(
        id=row.id,
        resident_id=row.resident_id,
        asked_at=row.asked_at,
        is_own=row.asked_by == "resident",
        rests_until=row.rests_until,
        due_at=due_at(store, row.rests_until, row.last_sent),
        obstacles=frozenset(obstacles),
    )

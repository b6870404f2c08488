"""What waits at a centre: how many, how old, how often tried; nothing of anybody, and of nobody alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from gateway.callbacks.tables import Callback
from gateway.days import day_of
from gateway.parts import Parts

_WAITS: Final = (
    Callback.centre_id == bindparam("centre"),
    Callback.is_due,
    Callback.expires_on >= bindparam("today"),
)
_COUNT = select(func.count()).select_from(Callback).where(*_WAITS)
_ROWS = (
    select(Callback.service_group, Callback.month, Callback.asked_on, Callback.tries, Callback.tried_on)
    .where(*_WAITS)
    .order_by(Callback.asked_on, Callback.id)
    .limit(bindparam("most"))
    .offset(bindparam("after"))
)


@dataclass(frozen=True, slots=True)
class Line:
    """One call that waits."""

    group: str
    """Of services."""
    month: str
    age: int
    """Days."""
    tries: int
    is_tried_today: bool


def count(conn: Connection, parts: Parts, centre_id: str) -> int:
    """How many calls wait at a centre."""
    return int(conn.execute(_COUNT, {"centre": centre_id, "today": day_of(parts.clock.now())}).scalar_one())


def read(conn: Connection, parts: Parts, centre_id: str, *, most: int, after: int = 0) -> Sequence[Line]:
    """Some of the calls of a centre, `most` after the first `after`, the oldest first."""
    today = day_of(parts.clock.now())
    given = {"centre": centre_id, "today": today, "most": most, "after": after}
    return [
        Line(row.service_group, row.month, (today - row.asked_on).days, row.tries, row.tried_on == today)
        for row in conn.execute(_ROWS, given)
    ]

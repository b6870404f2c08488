"""Where a run that waits for a free worker stands in the line, and about how long it is until its turn."""

from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Final

from sqlalchemy import Connection, bindparam, select

from gateway.jobs import turns
from gateway.parts import Parts
from gateway.visits.tables import Run, RunKind
from gateway.visits.view import VisitView

KIND: Final = f"run.{RunKind.PREPARE.value}"
_LATELY: Final = 20
"""Runs whose durations say how long the next will take."""
_MINUTE: Final = 60.0

_PLACE = turns.place_of(bindparam("key"))
_DURATIONS = (
    select(Run.begun_at, Run.filled_at)
    .where(Run.filled_at.is_not(None), Run.begun_at.is_not(None))
    .order_by(Run.filled_at.desc())
    .limit(_LATELY)
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a page says to whoever waits."""

    number: int
    """1: the next."""
    minutes: int | None
    """About how long until its turn, rounded up; none: nothing was filled in yet."""


def place(conn: Connection, parts: Parts, view: VisitView) -> Place | None:
    """Where the visit's run stands; none where none waits for its turn."""
    run = view.run
    if run is None or not view.is_queued:
        return None
    number = int(conn.execute(_PLACE, {"key": f"run:{run['id']}", "now": parts.clock.now()}).scalar_one())
    return Place(number, _minutes(conn, number)) if number else None


def _minutes(conn: Connection, number: int) -> int | None:
    seconds = [(row.filled_at - row.begun_at).total_seconds() for row in conn.execute(_DURATIONS)]
    if not seconds:
        return None
    return max(1, ceil(turns.wait(number, turns.running(conn, KIND), median(seconds)) / _MINUTE))

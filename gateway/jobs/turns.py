"""Whose turn it is: of jobs that are equally urgent, each share has one before any has two.

A job is given its turn when it is enqueued: the one after the last open job of its share, and never one that is over.
So five that wait for one centre do not hold back another's first, and whoever waits knows their place.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from gateway.database.base import written_out
from gateway.jobs.tables import JobRow, JobState

_TURNS = select(func.min(JobRow.turn), func.max(JobRow.turn).filter(JobRow.share == bindparam("share"))).where(
    JobRow.kind == bindparam("kind"),
    JobRow.state != written_out(JobState.DEAD),
    # What waits for a portal that is out of order costs its share no turn.
    JobRow.error.is_(None),
)
_RUNNING = select(func.count()).where(JobRow.kind == bindparam("kind"), JobRow.state == written_out(JobState.RUNNING))


def next_turn(conn: Connection, kind: str, share: str) -> int:
    """The turn of one more job of `share`."""
    row = conn.execute(_TURNS, {"kind": kind, "share": share}).one()
    first: int | None = row[0]
    last: int | None = row[1]
    return max(0 if first is None else first, -1 if last is None else last + 1)


def place_of(key: ColumnElement[Any]) -> Any:
    """A subquery: how many of the same kind are due and ready up to the job with `key`; 0: it is not waiting its turn.

    Its statement has to bind `now`.
    """
    mine, other = aliased(JobRow), aliased(JobRow)
    ready, now = written_out(JobState.READY), bindparam("now", type_=JobRow.run_at.type)
    is_mine = and_(mine.key == key, mine.state == ready, mine.run_at <= now)
    is_due = and_(other.kind == mine.kind, other.state == ready, other.run_at <= now)
    is_first = or_(
        other.turn < mine.turn,
        and_(other.turn == mine.turn, other.run_at < mine.run_at),
        and_(other.turn == mine.turn, other.run_at == mine.run_at, other.id <= mine.id),
    )
    return select(func.count(other.id)).select_from(mine).join(other, and_(is_due, is_first)).where(is_mine)


def running(conn: Connection, kind: str) -> int:
    """How many of a kind run now, on all machines."""
    return int(conn.execute(_RUNNING, {"kind": kind}).scalar_one())


def wait(place: int, at_once: int, each_seconds: float) -> float:
    """After how many seconds somebody at `place` has their turn, where `at_once` are served and each takes so long."""
    return place * each_seconds / max(at_once, 1)

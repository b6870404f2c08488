"""Puts work into the queue, in the transaction of the change that asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, insert, not_, or_
from sqlalchemy.dialects import postgresql, sqlite

from gateway.database.base import written_out
from gateway.database.together import insert_all
from gateway.ids import new_id
from gateway.jobs import turns
from gateway.jobs.tables import OPEN, JobRow, JobState

_INSERT = insert(JobRow)
_SQLITE = sqlite.insert(JobRow)
_POSTGRESQL = postgresql.insert(JobRow)


@dataclass(frozen=True, slots=True)
class Task:
    """A job to enqueue; `payload` holds identifiers, never personal values."""

    kind: str
    payload: Mapping[str, Any]
    run_at: datetime


def _merged(excluded: Any) -> dict[str, Any]:
    """What an open job with the same key takes over: it is due no later, and a running one runs again."""
    running = JobRow.state == written_out(JobState.RUNNING)
    no_time_yet = and_(running, not_(JobRow.again))
    return {
        "payload": excluded.payload,
        "prefer": excluded.prefer,
        "again": running,
        "run_at": case((or_(no_time_yet, excluded.run_at < JobRow.run_at), excluded.run_at), else_=JobRow.run_at),
    }


_MERGE = {
    "sqlite": _SQLITE.on_conflict_do_update(
        index_elements=["key"], index_where=OPEN, set_=_merged(_SQLITE.excluded)
    ).returning(JobRow.id),
    "postgresql": _POSTGRESQL.on_conflict_do_update(
        index_elements=["key"], index_where=OPEN, set_=_merged(_POSTGRESQL.excluded)
    ).returning(JobRow.id),
}


def enqueue(
    conn: Connection,
    kind: str,
    payload: Mapping[str, Any],
    *,
    run_at: datetime | None = None,
    key: str | None = None,
    prefer: str | None = None,
    share: str | None = None,
    now: datetime,
) -> str:
    """Enqueue a job as part of the running transaction and return its id; it starts within about 100 ms of the commit.

    With `key` there is at most one open job: enqueuing again brings the open one forward, and makes one that already
    runs run once more, so that no wake is lost. `prefer` names the worker that may take it first, for a second.
    `share` says on whose account it is: each has its turn (`gateway.jobs.turns`).
    `payload` holds identifiers, never personal values.
    """
    values = _values(kind, payload, now if run_at is None else run_at, now) | {"key": key, "prefer": prefer}
    if share is not None:
        values |= {"share": share, "turn": turns.next_turn(conn, kind, share)}
    if key is None:
        conn.execute(_INSERT, values)
        return str(values["id"])
    return str(conn.execute(_MERGE[conn.dialect.name], values).scalar_one())


def enqueue_all(conn: Connection, tasks: Sequence[Task], now: datetime) -> None:
    """Enqueue several jobs in one statement, as part of the running transaction."""
    insert_all(conn, JobRow, [_values(task.kind, task.payload, task.run_at, now) for task in tasks])


def _values(kind: str, payload: Mapping[str, Any], run_at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": kind,
        "payload": dict(payload),
        "key": None,
        "state": JobState.READY,
        "again": False,
        "prefer": None,
        "share": None,
        "turn": 0,
        "run_at": run_at,
        "attempts": 0,
        "created_at": now,
    }

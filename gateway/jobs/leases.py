"""Claims jobs, keeps hold of them, and gives them back: each a statement that leaves one truth for all workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, func, literal_column, or_, select, update

from gateway.database.base import written_out
from gateway.jobs.tables import JobRow, JobState

PREFERENCE = timedelta(seconds=1)
"""How long a job waits for the worker that it prefers."""

LOST = "job.lease_lost"

_READY = and_(
    JobRow.state == written_out(JobState.READY),
    JobRow.run_at <= bindparam("now"),
    or_(JobRow.prefer.is_(None), JobRow.prefer == bindparam("me"), JobRow.run_at <= bindparam("patient")),
)
_LEFT = and_(JobRow.state == written_out(JobState.RUNNING), JobRow.lease_until <= bindparam("now"))
_OURS = JobRow.kind.in_(bindparam("kinds", expanding=True))
_LATER = ("outcome.look", "portal.probe", "portal.look", "message.later.sms", "message.later.email")
_FIRST = case(
    (JobRow.kind == literal_column("'run.send'"), 0),
    (JobRow.kind == literal_column("'run.prepare'"), 2),
    (JobRow.kind == literal_column("'run.look_up'"), 3),
    (JobRow.kind.in_([literal_column(f"'{kind}'") for kind in _LATER]), 4),
    else_=1,
)
"""Of what is due: where a resident waits for the last click, what takes a moment, where one waits for the form, and
then what nobody waits for. Among those of one kind each share has its turn (`gateway.jobs.turns`)."""
_NEXT = (
    select(JobRow.id)
    .where(_OURS, or_(_READY, _LEFT))
    .order_by(_FIRST, JobRow.turn, JobRow.run_at, JobRow.id)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_CLAIM = (
    update(JobRow)
    .where(JobRow.id == _NEXT)
    .values(
        state=JobState.RUNNING,
        worker=bindparam("me"),
        lease_until=bindparam("until"),
        attempts=JobRow.attempts + 1,
        prefer=None,
    )
    .returning(JobRow.id, JobRow.kind, JobRow.payload, JobRow.key, JobRow.attempts)
)
_HELD = and_(
    JobRow.id == bindparam("job_id"),
    JobRow.state == written_out(JobState.RUNNING),
    JobRow.worker == bindparam("me"),
    JobRow.attempts == bindparam("attempt"),
)
_RENEW = update(JobRow).where(_HELD).values(lease_until=bindparam("until"))
_FINISH = delete(JobRow).where(_HELD, JobRow.again.is_(False))
_GIVE_BACK = {"state": JobState.READY, "again": False, "worker": None, "lease_until": None}
_RUN_AGAIN = update(JobRow).where(_HELD, JobRow.again.is_(True)).values(_GIVE_BACK | {"attempts": 0})
_RETRY = (
    update(JobRow)
    .where(_HELD)
    .values(_GIVE_BACK | {"run_at": bindparam("due"), "attempts": bindparam("tried"), "error": bindparam("code")})
)
_BURY = update(JobRow).where(_HELD).values(state=JobState.DEAD, again=False, lease_until=None, error=bindparam("code"))
_DUE = select(
    func.min(JobRow.run_at).filter(JobRow.state == written_out(JobState.READY)),
    func.min(JobRow.lease_until).filter(JobRow.state == written_out(JobState.RUNNING)),
).where(_OURS, JobRow.state != written_out(JobState.DEAD))


@dataclass(frozen=True, slots=True)
class Job:
    """A job that this worker holds."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    key: str | None
    attempt: int
    """1 the first time. A later attempt may follow one that died half way: look at the state first."""


def next_due(conn: Connection, kinds: Sequence[str]) -> datetime | None:
    """Return when the next job of `kinds` is due, or a lease of one may end; none if there is nothing to wait for."""
    moments = [moment for moment in conn.execute(_DUE, {"kinds": kinds}).one() if moment is not None]
    return min(moments, default=None)


def claim(conn: Connection, kinds: Sequence[str], me: str, now: datetime, lease: timedelta) -> Job | None:
    """Take the job whose turn it is and that is due longest, also one whose worker fell silent past its lease."""
    values = {"kinds": kinds, "me": me, "now": now, "patient": now - PREFERENCE, "until": now + lease}
    row = conn.execute(_CLAIM, values).one_or_none()
    return None if row is None else Job(row.id, row.kind, row.payload, row.key, row.attempts)


def renew(conn: Connection, job: Job, me: str, until: datetime) -> bool:
    """Keep hold of `job`; false if another worker has it by now."""
    return conn.execute(_RENEW, _held(job, me) | {"until": until}).rowcount == 1


def finish(conn: Connection, job: Job, me: str) -> bool:
    """End `job`, or make it ready again if it was enqueued meanwhile; false if another worker has it by now."""
    held = _held(job, me)
    return conn.execute(_FINISH, held).rowcount == 1 or conn.execute(_RUN_AGAIN, held).rowcount == 1


def retry(conn: Connection, job: Job, me: str, *, due: datetime, code: str, counted: bool) -> bool:
    """Make `job` ready again for later; false if another worker has it by now."""
    values = {"due": due, "code": code, "tried": job.attempt if counted else job.attempt - 1}
    return conn.execute(_RETRY, _held(job, me) | values).rowcount == 1


def bury(conn: Connection, job: Job, me: str, *, code: str) -> bool:
    """Give `job` up; its row stays for people to see. False if another worker has it by now.

    One that was enqueued again meanwhile starts anew instead: that wake is not lost with the old attempts.
    """
    held = _held(job, me)
    return conn.execute(_RUN_AGAIN, held).rowcount == 1 or conn.execute(_BURY, held | {"code": code}).rowcount == 1


def _held(job: Job, me: str) -> dict[str, Any]:
    return {"job_id": job.id, "me": me, "attempt": job.attempt}

"""Verifying the whole log from a page: the outcome is itself an event, so the last verdict cannot be improved later.

A small log is verified at once; a large one by a worker, since it takes longer than anybody waits for a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, select

from audit.entry import Actor, ActorKind, decode
from audit.events import EventName
from audit.report import Report, Verdict
from gateway.jobs.leases import Job
from gateway.jobs.queue import enqueue
from gateway.jobs.runner import Handler, JobKind
from gateway.jobs.tables import OPEN, JobRow
from gateway.ledger import checkpoints, log_keys, outbox, tree
from gateway.ledger.checking import check
from gateway.ledger.tables import AuditEvent, AuditHead
from gateway.parts import Store

AT_ONCE = 20_000
"""Entries up to which a log is verified while somebody waits: well below a second."""

_JOB = "log.verify"
_LAST = (
    select(AuditEvent.leaf)
    .where(AuditEvent.type == EventName.LOG_VERIFIED.value)
    .order_by(AuditEvent.at.desc(), AuditEvent.n.desc())
    .limit(1)
)
_OPEN_JOB = exists().where(JobRow.key == _JOB, OPEN)
_STANDING = select(
    _LAST.scalar_subquery().label("last"),
    _OPEN_JOB.label("is_under_way"),
    select(AuditHead.size).scalar_subquery().label("size"),
    exists().where(AuditEvent.type == EventName.LOG_CONTINUED.value).label("is_continued"),
)


@dataclass(frozen=True, slots=True)
class LastVerdict:
    """What the last verification came to."""

    at: datetime
    by: Actor
    verdict: str
    exit_code: int
    """0 verified, 1 violation, 2 bad input, 3 cannot conclude."""
    size: int
    vouched: int
    """Entries under a signed checkpoint."""
    visits: int
    """Visits and other chains."""
    totals: Mapping[str, int]
    """How often each finding was made, by its verdict."""

    @property
    def is_unwitnessed(self) -> bool:
        """Whether nobody outside, or too few, had seen all of it."""
        return Verdict.UNWITNESSED.value in self.totals


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the verification of the log stands."""

    last: LastVerdict | None
    """The newest verdict in the log, if there ever was one."""
    is_under_way: bool
    """Whether a worker is verifying the log, or is going to."""
    size: int
    """Entries of the log by now."""
    is_continued: bool
    """Whether it has gone on under another name after entries were lost: `continuations` says which."""


def standing(conn: Connection) -> Standing:
    """Where the verification of the log stands, in one statement."""
    row = conn.execute(_STANDING).one()
    last = None if row.last is None else _read(row.last)
    return Standing(last, bool(row.is_under_way), row.size or 0, bool(row.is_continued))


def _read(leaf: bytes) -> LastVerdict:
    entry = decode(bytes(leaf))
    data = entry.data
    return LastVerdict(
        at=entry.time,
        by=entry.actor,
        verdict=data["verdict"],
        exit_code=data["exit_code"],
        size=data["size"],
        vouched=data["vouched"],
        visits=data["visits"],
        totals=data["findings"],
    )


async def verify(store: Store, by: Actor) -> None:
    """Verify the log and record the outcome, or ask a worker to."""
    size = await store.database.read(lambda conn: tree.head(conn).size)
    if size <= AT_ONCE:
        await _verify(store, by)
        return
    now = store.clock.now()
    payload = {"kind": by.kind.value, "id": by.id, "terminal": by.terminal, "centre": by.centre}
    await store.database.write(lambda conn: enqueue(conn, _JOB, payload, key=_JOB, now=now))


def make_handlers(store: Store) -> Mapping[str, Handler | JobKind]:
    """The job of a worker that verifies a large log."""

    async def handle(job: Job) -> None:
        said = job.payload
        await _verify(store, Actor(ActorKind(said["kind"]), said["id"], said["terminal"], said["centre"]))

    return {_JOB: handle}


async def _verify(store: Store, by: Actor) -> None:
    held, now = checkpoints.read_held(store.settings.data_dir), store.clock.now()
    origin, trust = store.log_origin, store.settings.log_witnesses

    def look(conn: Connection) -> Report:
        vkeys, retired = log_keys.usable(conn, store)
        return check(conn, vkeys=vkeys, retired=retired, origin=origin, now=now, held=held, trust=trust)

    report = await store.database.read(look)
    await store.database.write(lambda conn: _record(conn, store, report, by))


def _record(conn: Connection, store: Store, report: Report, by: Actor) -> None:
    outbox.record(
        conn,
        chain="system",
        type=EventName.LOG_VERIFIED,
        actor=by,
        data={
            "verdict": report.verdict.value,
            "exit_code": report.exit_code,
            "size": report.size,
            "vouched": report.vouched_size,
            "missing": report.missing,
            "visits": report.counts.get("visits", 0),
            "root": None if report.root is None else report.root.hex(),
            "findings": {verdict.value: total for verdict, total in report.totals.items()},
        },
        at=store.clock.database_now(conn),
    )

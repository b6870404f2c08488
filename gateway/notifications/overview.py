"""How it stands with messages, in counts: for operators, who see no address, no text and nobody's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.jobs.tables import JobRow, JobState
from gateway.ledger import outbox as ledger
from gateway.notifications import outbox
from gateway.notifications.tables import Channel, Message, MessageState, Report
from gateway.parts import Store

_COUNTS = (
    select(Message.channel, Message.template, Message.state, Message.reason, Message.report, func.count().label("n"))
    .group_by(Message.channel, Message.template, Message.state, Message.reason, Message.report)
    .order_by(Message.channel, Message.template, Message.state, Message.reason, Message.report)
)
_OLDEST = select(func.min(Message.created_at)).where(Message.state == MessageState.QUEUED)
_JOBS = frozenset({outbox.JOB, *outbox.KINDS.values()})
_TRIED = select(func.count()).where(JobRow.kind.in_(_JOBS), JobRow.state == JobState.READY, JobRow.attempts > 0)
_NOW = (
    update(JobRow)
    .where(
        JobRow.kind.in_(_JOBS), JobRow.state == JobState.READY, JobRow.attempts > 0, JobRow.run_at > bindparam("now")
    )
    .values(run_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many messages are alike."""

    channel: Channel
    template: str
    state: MessageState
    reason: str | None
    report: Report | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All messages that are kept."""

    counts: Sequence[Count]
    oldest_waiting: datetime | None
    tried: int
    """How many were tried in vain and wait to be tried again."""

    def total(self, state: MessageState) -> int:
        """How many are in a state."""
        return sum(each.count for each in self.counts if each.state is state)

    def came_back(self) -> int:
        """How many were heard to have reached nobody."""
        return sum(each.count for each in self.counts if each.report in {Report.SOFT, Report.HARD})


def read(conn: Connection) -> Overview:
    """Count them. Three statements."""
    counts = [
        Count(
            channel=row.channel,
            template=row.template,
            state=row.state,
            reason=row.reason,
            report=row.report,
            count=row.n,
        )
        for row in conn.execute(_COUNTS)
    ]
    tried = int(conn.execute(_TRIED).scalar_one())
    return Overview(counts=counts, oldest_waiting=conn.execute(_OLDEST).scalar_one(), tried=tried)


def try_now(conn: Connection, store: Store, by: Actor) -> int:
    """Have what was tried in vain tried again at once; return how many messages that are."""
    now = store.clock.database_now(conn)
    count = conn.execute(_NOW, {"now": now}).rowcount
    ledger.record(conn, chain="system", type=EventName.MESSAGES_TRIED_AGAIN, actor=by, data={"messages": count}, at=now)
    return count

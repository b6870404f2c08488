"""The worker's job that invites a portion of those whom a rule is for, and asks for the next.

Whoever dies between two portions has sent the first: each resident is marked in the transaction that writes their
message, and a rule that was stopped meanwhile sends nothing more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from audit.events import EventName
from gateway.database.base import lock
from gateway.jobs.leases import Job
from gateway.jobs.queue import enqueue
from gateway.jobs.runner import Handler, JobKind
from gateway.keys.errors import KeyDestroyedError
from gateway.ledger import outbox
from gateway.notifications.reaching import Notice, queue_notice
from gateway.outreach import audience, rules
from gateway.outreach.audience import Group
from gateway.outreach.tables import OutreachReached, OutreachRule, RuleState
from gateway.parts import GATEWAY, Parts
from gateway.people import residents

PORTION: Final = 25
PAUSE: Final = timedelta(seconds=10)
"""Between two portions: time to stop it, and for other messages."""
_RULE = select(OutreachRule.__table__).where(OutreachRule.id == bindparam("rule"))
_LAST = select(func.max(OutreachReached.resident_id)).where(OutreachReached.rule_id == bindparam("rule"))


def make_handlers(parts: Parts) -> Mapping[str, Handler | JobKind]:
    """The handler of this package for one worker."""

    async def handle(job: Job) -> None:
        rule_id = str(job.payload["rule"])
        found = await parts.database.read(lambda conn: find_portion(conn, rule_id))
        if found is not None:
            await parts.database.write(lambda conn: send_portion(conn, parts, rule_id, found))

    return {rules.JOB: JobKind(handle, waits=True)}


@dataclass(frozen=True, slots=True)
class Portion:
    """Whom a rule reaches next."""

    after: str
    """The last one reached before, by id; empty: nobody yet."""
    people: Sequence[str]
    """Ids of residents, at most `PORTION`; fewer: they are the last."""


def find_portion(conn: Connection, rule_id: str) -> Portion | None:
    """Look for the next people of a rule without holding up whoever writes; `None`: it is not being sent."""
    rule = conn.execute(_RULE, {"rule": rule_id}).one_or_none()
    if rule is None or rule.state is not RuleState.SENDING:
        return None
    after = _last(conn, rule_id)
    return Portion(after, audience.after(conn, Group.of(rule), after, PORTION))


def send_portion(conn: Connection, parts: Parts, rule_id: str, found: Portion) -> int:
    """Write the next messages of a rule, if it is still being sent; return how many people that were.

    Nothing is written where another worker has sent a portion since it was found. Whoever said no since gets none.
    """
    rule = conn.execute(lock(conn, _RULE), {"rule": rule_id}).one_or_none()
    if rule is None or rule.state is not RuleState.SENDING:
        return 0
    if _last(conn, rule_id) != found.after:
        return 0
    now = parts.clock.database_now(conn)
    people = found.people
    for person in people:
        reached = {
            "rule_id": rule_id,
            "resident_id": person,
            "message_id": _invite(conn, parts, rule, person),
            "at": now,
        }
        conn.execute(insert(OutreachReached).values(reached))
    if len(people) == PORTION:
        enqueue(conn, rules.JOB, {"rule": rule_id}, key=f"{rules.JOB}:{rule_id}", run_at=now + PAUSE, now=now)
        return len(people)
    done = {"state": RuleState.DONE, "ended_at": now, "reached": rules.written(conn, rule_id)}
    conn.execute(update(OutreachRule).where(OutreachRule.id == rule_id).values(done))
    outbox.record(conn, chain="system", type=EventName.OUTREACH_DONE, actor=GATEWAY, data={"rule": rule_id}, at=now)
    return len(people)


def _last(conn: Connection, rule_id: str) -> str:
    return conn.execute(_LAST, {"rule": rule_id}).scalar_one() or ""


def _invite(conn: Connection, parts: Parts, rule: Any, person: str) -> str | None:
    link = f"{parts.settings.public_url}/offers/{rule.id}"
    notice = Notice(template=rule.template, language="lv", values={"link": link}, visit_id=None)
    try:
        key = residents.open_key(conn, parts, person)
        queued = queue_notice(conn, parts, key, person, notice, now=parts.clock.database_now(conn))
    except KeyDestroyedError:
        return None
    return None if queued is None else queued.message_id

"""What the trail says about the log's own witnesses: who they are, and what they hold against it."""

from typing import Any

from sqlalchemy import Connection, select

from audit.entry import Actor, ActorKind, decode
from audit.events import EventName
from audit.policy import TrustPolicy
from gateway.clock import Clock
from gateway.ledger import outbox
from gateway.ledger.tables import AuditEvent

_ACTOR = Actor(kind=ActorKind.SYSTEM, id="gateway")
_LAST = (
    select(AuditEvent.leaf)
    .where(AuditEvent.type == EventName.LOG_WITNESSES_CHANGED.value, AuditEvent.chain == "system")
    .order_by(AuditEvent.n.desc())
    .limit(1)
)


def is_new(conn: Connection, trust: TrustPolicy) -> bool:
    """Say whether the trail names other witnesses, or another quorum; a log without any need not say so."""
    leaf = conn.execute(_LAST).scalar_one_or_none()
    if leaf is None:
        return bool(trust.witnesses)
    return decode(bytes(leaf)).data != _told(trust)


def tell(conn: Connection, trust: TrustPolicy, clock: Clock) -> None:
    """Record who the witnesses are from now on, if that is new: whoever weakens the quorum is seen to."""
    if is_new(conn, trust):
        _record(conn, EventName.LOG_WITNESSES_CHANGED, _told(trust), clock)


def objected(conn: Connection, key: str, claim: str, clock: Clock, *, proven: bool) -> None:
    """Record what a witness holds against the log; `proven` when it showed a checkpoint that our own key signed."""
    _record(conn, EventName.LOG_WITNESS_OBJECTED, {"witness": key, "claim": claim, "proven": proven}, clock)


def _told(trust: TrustPolicy) -> dict[str, Any]:
    return {"witnesses": [each.verifier.vkey for each in trust.witnesses], "quorum": str(trust)}


def _record(conn: Connection, event: EventName, data: dict[str, Any], clock: Clock) -> None:
    outbox.record(conn, chain="system", type=event, actor=_ACTOR, data=data, at=clock.database_now(conn))

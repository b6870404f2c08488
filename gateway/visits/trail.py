"""How a step of the flow says what it did: one event, in the same transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from audit.entry import Actor
from audit.events import EventName
from gateway.ledger import outbox
from gateway.ledger.outbox import Event


def say(conn: Connection, visit_id: str, event: EventName, actor: Actor, now: datetime, **data: Any) -> None:
    """Record `event` in the chain of the visit. `data` holds identifiers, codes and keyed hashes, no values.

    Call it last: it locks the head of the chain until the transaction ends.
    """
    outbox.record(conn, chain=visit_id, type=event, actor=actor, data=data, at=now)


def say_all(conn: Connection, visit_id: str, events: Sequence[Event], now: datetime) -> None:
    """Record what one step did as several events, in this order; as `say`."""
    outbox.record_all(conn, visit_id, events, now)

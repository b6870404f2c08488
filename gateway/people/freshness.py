"""Accounts that are too new, or were taken over too lately, to be anybody's second pair of eyes.

Whoever makes accounts, or takes one over, could else be both people of a two-person step within minutes. A day is the
time in which somebody can see the event and ask.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, select

from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.parts import Store
from gateway.people.tables import Staff

BARS: Final = timedelta(days=1)
"""How long after it was made or recovered an account is nobody's second."""

_CREATED = select(Staff.created_at).where(Staff.id == bindparam("id"))
_RECOVERED = (
    select(AuditEvent.id)
    .where(
        AuditEvent.chain == bindparam("chain"),
        AuditEvent.type == EventName.STAFF_ACCOUNT_RECOVERED.value,
        AuditEvent.at >= bindparam("since"),
    )
    .limit(1)
)


def is_fresh(conn: Connection, store: Store, staff_id: str, now: datetime) -> bool:
    """Whether an account was made or recovered within a day; in a demonstration, within the delay of changes."""
    since = now - (BARS if store.settings.mode == "live" else store.settings.change_delay)
    if conn.execute(_CREATED, {"id": staff_id}).scalar_one() > since:
        return True
    return conn.execute(_RECOVERED, {"chain": f"staff:{staff_id}", "since": since}).first() is not None

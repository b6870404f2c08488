"""What the command line may change: by itself only before anybody was there to confirm; afterwards it proposes."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from audit.events import EventName
from gateway.changes import flow, portal_secrets
from gateway.changes.kinds import ALWAYS, Plan
from gateway.changes.tables import SecurityChange
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people.roles import Role
from gateway.people.staff import OPERATOR
from gateway.people.tables import StaffRole


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    change_id: str | None
    """The proposal that administrators decide on; none: it is in effect."""
    secret: str | None = field(default=None, repr=False)
    """A portal's new secret, said once and never again."""


def put(conn: Connection, store: Store, plan: Plan, *, reason: str) -> Outcome:
    """Put a plan into effect while the gateway never had an administrator, which is an event; else propose it.

    Raises:
        ChangeFaultError: it cannot stand like this, or another change of the same is open.
    """
    kind = flow.KINDS[plan.kind]
    if was_set_up(conn):
        change_id = flow.propose(conn, store, plan, by=None, reason=reason)
        return Outcome(None if kind.is_stricter is ALWAYS else change_id)
    before = kind.current(conn, plan.target)
    made = portal_secrets.with_secret(plan, before, new_secret=False)
    kind.check(conn, store, made, before, None)
    kind.apply(conn, store, made, OPERATOR)
    now, data = store.clock.database_now(conn), {"kind": plan.kind.value, "target": plan.target, "bootstrap": True}
    outbox.record(conn, chain="system", type=EventName.SETTINGS_CHANGED, actor=OPERATOR, data=data, at=now)
    return Outcome(None, made.secret if made is not plan else None)


def was_set_up(conn: Connection) -> bool:
    """Whether there ever was an administrator, or anything was ever proposed: closing accounts brings nothing back."""
    administrators = select(StaffRole.staff_id).where(StaffRole.role == Role.ADMINISTRATOR).limit(1)
    changes = select(SecurityChange.id).limit(1)
    return any(conn.execute(found).first() is not None for found in (administrators, changes))

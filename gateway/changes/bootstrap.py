"""What the command line may change: by itself only while nobody is there to confirm; afterwards it proposes."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from audit.events import EventName
from gateway.changes import flow
from gateway.changes.kinds import ALWAYS, Plan
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people.roles import Role
from gateway.people.staff import OPERATOR
from gateway.people.tables import Staff, StaffRole, StaffState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    change_id: str | None
    """The proposal that administrators decide on; none: it is in effect."""
    secret: str | None = field(default=None, repr=False)
    """A portal's new secret, said once and never again."""


def put(conn: Connection, store: Store, plan: Plan, *, reason: str) -> Outcome:
    """Put a plan into effect while the gateway has no administrator, which is an event; else propose it.

    Raises:
        ChangeFaultError: it cannot stand like this, or another change of the same is open.
    """
    kind = flow.KINDS[plan.kind]
    if has_administrator(conn):
        change_id = flow.propose(conn, store, plan, by=None, reason=reason)
        return Outcome(None if kind.is_stricter is ALWAYS else change_id)
    before = kind.current(conn, plan.target)
    made = flow.with_secret(plan, before, new_secret=False)
    kind.check(conn, store, made, before, None)
    kind.apply(conn, store, made, OPERATOR)
    now, data = store.clock.database_now(conn), {"kind": plan.kind.value, "target": plan.target, "bootstrap": True}
    outbox.record(conn, chain="system", type=EventName.SETTINGS_CHANGED, actor=OPERATOR, data=data, at=now)
    return Outcome(None, made.secret if made is not plan else None)


def has_administrator(conn: Connection) -> bool:
    """Whether anybody could confirm a change."""
    found = (
        select(Staff.id)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(StaffRole.role == Role.ADMINISTRATOR, Staff.state == StaffState.ACTIVE)
    )
    return conn.execute(found.limit(1)).first() is not None

"""Getting a member of staff back into an account: who may ask for it, and what two people's yes opens."""

from sqlalchemy import Connection, select

from audit.entry import Actor
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.kinds import ADMINISTRATORS, Kind, Plan, Values
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.parts import Store
from gateway.people import recovery
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.people.tables import Staff, StaffState

_PROPOSERS = ADMINISTRATORS | {Role.MANAGER}


def current(conn: Connection, staff_id: str) -> Values | None:
    """An account that somebody works with."""
    of_staff = (Staff.id == staff_id, Staff.state == StaffState.ACTIVE)
    centre = conn.execute(select(Staff.centre_id).where(*of_staff)).scalar_one_or_none()
    return None if centre is None else {"centre": centre}


def _check(_conn: Connection, _store: Store, plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    is_foreign = by is not None and by.role is Role.MANAGER and before is not None and before["centre"] != by.centre_id
    is_own = by is not None and plan.target == by.staff_id
    if before is None or is_foreign or is_own:
        raise ChangeFaultError("target", Fault.UNKNOWN)


def _open(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    """The change that is being put into effect is the only confirmed one about this account."""
    confirmed = (
        SecurityChange.kind == ChangeKind.ACCOUNT_RECOVER,
        SecurityChange.target == plan.target,
        SecurityChange.state == ChangeState.CONFIRMED,
    )
    change_id = conn.execute(select(SecurityChange.id).where(*confirmed)).scalar_one()
    recovery.begin(conn, store, plan.target, change_id, by)


KINDS = {
    ChangeKind.ACCOUNT_RECOVER: Kind(about="account", current=current, check=_check, apply=_open, proposers=_PROPOSERS),
}
"""The kind of change that is about an account."""

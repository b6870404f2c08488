"""Accounts of staff: getting somebody back into one, by two people; and the roles that it has."""

from sqlalchemy import Connection, select

from audit.entry import Actor
from gateway.changes.checks import ensure_not_own, known
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.kinds import ADMINISTRATORS, Kind, Plan, Values
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.parts import Store
from gateway.people import recovery, staff
from gateway.people.access import StaffSession
from gateway.people.roles import Role, are_apart
from gateway.people.tables import Staff, StaffRole, StaffState

_PROPOSERS = ADMINISTRATORS | {Role.MANAGER}


def current(conn: Connection, staff_id: str) -> Values | None:
    """An account that somebody works with."""
    of_staff = (Staff.id == staff_id, Staff.state == StaffState.ACTIVE)
    centre = conn.execute(select(Staff.centre_id).where(*of_staff)).scalar_one_or_none()
    return None if centre is None else {"centre": centre}


def _check(_conn: Connection, _store: Store, plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    is_foreign = by is not None and by.role is Role.MANAGER and before is not None and before["centre"] != by.centre_id
    if before is None or is_foreign:
        raise ChangeFaultError("target", Fault.UNKNOWN)
    ensure_not_own(plan.target, by, "target")


def _open(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    """The change that is being put into effect is the only confirmed one about this account."""
    confirmed = (
        SecurityChange.kind == ChangeKind.ACCOUNT_RECOVER,
        SecurityChange.target == plan.target,
        SecurityChange.state == ChangeState.CONFIRMED,
    )
    change_id = conn.execute(select(SecurityChange.id).where(*confirmed)).scalar_one()
    recovery.begin(conn, store, plan.target, change_id, by)


def current_roles(conn: Connection, staff_id: str) -> Values | None:
    """The roles of an account that somebody works with."""
    if current(conn, staff_id) is None:
        return None
    found = conn.execute(select(StaffRole.role).where(StaffRole.staff_id == staff_id)).scalars()
    return {"roles": sorted(role.value for role in found)}


def _check_roles(_conn: Connection, _store: Store, plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    known(before)
    ensure_not_own(plan.target, by, "roles")
    if not set(plan.values["roles"]) <= {role.value for role in Role}:
        raise ChangeFaultError("roles", Fault.UNKNOWN)
    if not are_apart(plan.values["roles"]):
        raise ChangeFaultError("roles", Fault.APART)


def _only_loses(before: Values | None, after: Values) -> bool:
    """Whether roles are only taken away, and not the administrator's: one alone would send away all who may refuse."""
    had, gets = set(before["roles"] if before else ()), set(after["roles"])
    return gets <= had and Role.ADMINISTRATOR.value not in had - gets


def _set_roles(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    roles = [Role(role) for role in plan.values["roles"]]
    staff.set_roles(conn, plan.target, roles, now=store.clock.database_now(conn), by=by)


KINDS = {
    ChangeKind.ACCOUNT_RECOVER: Kind(about="account", current=current, check=_check, apply=_open, proposers=_PROPOSERS),
    ChangeKind.ACCOUNT_ROLES: Kind(
        about="roles", current=current_roles, check=_check_roles, apply=_set_roles, is_stricter=_only_loses
    ),
}
"""The kinds of change that are about an account."""

"""Accounts of staff, by two people: getting somebody back into one, its roles, taking it back, ending it.

What a centre's manager or one administrator does alone stands in `gateway.people.staff_states`; what is here is about
accounts of administrators and auditors, or widens what somebody may do.
"""

from collections.abc import Collection

from sqlalchemy import Connection, select

from audit.entry import Actor
from gateway.changes.checks import Faults, ensure_new, ensure_not_own, known
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.kinds import ADMINISTRATORS, Kind, Plan, Values
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.parts import Store
from gateway.people import invitations, recovery, staff, staff_states, stopped_alone
from gateway.people.access import StaffSession
from gateway.people.errors import LastAdministratorError, LoginTakenError
from gateway.people.invitations import Wanted
from gateway.people.roles import Role, are_apart
from gateway.people.tables import Staff, StaffRole, StaffState, StateWhy
from gateway.services import catalogue

_PROPOSERS = ADMINISTRATORS | {Role.MANAGER}


def current(conn: Connection, staff_id: str) -> Values | None:
    """An account that somebody works with."""
    of_staff = (Staff.id == staff_id, Staff.state == StaffState.ACTIVE)
    centre = conn.execute(select(Staff.centre_id).where(*of_staff)).scalar_one_or_none()
    return None if centre is None else {"centre": centre}


def _check(conn: Connection, _store: Store, plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    """A manager proposes it of those about whom a manager decides: assistants of the own centre and nobody else."""
    if before is None:
        raise ChangeFaultError("target", Fault.UNKNOWN)
    ensure_not_own(plan.target, by, "target")
    if by is not None and by.role is Role.MANAGER:
        roles = conn.execute(select(StaffRole.role).where(StaffRole.staff_id == plan.target)).scalars().all()
        if not staff_states.is_within(by, staff_id=plan.target, centre_id=before["centre"], roles=roles):
            raise ChangeFaultError("target", Fault.UNKNOWN)


def _open(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    recovery.begin(conn, store, plan.target, _confirmed(conn, ChangeKind.ACCOUNT_RECOVER, plan.target), by)


def current_roles(conn: Connection, staff_id: str) -> Values | None:
    """The roles of an account that somebody works with, and whose officer it is."""
    found = select(Staff.holder).where(Staff.id == staff_id, Staff.state == StaffState.ACTIVE)
    row = conn.execute(found).one_or_none()
    if row is None:
        return None
    roles = conn.execute(select(StaffRole.role).where(StaffRole.staff_id == staff_id)).scalars()
    return {"roles": sorted(role.value for role in roles), "holder": row.holder}


def check_fit(conn: Connection, roles: Collection[str], holder: str | None, faults: Faults) -> None:
    """Note what is wrong with the roles of one person, and with whose officer they are to be."""
    if not set(roles) <= {role.value for role in Role}:
        faults.add("roles", Fault.UNKNOWN)
    elif not are_apart(roles):
        faults.add("roles", Fault.APART)
    if (Role.OFFICER.value in roles) != bool(holder):
        faults.add("holder", Fault.HOLDER)
    elif holder and not catalogue.is_holder(conn, holder):
        faults.add("holder", Fault.UNKNOWN)


def _check_roles(conn: Connection, _store: Store, plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    had, gets, faults = set(known(before)["roles"]), set(plan.values["roles"]), Faults()
    ensure_not_own(plan.target, by, "roles")
    check_fit(conn, gets, plan.values.get("holder"), faults)
    faults.settle()
    _ensure_not_last(conn, plan.target, [Role(role) for role in had - gets])


def _only_loses(before: Values | None, after: Values) -> bool:
    """Whether roles are only taken away, and not the administrator's: one alone would send away all who may refuse."""
    had, gets = set(before["roles"] if before else ()), set(after["roles"])
    is_of_other = after.get("holder") not in {None, before["holder"] if before else None}
    return gets <= had and Role.ADMINISTRATOR.value not in had - gets and not is_of_other


def _set_roles(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    roles, now = [Role(role) for role in plan.values["roles"]], store.clock.database_now(conn)
    staff.set_roles(conn, plan.target, roles, now=now, by=by, holder=plan.values.get("holder"))


def current_state(conn: Connection, staff_id: str) -> Values | None:
    """Whether an account is in use or suspended; one that has ended is not there any more."""
    state = conn.execute(select(Staff.state).where(Staff.id == staff_id)).scalar_one_or_none()
    return None if state in {None, StaffState.CLOSED} else {"state": state.value}


def _check_resume(_conn: Connection, _store: Store, plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    ensure_not_own(plan.target, by, "target")
    if known(before)["state"] != StaffState.SUSPENDED:
        raise ChangeFaultError("target", Fault.NOTHING)


def _resume(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    account = staff_states.locked(conn, plan.target)
    staff_states.resume(conn, account, StateWhy.AGREED, by=by, now=store.clock.database_now(conn))


def undoes(conn: Connection, kind: ChangeKind, target: str, staff_id: str) -> bool:
    """Whether a change takes back what this person did alone."""
    return kind is ChangeKind.ACCOUNT_RESUME and stopped_alone.is_suspender(conn, target, staff_id)


def _check_end(conn: Connection, _store: Store, plan: Plan, before: Values | None, by: StaffSession | None) -> None:
    known(before)
    ensure_not_own(plan.target, by, "target")
    _ensure_not_last(conn, plan.target, staff_states.locked(conn, plan.target).roles)


def _end(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    account = staff_states.locked(conn, plan.target)
    staff_states.end(conn, account, StateWhy.AGREED, by=by, now=store.clock.database_now(conn))


def current_invited(conn: Connection, target: str) -> Values | None:
    """Nobody: whoever is to be invited is not there yet."""
    found = select(SecurityChange.id).where(
        SecurityChange.kind == ChangeKind.ACCOUNT_INVITE,
        SecurityChange.target == target,
        SecurityChange.state == ChangeState.APPLIED,
    )
    return None if conn.execute(found).first() is None else {}


def _check_invite(conn: Connection, _store: Store, plan: Plan, before: Values | None, _by: StaffSession | None) -> None:
    values, faults = plan.values, Faults()
    ensure_new(before)
    for name in ("login", "display_name"):
        if not values[name]:
            faults.add(name, Fault.MISSING)
    if not values["roles"]:
        faults.add("roles", Fault.MISSING)
    if not invitations.is_login_free(conn, values["login"]):
        faults.add("login", Fault.KNOWN)
    if not staff.is_centre(conn, values["centre"]):
        faults.add("centre", Fault.UNKNOWN)
    check_fit(conn, values["roles"], values["holder"], faults)
    faults.settle()


def _invite(conn: Connection, store: Store, plan: Plan, by: Actor) -> None:
    """By two people: the proposer makes the link, the confirmer's code opens it with that."""
    values = plan.values
    wanted = Wanted(
        login=values["login"],
        name=values["display_name"],
        centre_id=values["centre"],
        roles=tuple(Role(each) for each in values["roles"]),
        holder=values["holder"],
        language=values["language"],
    )
    change_id = _confirmed(conn, ChangeKind.ACCOUNT_INVITE, plan.target)
    try:
        invitations.invite(conn, store, wanted, by=by, invited_by=by.id, change_id=change_id)
    except LoginTakenError as error:
        raise ChangeFaultError("login", Fault.KNOWN) from error


def _confirmed(conn: Connection, kind: ChangeKind, target: str) -> str:
    """The change that is being put into effect: the only confirmed one of its kind about its target."""
    confirmed = (
        SecurityChange.kind == kind,
        SecurityChange.target == target,
        SecurityChange.state == ChangeState.CONFIRMED,
    )
    return str(conn.execute(select(SecurityChange.id).where(*confirmed)).scalar_one())


def _ensure_not_last(conn: Connection, staff_id: str, loses: Collection[Role]) -> None:
    try:
        staff_states.ensure_not_last(conn, staff_id, loses)
    except LastAdministratorError as error:
        raise ChangeFaultError("target", Fault.LAST) from error


KINDS = {
    ChangeKind.ACCOUNT_RECOVER: Kind(about="account", current=current, check=_check, apply=_open, proposers=_PROPOSERS),
    ChangeKind.ACCOUNT_ROLES: Kind(
        about="roles", current=current_roles, check=_check_roles, apply=_set_roles, is_stricter=_only_loses
    ),
    ChangeKind.ACCOUNT_INVITE: Kind(
        about="invitation",
        current=current_invited,
        check=_check_invite,
        apply=_invite,
        unsaid=frozenset({"login", "display_name"}),
    ),
    ChangeKind.ACCOUNT_RESUME: Kind(about="state", current=current_state, check=_check_resume, apply=_resume),
    ChangeKind.ACCOUNT_END: Kind(about="state", current=current_state, check=_check_end, apply=_end),
}
"""The kinds of change that are about an account."""

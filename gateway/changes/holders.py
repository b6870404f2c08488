"""What a service holder's officer may do with changes: those about their own holder's agreements, forms and officers.

For an officer there is nothing else: another holder's change is answered as if there were none. So it is for the
network's owner, who proposes, reads and refuses what is about baskets; an administrator says the second yes.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Connection, select

from gateway.changes.errors import ChangeFaultError, ChangeUnknownError, Fault
from gateway.changes.kinds import Values
from gateway.changes.listing import Change
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.services.tables import Agreement, Service

OF_AGREEMENTS: Final = frozenset(
    {
        ChangeKind.AGREEMENT_ADD,
        ChangeKind.AGREEMENT_END,
        ChangeKind.AGREEMENT_SUSPEND,
        ChangeKind.AGREEMENT_LIFT,
    }
)
"""Kinds that are about a holder's agreements."""
CONFIRMS: Final = frozenset(
    {ChangeKind.AGREEMENT_ADD, ChangeKind.AGREEMENT_LIFT, ChangeKind.ACCOUNT_INVITE, ChangeKind.API_KEY_ADD}
)
"""What the holder's word makes whole: it is the holder who agrees, and who knows whom it sends."""
OF_NETWORK: Final = frozenset({ChangeKind.BASKET_CHANGE})
"""What the network's owner proposes, reads and may refuse."""
REFUSES: Final = CONFIRMS | {ChangeKind.FORM_ACCEPT} | OF_NETWORK
"""What the holder, or the network's owner, keeps from taking effect."""
_OF_KEYS: Final = frozenset({ChangeKind.API_KEY_ADD, ChangeKind.API_KEY_END})


def decides(conn: Connection, session: StaffSession, change: Any, kinds: frozenset[ChangeKind]) -> bool:
    """Whether somebody decides about a change: an administrator, or the holder's own officer about one of `kinds`.

    The network's owner decides where a kind is the network's and among `kinds`.
    """
    if session.role is Role.ADMINISTRATOR:
        return True
    if session.role is Role.NETWORK_OWNER:
        return change.kind in kinds & OF_NETWORK
    return session.role is Role.OFFICER and change.kind in kinds and is_own(conn, session, change)


def ensure_own(conn: Connection, session: StaffSession, change_id: str) -> None:
    """Keep an officer from what is not about their holder, and the network's owner from all but baskets.

    Raises:
        ChangeUnknownError: it is not theirs, or there is none.
    """
    if session.role not in {Role.OFFICER, Role.NETWORK_OWNER}:
        return
    change = conn.execute(select(SecurityChange.__table__).where(SecurityChange.id == change_id)).one_or_none()
    if change is None or not _is_theirs(conn, session, change):
        raise ChangeUnknownError("not about the officer's holder, nor a basket for the network's owner")


def ensure_own_target(conn: Connection, session: StaffSession, kind: ChangeKind, target: str) -> None:
    """Keep an officer's form from what is not their holder's. Raises `ChangeUnknownError`."""
    if session.role is Role.OFFICER and kind in OF_AGREEMENTS - {ChangeKind.AGREEMENT_ADD}:
        holder = select(Agreement.holder).where(Agreement.id == target)
        if session.holder is None or conn.execute(holder).scalar_one_or_none() != session.holder:
            raise ChangeUnknownError("no agreement of the officer's holder")


def ensure_own_values(session: StaffSession | None, values: Values | None) -> None:
    """Let an officer propose for the own holder alone. Raises `ChangeFaultError`."""
    if session is not None and session.role is Role.OFFICER and (values or {}).get("holder") != session.holder:
        raise ChangeFaultError("holder", Fault.UNKNOWN)


def is_own(conn: Connection, session: StaffSession, change: Any) -> bool:
    """Whether a change's row is about the officer's own holder."""
    return session.holder is not None and _holder_of(conn, change) == session.holder


def of_holder(conn: Connection, holder: str, changes: Collection[Any]) -> list[Any]:
    """Those of some changes that are about a holder; one statement where forms are among them."""
    forms = {each.target for each in changes if each.kind is ChangeKind.FORM_ACCEPT}
    rows = select(Service.id).where(Service.id.in_(forms), Service.holder == holder)
    own = set(conn.execute(rows).scalars()) if forms else set()
    return [each for each in changes if each.target in own or _named(each.kind, each.before, each.after) == holder]


def awaited(change: Change) -> str | None:
    """The holder whose officer may say the second word about an open proposal; none: administrators alone.

    What came from the command line is taken up by an administrator.
    """
    waits = change.state is ChangeState.PROPOSED and change.kind in CONFIRMS and change.proposed_by is not None
    return _named(change.kind, change.before, change.after) if waits else None


def _is_theirs(conn: Connection, session: StaffSession, change: Any) -> bool:
    if session.role is Role.NETWORK_OWNER:
        return change.kind in OF_NETWORK
    return is_own(conn, session, change)


def _holder_of(conn: Connection, change: Any) -> str | None:
    if change.kind is ChangeKind.FORM_ACCEPT:
        return conn.execute(select(Service.holder).where(Service.id == change.target)).scalar_one_or_none()
    return _named(change.kind, change.before, change.payload)


def _named(kind: ChangeKind, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str | None:
    if kind is ChangeKind.ACCOUNT_INVITE:
        return _of_officer(after or {})
    if kind in _OF_KEYS:
        return (after or {}).get("agency") or (before or {}).get("agency")
    if kind not in OF_AGREEMENTS:
        return None
    named: str | None = (after or {}).get("holder") or (before or {}).get("holder")
    return named


def _of_officer(invited: Mapping[str, Any]) -> str | None:
    """Whose officer is to be invited; whoever gets another role too is the administrators' to judge."""
    return invited["holder"] if invited["roles"] == [Role.OFFICER.value] else None

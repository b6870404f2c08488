"""Whether an account may be used: suspended, taken back, ended for good.

active -> suspended -> active; either -> closed, which is for ever. Each step locks the account, ends its sessions in
the same transaction where it takes something away, and is an event. Whether somebody may take it says `ensure_within`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, or_, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.database.base import lock
from gateway.ledger import outbox
from gateway.people import sessions
from gateway.people.access import StaffSession
from gateway.people.errors import (
    AccessRefusedError,
    AccountStateError,
    LastAdministratorError,
    OwnAccountError,
    TwoNeededError,
    UnknownPersonError,
)
from gateway.people.roles import BY_TWO, Role
from gateway.people.tables import Session, Staff, StaffRole, StaffState, StateWhy

SUSPEND_WHY: Final = (StateWhy.AWAY, StateWhy.TAKEN_OVER, StateWhy.UNCLEAR)
RESUME_WHY: Final = (StateWhy.BACK, StateWhy.CLEARED, StateWhy.MISTAKE)
END_WHY: Final = (StateWhy.LEFT, StateWhy.NEVER_CAME, StateWhy.UNCLEAR)
_MARK: Final = b"suspended"

_ACCOUNT = select(Staff.id, Staff.centre_id, Staff.state, Staff.state_kind).where(Staff.id == bindparam("staff"))
_OF_ACCOUNT = select(StaffRole.role).where(StaffRole.staff_id == bindparam("staff"))
_ADMINISTRATORS = (
    select(Staff.id)
    .where(
        Staff.state == StaffState.ACTIVE,
        Staff.id.in_(select(StaffRole.staff_id).where(StaffRole.role == Role.ADMINISTRATOR)),
    )
    .order_by(Staff.id)
)
_NOTE = (
    update(Session)
    .where(Session.token_hash == bindparam("which"), or_(Session.refused_mark.is_(None), Session.refused_mark != _MARK))
    .values(refused_mark=_MARK)
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account, locked, that a step is about."""

    id: str
    centre_id: str
    state: StaffState
    decided_as: ActorKind | None
    """As what somebody last decided about its state."""
    roles: frozenset[Role]

    @property
    def needs_two(self) -> bool:
        """Whether one person alone neither brings it back nor ends it."""
        return bool(self.roles & BY_TWO)


def locked(conn: Connection, staff_id: str) -> Account:
    """The account, locked; of an administrator every other administrator's too, so that two steps see each other.

    Raises:
        UnknownPersonError: there is none.
    """
    roles = frozenset(conn.execute(_OF_ACCOUNT, {"staff": staff_id}).scalars())
    if Role.ADMINISTRATOR in roles:
        conn.execute(lock(conn, _ADMINISTRATORS)).all()
    row = conn.execute(lock(conn, _ACCOUNT), {"staff": staff_id}).one_or_none()
    if row is None:
        raise UnknownPersonError("no such account")
    return Account(row.id, row.centre_id, row.state, row.state_kind, roles)


def is_within(by: StaffSession, *, staff_id: str, centre_id: str, roles: Collection[Role]) -> bool:
    """Whether somebody decides about an account at all.

    An administrator does about all but the own one, a manager about those of the own centre who are assistants and
    nothing else.
    """
    if by.staff_id == staff_id:
        return False
    if by.role is Role.MANAGER:
        return by.centre_id == centre_id and set(roles) <= {Role.ASSISTANT}
    return by.role is Role.ADMINISTRATOR


def ensure_within(conn: Connection, by: StaffSession, staff_id: str, *, alone: bool = False) -> Account:
    """The account, locked, if somebody decides about it; `alone` where it is not enough to stop it for now.

    Raises:
        OwnAccountError: it is their own.
        TwoNeededError: `alone`, and its roles ask for two people.
        UnknownPersonError: there is none, or it is not theirs to decide about, as if there were none.
    """
    account = locked(conn, staff_id)
    if by.staff_id == staff_id:
        raise OwnAccountError("nobody decides about themselves")
    if not is_within(by, staff_id=account.id, centre_id=account.centre_id, roles=account.roles):
        raise UnknownPersonError("not theirs to decide about")
    if alone and account.needs_two:
        raise TwoNeededError("proposed by one, confirmed by another")
    return account


def suspend(conn: Connection, account: Account, why: StateWhy, *, by: Actor, now: datetime) -> None:
    """Stop an account for now: nobody signs in with it, its sessions end, and nothing is filed in its holder's name.

    Raises:
        AccountStateError: it is not in use.
        LastAdministratorError: nobody else could administer the gateway.
    """
    _ensure(account, StaffState.ACTIVE)
    ensure_not_last(conn, account.id, account.roles)
    _set(conn, account, StaffState.SUSPENDED, why, by, now)
    ended = sessions.end_all_of_staff(conn, account.id, now)
    facts = {"sessions_ended": ended} | ({"by_two": True} if account.needs_two else {})
    _say(conn, EventName.STAFF_ACCOUNT_SUSPENDED, account, why, by, now, **facts)


def resume(conn: Connection, account: Account, why: StateWhy, *, by: Actor, now: datetime) -> None:
    """Let an account be used again. Nobody is signed in by that.

    Raises:
        AccountStateError: it is not suspended.
        AccessRefusedError: a manager takes back whom another than a manager suspended.
    """
    _ensure(account, StaffState.SUSPENDED)
    if not may_resume(by.kind, account.decided_as):
        raise AccessRefusedError("suspended by an administrator")
    _set(conn, account, StaffState.ACTIVE, why, by, now)
    _say(conn, EventName.STAFF_ACCOUNT_RESUMED, account, why, by, now)


def may_resume(by: ActorKind, suspended_by: ActorKind | None) -> bool:
    """Whether somebody takes back whom another suspended: a manager only whom a manager did."""
    return by is not ActorKind.MANAGER or suspended_by is ActorKind.MANAGER


def end(conn: Connection, account: Account, why: StateWhy, *, by: Actor, now: datetime) -> None:
    """End an account for good: nobody ever signs in with it again, and its sessions end.

    Raises:
        AccountStateError: it has ended already.
        LastAdministratorError: nobody else could administer the gateway.
    """
    _ensure(account, StaffState.ACTIVE, StaffState.SUSPENDED)
    ensure_not_last(conn, account.id, account.roles)
    _set(conn, account, StaffState.CLOSED, why, by, now)
    ended = sessions.end_all_of_staff(conn, account.id, now)
    _say(conn, EventName.STAFF_ACCOUNT_CLOSED, account, why, by, now, sessions_ended=ended)


def ensure_not_last(conn: Connection, staff_id: str, loses: Collection[Role]) -> None:
    """Refuse a step by which the last administrator who can sign in would be lost. Raises `LastAdministratorError`."""
    if Role.ADMINISTRATOR in loses and set(administrators(conn)) <= {staff_id}:
        raise LastAdministratorError("nobody else administers")


def administrators(conn: Connection) -> list[str]:
    """The ids of the administrators whose accounts are in use, locked."""
    return list(conn.execute(lock(conn, _ADMINISTRATORS)).scalars())


def note_refused(conn: Connection, staff_id: str, token_hash: bytes, now: datetime) -> None:
    """Record, once for each session, that it was used after its holder was suspended."""
    if conn.execute(_NOTE, {"which": token_hash}).rowcount:
        data = {"staff": staff_id, "reason": "suspended"}
        nobody = Actor(ActorKind.NOBODY, "unknown", None, None)
        event = EventName.STAFF_SESSION_REFUSED
        outbox.record(conn, chain=f"staff:{staff_id}", type=event, actor=nobody, data=data, at=now)


def _ensure(account: Account, *states: StaffState) -> None:
    if account.state not in states:
        raise AccountStateError(f"the account is {account.state.value}")


def _set(conn: Connection, account: Account, state: StaffState, why: StateWhy, by: Actor, now: datetime) -> None:
    values = {"state": state, "state_at": now, "state_by": by.id, "state_kind": by.kind, "state_why": why}
    conn.execute(update(Staff).where(Staff.id == account.id).values(values))


def _say(
    conn: Connection, event: EventName, account: Account, why: StateWhy, by: Actor, now: datetime, **more: int
) -> None:
    data = {"staff": account.id, "why": why.value, **more}
    outbox.record(conn, chain=f"staff:{account.id}", type=event, actor=by, data=data, at=now)

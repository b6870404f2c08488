"""Centres and staff accounts: made by seeding, by `pilnvara admin`, later by pages that need two people."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.database.base import lock
from gateway.ids import new_id
from gateway.keys import store
from gateway.keys.sealing import Sealer
from gateway.ledger import outbox
from gateway.people import sessions
from gateway.people.errors import AuditorAloneError, LoginTakenError, UnknownPersonError
from gateway.people.passwords import hash_password
from gateway.people.roles import Role, are_apart
from gateway.people.tables import Centre, Staff, StaffRole, StaffState

OPERATOR = Actor(ActorKind.SYSTEM, "command line")
ISSUER = "Pilnvara"
"""How authenticator apps name the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """An account to be made."""

    login: str
    name: str
    password: str = field(repr=False)
    centre_id: str
    roles: tuple[Role, ...]
    language: str = "lv"
    totp_secret: str | None = field(default=None, repr=False)
    """Base32; only seeding gives one, else it is made here."""


@dataclass(frozen=True, slots=True)
class Created:
    """A new account; the secret is said once and never again."""

    id: str
    totp_secret: str = field(repr=False)
    totp_uri: str = field(repr=False)
    """`otpauth://…`, for the authenticator app."""


def add_centre(
    conn: Connection,
    *,
    name: str,
    kind: str,
    municipality: str,
    now: datetime,
    centre_id: str | None = None,
    by: Actor = OPERATOR,
) -> str:
    """Add a centre and return its id; `kind` says which basket of services it offers, such as `vpvkac`."""
    centre_id = centre_id or new_id()
    said = {"name": name, "kind": kind, "municipality": municipality}
    conn.execute(insert(Centre).values(id=centre_id, **said))
    data = {"centre": centre_id, **said}
    outbox.record(conn, chain="system", type=EventName.CENTRE_ADDED, actor=by, data=data, at=now)
    return centre_id


def create(conn: Connection, sealer: Sealer, new: NewStaff, *, now: datetime, by: Actor = OPERATOR) -> Created:
    """Create an account.

    Raises:
        AuditorAloneError: an auditor would have another role too.
        LoginTakenError: another account has the login.
        UnknownPersonError: there is no such centre.
        WeakPasswordError: the password is too short.
    """
    login = fold_login(new.login)
    if conn.execute(select(Staff.id).where(Staff.login == login)).first():
        raise LoginTakenError("the login is taken")
    ensure_centre(conn, new.centre_id)
    staff_id, key = new_id(), sealer.new_key()
    secret = new.totp_secret or pyotp.random_base32()
    store.save(conn, sealer.wrap(key))
    values = {
        "id": staff_id,
        "centre_id": new.centre_id,
        "login": login,
        "display_name": new.name,
        "password_hash": hash_password(new.password),
        "key_id": key.id,
        "totp": sealer.seal(key, totp_context(staff_id), secret.encode()),
        "totp_counter": 0,
        "state": StaffState.ACTIVE,
        "language": new.language,
        "created_at": now,
    }
    try:
        conn.execute(insert(Staff).values(values))
    except IntegrityError as error:  # the same login, made on another machine in this moment
        raise LoginTakenError("the login is taken") from error
    _insert_roles(conn, staff_id, new.roles)
    data = {"staff": staff_id, "centre": new.centre_id, "roles": _names(new.roles)}
    outbox.record(conn, chain=f"staff:{staff_id}", type=EventName.STAFF_ACCOUNT_CREATED, actor=by, data=data, at=now)
    return Created(staff_id, secret, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER))


def set_roles(conn: Connection, staff_id: str, roles: Iterable[Role], *, now: datetime, by: Actor = OPERATOR) -> None:
    """Give an account exactly these roles. Its sessions end where it loses one: somebody may be at work in it.

    Raises:
        AuditorAloneError: an auditor would have another role too.
        UnknownPersonError: there is no such account.
    """
    if conn.execute(lock(conn, select(Staff.id).where(Staff.id == staff_id))).first() is None:
        raise UnknownPersonError("no such account")
    given = tuple(roles)
    had = set(conn.execute(select(StaffRole.role).where(StaffRole.staff_id == staff_id)).scalars())
    conn.execute(delete(StaffRole).where(StaffRole.staff_id == staff_id))
    _insert_roles(conn, staff_id, given)
    ended = sessions.end_all_of_staff(conn, staff_id, now) if had - set(given) else 0
    data = {"staff": staff_id, "roles": _names(given), "sessions_ended": ended}
    outbox.record(conn, chain=f"staff:{staff_id}", type=EventName.STAFF_ACCOUNT_CHANGED, actor=by, data=data, at=now)


def close(conn: Connection, staff_id: str, *, now: datetime, by: Actor = OPERATOR) -> None:
    """Close an account for good: nobody signs in with it, and its sessions end.

    Raises:
        UnknownPersonError: there is no such account.
    """
    _ensure_exists(conn, staff_id)
    conn.execute(update(Staff).where(Staff.id == staff_id).values(state=StaffState.CLOSED))
    ended = sessions.end_all_of_staff(conn, staff_id, now)
    data = {"staff": staff_id, "sessions_ended": ended}
    outbox.record(conn, chain=f"staff:{staff_id}", type=EventName.STAFF_ACCOUNT_CLOSED, actor=by, data=data, at=now)


def find_by_login(conn: Connection, login: str) -> str:
    """The id of the account with a login.

    Raises:
        UnknownPersonError: there is none.
    """
    found = conn.execute(select(Staff.id).where(Staff.login == fold_login(login))).scalar_one_or_none()
    if found is None:
        raise UnknownPersonError("no such account")
    return found


def login_of(conn: Connection, staff_id: str) -> str:
    """The login of an account that exists."""
    return str(conn.execute(select(Staff.login).where(Staff.id == staff_id)).scalar_one())


def ensure_centre(conn: Connection, centre_id: str) -> None:
    """Refuse a centre that does not exist.

    Raises:
        UnknownPersonError: there is none with this id.
    """
    if not conn.execute(select(Centre.id).where(Centre.id == centre_id)).first():
        raise UnknownPersonError("no such centre")


def fold_login(login: str) -> str:
    """Return the one spelling under which a login is kept and looked up."""
    return login.strip().casefold()


def totp_context(staff_id: str) -> str:
    """The place that a sealed secret of one-time codes belongs to."""
    return f"staff.totp:{staff_id}"


def make_password() -> str:
    """Make a password for somebody who will be told it: 96 random bits."""
    return secrets.token_urlsafe(12)


def _ensure_exists(conn: Connection, staff_id: str) -> None:
    if not conn.execute(select(Staff.id).where(Staff.id == staff_id)).first():
        raise UnknownPersonError("no such account")


def _insert_roles(conn: Connection, staff_id: str, roles: tuple[Role, ...]) -> None:
    if not are_apart(roles):
        raise AuditorAloneError("an auditor has no other role")
    if roles:
        conn.execute(insert(StaffRole), [{"staff_id": staff_id, "role": role} for role in dict.fromkeys(roles)])


def _names(roles: tuple[Role, ...]) -> list[str]:
    return sorted(role.value for role in roles)

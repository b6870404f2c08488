"""Centres, and staff accounts with their roles: made by seeding, by `pilnvara admin`, or by an invitation."""

import secrets
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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
from gateway.people.errors import AuditorAloneError, HolderMissingError, LoginTakenError, UnknownPersonError
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
    holder: str | None = None
    """Whose officer they are, as services name their holder; only with that role."""
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
    region: str | None = None,
    by: Actor = OPERATOR,
) -> str:
    """Add a centre and return its id; `kind` says which basket of services it offers, such as `vpvkac`."""
    centre_id = centre_id or new_id()
    said = {"name": name, "kind": kind, "municipality": municipality, "region": region}
    conn.execute(insert(Centre).values(id=centre_id, **said))
    data = {"centre": centre_id, **said}
    outbox.record(conn, chain="system", type=EventName.CENTRE_ADDED, actor=by, data=data, at=now)
    return centre_id


def create(conn: Connection, sealer: Sealer, new: NewStaff, *, now: datetime, by: Actor = OPERATOR) -> Created:
    """Create an account.

    Raises:
        AuditorAloneError: an auditor would have another role too.
        HolderMissingError: an officer would be nobody's, or another somebody's.
        LoginTakenError: another account has the login.
        UnknownPersonError: there is no such centre.
        WeakPasswordError: the password is too short.
    """
    ensure_centre(conn, new.centre_id)
    staff_id, key = new_id(), sealer.new_key()
    secret = new.totp_secret or pyotp.random_base32()
    store.save(conn, sealer.wrap(key))
    values = {
        "id": staff_id,
        "centre_id": new.centre_id,
        "login": new.login,
        "display_name": new.name,
        "password_hash": hash_password(new.password),
        "key_id": key.id,
        "totp": sealer.seal(key, totp_context(staff_id), secret.encode()),
        "totp_counter": 0,
        "language": new.language,
        "holder": new.holder,
    }
    insert_account(conn, values, new.roles, by=by, now=now)
    return Created(staff_id, secret, totp_uri(new.login, secret))


def insert_account(
    conn: Connection,
    values: Mapping[str, Any],
    roles: Sequence[Role],
    *,
    by: Actor,
    now: datetime,
    invitation: str | None = None,
) -> None:
    """Store a new account, whose columns but for its state `values` are, and record it.

    Raises:
        AuditorAloneError, HolderMissingError, LoginTakenError: as `create`.
    """
    login = fold_login(values["login"])
    ensure_login_free(conn, login)
    ensure_fit(roles, values["holder"])
    own = {"login": login, "folded": fold(f"{values['display_name']} {login}")}
    try:
        conn.execute(insert(Staff).values({**values, **own, "state": StaffState.ACTIVE, "created_at": now}))
    except IntegrityError as error:  # the same login, made on another machine in this moment
        raise LoginTakenError("the login is taken") from error
    _insert_roles(conn, values["id"], roles)
    data = {"staff": values["id"], "centre": values["centre_id"], "roles": names(roles), "holder": values["holder"]}
    data |= {"invitation": invitation} if invitation else {}
    chain = f"staff:{values['id']}"
    outbox.record(conn, chain=chain, type=EventName.STAFF_ACCOUNT_CREATED, actor=by, data=data, at=now)


def set_roles(
    conn: Connection,
    staff_id: str,
    roles: Iterable[Role],
    *,
    now: datetime,
    by: Actor = OPERATOR,
    holder: str | None = None,
) -> None:
    """Give an account exactly these roles, and with the officer's a holder.

    Its sessions end where it loses one, or becomes another holder's: somebody may be at work in it.

    Raises:
        AuditorAloneError, HolderMissingError: as `create`.
        UnknownPersonError: there is no such account.
    """
    before = conn.execute(lock(conn, select(Staff.holder).where(Staff.id == staff_id))).one_or_none()
    if before is None:
        raise UnknownPersonError("no such account")
    given = tuple(roles)
    ensure_fit(given, holder)
    had = set(conn.execute(select(StaffRole.role).where(StaffRole.staff_id == staff_id)).scalars())
    conn.execute(delete(StaffRole).where(StaffRole.staff_id == staff_id))
    _insert_roles(conn, staff_id, given)
    conn.execute(update(Staff).where(Staff.id == staff_id).values(holder=holder))
    loses = had - set(given) or before.holder not in (None, holder)
    ended = sessions.end_all_of_staff(conn, staff_id, now) if loses else 0
    data = {"staff": staff_id, "roles": names(given), "holder": holder, "sessions_ended": ended}
    outbox.record(conn, chain=f"staff:{staff_id}", type=EventName.STAFF_ACCOUNT_CHANGED, actor=by, data=data, at=now)


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
    if not is_centre(conn, centre_id):
        raise UnknownPersonError("no such centre")


def is_centre(conn: Connection, centre_id: str) -> bool:
    """Whether there is a centre with this id."""
    return conn.execute(select(Centre.id).where(Centre.id == centre_id)).first() is not None


def ensure_login_free(conn: Connection, login: str) -> None:
    """Refuse a login that somebody has or had. Raises `LoginTakenError`."""
    if not is_login_free(conn, login):
        raise LoginTakenError("the login is taken")


def is_login_free(conn: Connection, login: str) -> bool:
    """Whether nobody has or had this login."""
    return conn.execute(select(Staff.id).where(Staff.login == fold_login(login))).first() is None


def ensure_fit(roles: Collection[Role], holder: str | None) -> None:
    """Refuse roles that do not go together, and an officer of nobody.

    Raises:
        AuditorAloneError: an auditor would have another role too.
        HolderMissingError: an officer would be nobody's, or somebody else would be one's.
    """
    if not are_apart(roles):
        raise AuditorAloneError("an auditor has no other role")
    if (Role.OFFICER in roles) != bool(holder):
        raise HolderMissingError("an officer is one holder's, and nobody else is any's")


def fold(text: str) -> str:
    """How names are kept to be looked for: small letters without marks, `Ērgle` as `ergle`."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def totp_uri(login: str, secret: str) -> str:
    """`otpauth://…`, for the authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=fold_login(login), issuer_name=ISSUER)


def fold_login(login: str) -> str:
    """Return the one spelling under which a login is kept and looked up."""
    return login.strip().casefold()


def totp_context(staff_id: str) -> str:
    """The place that a sealed secret of one-time codes belongs to."""
    return f"staff.totp:{staff_id}"


def make_password() -> str:
    """Make a password for somebody who will be told it: 96 random bits."""
    return secrets.token_urlsafe(12)


def names(roles: Iterable[Role]) -> list[str]:
    """Roles as the trail names them."""
    return sorted(role.value for role in roles)


def _insert_roles(conn: Connection, staff_id: str, roles: Iterable[Role]) -> None:
    if roles:
        conn.execute(insert(StaffRole), [{"staff_id": staff_id, "role": role} for role in dict.fromkeys(roles)])

"""Sessions: begun, loaded, rotated, ended.

A session is a row under the SHA-256 of a 256-bit token that only the browser's cookie holds. It ends by sign-out, by
idleness, at its absolute end, or by a change of role, which begins another under a new token. Ended is for ever: every
step here is an UPDATE that names an open session, so a slow request cannot revive one.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Text, bindparam, func, insert, or_, select, type_coerce, update

from gateway.database.base import UtcDateTime
from gateway.ids import digest, new_token
from gateway.people.access import AccountSession, ResidentSession, SessionKind, StaffSession
from gateway.people.errors import AccountSuspendedError, SessionElsewhereError, SessionOverError
from gateway.people.proven import Proven, Shown, why_not
from gateway.people.roles import Role, are_apart
from gateway.people.tables import Centre, Session, Staff, StaffRole, StaffState
from gateway.terminals.tables import Display, Terminal

TOUCH_AFTER = timedelta(minutes=1)
"""How long a session goes unnoted: noting each request would make every page a write."""
ACCOUNT_IDLE = timedelta(minutes=10)
"""How long a resident's own page stays open unused: it shows everything, often on a phone that lies about."""

_ROLES = (
    select(func.aggregate_strings(type_coerce(StaffRole.role, Text), ","))
    .where(StaffRole.staff_id == Session.staff_id, or_(StaffRole.role != Role.OFFICER, Staff.holder.is_not(None)))
    .correlate(Session, Staff)
    .scalar_subquery()
)
_DISPLAY = (
    select(func.max(Display.id))
    .where(Display.terminal_id == Session.terminal_id, Display.revoked_at.is_(None))
    .scalar_subquery()
)
_STAFF = (
    select(
        Session.__table__,
        Staff.display_name,
        Staff.state.label("staff_state"),
        Staff.holder,
        Centre.name.label("centre_name"),
        Terminal.name.label("terminal_name"),
        Terminal.secret_hash.label("terminal_secret_hash"),
        Terminal.public_key.label("terminal_public_key"),
        Terminal.certificate_hash.label("terminal_certificate_hash"),
        Terminal.revoked_at.label("terminal_revoked_at"),
        _ROLES.label("roles"),
        _DISPLAY.label("display_id"),
    )
    .join(Staff, Staff.id == Session.staff_id)
    .join(Centre, Centre.id == Session.centre_id)
    .outerjoin(Terminal, Terminal.id == Session.terminal_id)
    .where(Session.token_hash == bindparam("token_hash"), Session.kind == SessionKind.STAFF)
)
_SIGNED_IN = update(Staff).where(Staff.id == bindparam("who")).values(signed_in_at=bindparam("at", type_=UtcDateTime()))
_OF_KIND = select(Session.__table__).where(
    Session.token_hash == bindparam("token_hash"), Session.kind == bindparam("kind")
)
_OPEN = select(Session.__table__).where(Session.token_hash == bindparam("token_hash"), Session.locked_at.is_(None))


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lives."""

    idle: timedelta
    """Without any request."""
    absolute: timedelta
    """At most, however busy."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What an identity provider said of a resident."""

    resident_id: str
    auth_time: datetime
    acr: str

    def columns(self) -> dict[str, Any]:
        """The columns of a session that hold it."""
        return {"resident_id": self.resident_id, "auth_time": self.auth_time, "acr": self.acr}


def begin_staff(  # noqa: PLR0913 - a session says as much of itself
    conn: Connection,
    *,
    staff_id: str,
    role: Role | None,
    centre_id: str,
    terminal_id: str | None,
    language: str,
    now: datetime,
    lifetime: Lifetime,
    browser_hash: bytes | None = None,
    proven: Proven | None = None,
) -> str:
    """Begin a session for a member of staff who has just proved who they are; return the cookie's token.

    Raises:
        ValueError: it is for a terminal, and that has not proved itself.
    """
    if terminal_id is not None and proven is None:
        raise ValueError("a session at a terminal begins with the terminal's proof")
    conn.execute(_SIGNED_IN, {"who": staff_id, "at": now})
    return begin(
        conn,
        kind=SessionKind.STAFF,
        now=now,
        lifetime=lifetime,
        staff_id=staff_id,
        role=role,
        centre_id=centre_id,
        terminal_id=terminal_id,
        browser_hash=browser_hash,
        language=language,
        auth_time=now,
        confirmed_at=now,
        **(proven.columns() if proven else {}),
    )


def begin_resident(
    conn: Connection,
    *,
    visit_id: str | None,
    approval_id: str | None,
    language: str,
    now: datetime,
    lifetime: Lifetime,
    signed_in: SignedIn | None = None,
) -> str:
    """Begin a session on a resident's phone, bound to one approval or visit; return the cookie's token.

    Once the resident has signed in, `rotate` it with `signed_in.columns()`.
    """
    return begin(
        conn,
        kind=SessionKind.RESIDENT,
        now=now,
        lifetime=lifetime,
        visit_id=visit_id,
        approval_id=approval_id,
        language=language,
        **(signed_in.columns() if signed_in else {}),
    )


def begin_account(
    conn: Connection,
    *,
    resident_id: str,
    auth_time: datetime | None,
    acr: str,
    language: str,
    now: datetime,
    lifetime: Lifetime,
) -> str:
    """Begin a session on a resident's own page, for somebody who has just signed in; return the cookie's token."""
    return begin(
        conn,
        kind=SessionKind.ACCOUNT,
        now=now,
        lifetime=lifetime,
        resident_id=resident_id,
        auth_time=auth_time,
        acr=acr,
        language=language,
    )


def rotate(conn: Connection, token_hash: bytes, *, now: datetime, **changes: Any) -> str:
    """End a session and begin its successor with `changes` to its columns; return the new token.

    The absolute end stays: nobody stays signed in for ever by changing roles.

    Raises:
        SessionOverError: it has ended already.
    """
    row = conn.execute(
        update(Session)
        .where(Session.token_hash == token_hash, Session.ended_at.is_(None))
        .values(ended_at=now)
        .returning(*Session.__table__.c)
    ).one_or_none()
    if row is None:
        raise SessionOverError("the session has ended")
    token = new_token()
    successor = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public way to a row by name
    successor |= {"token_hash": digest(token), "csrf": _new_csrf(), "created_at": now, "ended_at": None} | changes
    conn.execute(insert(Session).values(successor))
    return token


def end(conn: Connection, token_hash: bytes, now: datetime) -> bool:
    """End a session for ever; False when it had ended before."""
    return _end_where(conn, Session.token_hash == token_hash, now) > 0


def end_all_of_staff(conn: Connection, staff_id: str, now: datetime) -> int:
    """End every open session of a member of staff; return how many there were."""
    return _end_where(conn, Session.staff_id == staff_id, now)


def end_others_of_staff(conn: Connection, staff_id: str, *, but: bytes, now: datetime) -> int:
    """End every open session of a member of staff but one, named by its token's hash; return how many there were."""
    return _end_where(conn, (Session.staff_id == staff_id) & (Session.token_hash != but), now)


def end_all_of_terminal(conn: Connection, terminal_id: str, now: datetime) -> int:
    """End every open session at a terminal; return how many there were."""
    return _end_where(conn, Session.terminal_id == terminal_id, now)


def end_strangers_of_approval(conn: Connection, approval_id: str, now: datetime) -> int:
    """End the sessions of phones that came to a question and have not signed in; return how many there were."""
    condition = (Session.approval_id == approval_id) & Session.resident_id.is_(None)
    return _end_where(conn, condition & (Session.kind == SessionKind.RESIDENT), now)


def touch(conn: Connection, token_hash: bytes, *, now: datetime, idle: timedelta) -> None:
    """Note that a session was used; does nothing to one that has ended."""
    conn.execute(
        update(Session)
        .where(Session.token_hash == token_hash, Session.ended_at.is_(None), Session.seen_at < now)
        .values(seen_at=now, idle_until=now + idle)
    )


def confirm(conn: Connection, token_hash: bytes, now: datetime) -> None:
    """Note that a session's holder has just shown again who they are; does nothing to one that has ended."""
    conn.execute(
        update(Session).where(Session.token_hash == token_hash, Session.ended_at.is_(None)).values(confirmed_at=now)
    )


def set_language(conn: Connection, token_hash: bytes, language: str) -> None:
    """Show the pages of an open session in another language."""
    conn.execute(
        update(Session).where(Session.token_hash == token_hash, Session.ended_at.is_(None)).values(language=language)
    )


def load_staff(
    conn: Connection, token: str, *, shown: Shown, anywhere: Collection[str], every: timedelta, now: datetime
) -> StaffSession | None:
    """Find the open session of `token`, presented by a browser that shows `shown` besides; one statement.

    `anywhere` are the roles that may be used without an enrolled terminal; terminals prove themselves `every` so often.

    Raises:
        AccountSuspendedError: its holder was suspended, and it would go on otherwise.
        SessionElsewhereError: it belongs to a terminal, and this is not that terminal.
    """
    row = conn.execute(_STAFF, {"token_hash": digest(token)}).one_or_none()
    if row is not None and row.staff_state is StaffState.SUSPENDED and now < min(row.idle_until, row.ends_at):
        raise AccountSuspendedError(staff_id=row.staff_id, token_hash=row.token_hash)
    if row is None or _is_over(row, now) or row.staff_state is not StaffState.ACTIVE:
        return None
    if row.terminal_id is not None:
        if row.terminal_revoked_at is not None:
            return None
        presented = digest(shown.terminal_secret) if shown.terminal_secret else b""
        if not secrets.compare_digest(presented, row.terminal_secret_hash):
            raise SessionElsewhereError(token_hash=row.token_hash, staff_id=row.staff_id, terminal_id=row.terminal_id)
    roles = roles_for_place(row.roles, None if row.terminal_id else anywhere)
    if not roles or (row.role is not None and row.role not in roles):
        return None
    return StaffSession(
        staff_id=row.staff_id,
        name=row.display_name,
        holder=row.holder,
        role=row.role or roles[0],
        role_chosen=row.role is not None,
        roles=roles,
        centre_id=row.centre_id,
        centre_name=row.centre_name,
        terminal_id=row.terminal_id,
        terminal_name=row.terminal_name,
        browser_hash=row.browser_hash,
        display_id=row.display_id,
        visit_id=row.visit_id,
        locked_at=row.locked_at,
        confirmed_at=row.confirmed_at,
        terminal_key=row.terminal_public_key,
        unproven=why_not(row, shown, now, every) if row.terminal_id is not None else None,
        **_of_every_kind(row),
    )


def load_resident(conn: Connection, token: str, now: datetime) -> ResidentSession | None:
    """Find the open session of a resident's phone; one statement."""
    row = _open_of_kind(conn, token, SessionKind.RESIDENT, now)
    if row is None:
        return None
    return ResidentSession(
        resident_id=row.resident_id,
        visit_id=row.visit_id,
        approval_id=row.approval_id,
        acr=row.acr,
        **_of_every_kind(row),
    )


def load_account(conn: Connection, token: str, now: datetime) -> AccountSession | None:
    """Find the open session of a resident's own page; one statement."""
    row = _open_of_kind(conn, token, SessionKind.ACCOUNT, now)
    return None if row is None else AccountSession(resident_id=row.resident_id, acr=row.acr, **_of_every_kind(row))


def is_open(conn: Connection, token_hash: bytes, now: datetime) -> bool:
    """Say whether a session still goes on: for streams, which outlive the request that began them."""
    row: Row[Any] | None = conn.execute(_OPEN, {"token_hash": token_hash}).one_or_none()
    return row is not None and not _is_over(row, now)


def roles_for_place(roles: str | None, only: Collection[str] | None) -> tuple[Role, ...]:
    """Read comma-separated roles, in the order of `Role`; away from an enrolled terminal `only` those of that list.

    An account that was given more beside the auditor's is an auditor's and no other.
    """
    held = set((roles or "").split(","))
    held = held if are_apart(held) else {Role.AUDITOR.value}
    return tuple(role for role in Role if role.value in held and (only is None or role.value in only))


def begin(conn: Connection, *, kind: SessionKind, now: datetime, lifetime: Lifetime, **columns: Any) -> str:
    """Begin a session of any kind under a new token, which it returns; `columns` are its row's other ones."""
    token = new_token()
    conn.execute(
        insert(Session).values(
            token_hash=digest(token),
            kind=kind,
            csrf=_new_csrf(),
            created_at=now,
            seen_at=now,
            idle_until=now + min(lifetime.idle, lifetime.absolute),
            ends_at=now + lifetime.absolute,
            **columns,
        )
    )
    return token


def _open_of_kind(conn: Connection, token: str, kind: SessionKind, now: datetime) -> Row[Any] | None:
    row: Row[Any] | None = conn.execute(_OF_KIND, {"token_hash": digest(token), "kind": kind}).one_or_none()
    return None if row is None or _is_over(row, now) else row


def _of_every_kind(row: Row[Any]) -> dict[str, Any]:
    return {
        "token_hash": row.token_hash,
        "language": row.language,
        "csrf": row.csrf,
        "auth_time": row.auth_time,
        "seen_at": row.seen_at,
        "idle_until": row.idle_until,
        "ends_at": row.ends_at,
    }


def _end_where(conn: Connection, condition: Any, now: datetime) -> int:
    return conn.execute(update(Session).where(condition, Session.ended_at.is_(None)).values(ended_at=now)).rowcount


def _is_over(row: Row[Any], now: datetime) -> bool:
    over: bool = row.ended_at is not None or now >= row.idle_until or now >= row.ends_at
    return over


def _new_csrf() -> str:
    return secrets.token_urlsafe(24)

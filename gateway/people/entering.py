"""Letting somebody in who has shown who they are: a session begins, or goes on where it was locked.

By which means they showed it is `sign_in`'s business, or `passkey_sign_in`'s. What was refused is recorded here too.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, func, or_, select, type_coerce

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.ids import digest
from gateway.ledger import outbox
from gateway.parts import Parts
from gateway.people import sessions, switching, throttle
from gateway.people.access import StaffSession
from gateway.people.proven import Proven
from gateway.people.roles import Role
from gateway.people.tables import Staff, StaffRole, StaffState
from gateway.terminals import enrolment
from gateway.terminals.enrolment import KnownTerminal

ROLES = (
    select(func.aggregate_strings(type_coerce(StaffRole.role, Text), ","))
    .where(StaffRole.staff_id == Staff.id, or_(StaffRole.role != Role.OFFICER, Staff.holder.is_not(None)))
    .correlate(Staff)
    .scalar_subquery()
)
_PERSON = select(Staff.id, Staff.centre_id, Staff.state, Staff.language, ROLES.label("roles")).where(
    Staff.id == bindparam("staff_id")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody comes in."""

    terminal: KnownTerminal | None
    address: str
    proven: Proven | None
    """That the terminal has proved itself; without it, it counts as any computer."""
    browser: str | None = field(default=None, repr=False)
    """The mark of the browser, which its cookie keeps."""

    @property
    def door(self) -> throttle.Door:
        """What tries made here are counted at."""
        return throttle.place(self.terminal.id if self.terminal else None, self.address)

    @property
    def stranger(self) -> Actor:
        """How the trail names whoever tries here in vain."""
        return Actor(ActorKind.NOBODY, "unknown", self.terminal.id if self.terminal else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of staff who has shown who they are."""

    id: str
    centre_id: str
    language: str
    roles: str | None
    """All that they hold, separated by commas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameIn:
    """Somebody is in."""

    token: str = field(repr=False)
    """For the session's cookie."""
    staff_id: str
    has_news: bool = False
    """Their means of signing in were changed, and they have not been told."""


def person_of(conn: Connection, staff_id: str) -> Person | None:
    """The holder of an account; `None` where it is not in use."""
    row = conn.execute(_PERSON, {"staff_id": staff_id}).one()
    if row.state is not StaffState.ACTIVE:
        return None
    return Person(id=row.id, centre_id=row.centre_id, language=row.language, roles=row.roles)


def is_suspended(conn: Connection, staff_id: str) -> bool:
    """Whether an account is suspended, and its holder to be told so once they have shown who they are."""
    return conn.execute(_PERSON, {"staff_id": staff_id}).one().state is StaffState.SUSPENDED


def begin(
    conn: Connection, parts: Parts, place: Place, person: Person, *, by: dict[str, str], now: datetime
) -> str | None:
    """Begin a session and return its token; `None` where none of the person's roles may be used at this computer.

    `by` is by what they signed in, for the trail. Other sessions at the terminal are parked, their own ended.
    """
    terminal = _theirs(place, person)
    roles = _roles_at(parts, terminal, person)
    if not roles:
        return None
    role = roles[0] if len(roles) == 1 else None
    token = sessions.begin_staff(
        conn,
        staff_id=person.id,
        role=role,
        centre_id=person.centre_id,
        terminal_id=terminal.id if terminal else None,
        language=person.language,
        now=now,
        lifetime=sessions.Lifetime(parts.settings.session_idle, parts.settings.session_absolute),
        browser_hash=digest(place.browser) if place.browser else None,
        proven=place.proven if terminal else None,
    )
    actor = Actor((role or roles[0]).audit_kind, person.id, terminal.id if terminal else None, person.centre_id)
    if terminal:
        enrolment.note_use(conn, terminal.id, now)
        switching.end_earlier(conn, terminal.id, person.id, but=digest(token), now=now)
        switching.park_others(conn, terminal.id, but=digest(token), by=actor, now=now)
    said = {"role": role.value if role else None, **by}
    _record(conn, person.id, EventName.STAFF_SIGNED_IN, actor, said, now)
    return token


def go_on(
    conn: Connection, parts: Parts, place: Place, person: Person, *, by: dict[str, str], now: datetime
) -> str | None:
    """Go on with what the person left at this terminal, unlocked; return its token, `None` where there is nothing."""
    terminal = _theirs(place, person)
    left = switching.left_by(conn, terminal.id, person.id, now) if terminal else None
    roles = _roles_at(parts, terminal, person)
    if terminal is None or left is None or place.proven is None or not roles:
        return None
    if left.role is not None and left.role not in roles:
        return None
    actor = Actor((left.role or roles[0]).audit_kind, person.id, terminal.id, person.centre_id)
    until = min(now + parts.settings.session_idle, left.ends_at)
    fresh = place.proven.columns() | {"confirmed_at": now}
    token = _unlocked(conn, left.token_hash, terminal.id, actor, fresh, until, now)
    _record(conn, person.id, EventName.STAFF_SESSION_UNLOCKED, actor, dict(by), now)
    return token


def unlock(
    conn: Connection,
    parts: Parts,
    session: StaffSession,
    proven: Proven | None,
    *,
    by: dict[str, str],
    confirmed: bool,
    now: datetime,
) -> str:
    """Unlock a session for its owner, who has just been `confirmed` with all factors or with one; return its token.

    Raises:
        SessionOverError: it has ended.
    """
    fresh = (proven.columns() if proven else {}) | ({"confirmed_at": now} if confirmed else {})
    until = min(now + parts.settings.session_idle, session.ends_at)
    token = _unlocked(conn, session.token_hash, session.terminal_id, session.actor, fresh, until, now)
    _record(conn, session.staff_id, EventName.STAFF_SESSION_UNLOCKED, session.actor, dict(by), now)
    return token


def note_failure(
    conn: Connection, place: Place, staff_id: str | None, why: str, now: datetime, *, is_last: bool
) -> None:
    """Record a try in vain. What was typed as a login is left out: it is often the password."""
    terminal_id = place.terminal.id if place.terminal else None
    chain = f"staff:{staff_id}" if staff_id else f"terminal:{terminal_id}" if terminal_id else "system"
    data = {"reason": why, "staff": staff_id}
    actor = place.stranger
    outbox.record(conn, chain=chain, type=EventName.STAFF_SIGN_IN_FAILED, actor=actor, data=data, at=now)
    if is_last:
        until = {"minutes": int(throttle.WINDOW.total_seconds()) // 60}
        outbox.record(conn, chain=chain, type=EventName.STAFF_LOCKED_OUT, actor=actor, data=data | until, at=now)


def _unlocked(
    conn: Connection,
    token_hash: bytes,
    terminal_id: str | None,
    actor: Actor,
    fresh: dict[str, Any],
    until: datetime,
    now: datetime,
) -> str:
    changes = fresh | {"locked_at": None, "seen_at": now}
    token = sessions.rotate(conn, token_hash, now=now, idle_until=until, **changes)
    if terminal_id is not None:
        switching.park_others(conn, terminal_id, but=digest(token), by=actor, now=now)
    return token


def _theirs(place: Place, person: Person) -> KnownTerminal | None:
    """The terminal, where it is of the person's centre and has proved itself."""
    is_theirs = place.terminal is not None and place.terminal.centre_id == person.centre_id
    return place.terminal if is_theirs and place.proven is not None else None


def _roles_at(parts: Parts, terminal: KnownTerminal | None, person: Person) -> tuple[Role, ...]:
    return sessions.roles_for_place(person.roles, None if terminal else parts.settings.staff_anywhere)


def _record(
    conn: Connection, staff_id: str, event: EventName, actor: Actor, data: dict[str, Any], now: datetime
) -> None:
    outbox.record(conn, chain=f"staff:{staff_id}", type=event, actor=actor, data=data, at=now)

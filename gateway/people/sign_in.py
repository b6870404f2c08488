"""Signing in with password and one-time code (RFC 6238), locking, unlocking, choosing a role, signing out.

Each try is counted first and then looked at; an unknown login costs the same work as a wrong password, and the answer
does not say which of the three was wrong. A code works once: the last accepted step is kept, and moves forward only.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from sqlalchemy import Connection, bindparam, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.keys import store
from gateway.ledger import outbox
from gateway.parts import Parts
from gateway.people import entering, passwords, sessions, staff_passkeys, throttle
from gateway.people.access import StaffSession
from gateway.people.entering import CameIn, Person, Place
from gateway.people.errors import (
    AccessRefusedError,
    AccountSuspendedError,
    SignInFailedError,
    TerminalProofRefusedError,
    TerminalRequiredError,
    UnknownPersonError,
)
from gateway.people.proven import Proven
from gateway.people.roles import Role
from gateway.people.staff import fold_login, totp_context
from gateway.people.tables import Staff, StaffState

_STEP_SECONDS = 30
_STEPS_OFF = (0, -1, 1)
"""A phone's clock may be one step behind or ahead."""

_ACCOUNT = select(Staff.__table__, entering.ROLES.label("roles")).where(Staff.login == bindparam("login"))
_USE_CODE = (
    update(Staff)
    .where(Staff.id == bindparam("staff_id"), Staff.totp_counter < bindparam("step"))
    .values(totp_counter=bindparam("step"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody typed, and where."""

    login: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    place: Place

    @property
    def doors(self) -> tuple[throttle.Door, ...]:
        """What this attempt is counted at."""
        return (throttle.account(fold_login(self.login)), self.place.door)


@dataclass(frozen=True, slots=True)
class _Account:
    """An account as it stood when the attempt began."""

    person: Person
    password_hash: str
    state: StaffState
    totp_secret: str = field(repr=False)


async def sign_in(parts: Parts, attempt: Attempt) -> CameIn:
    """Begin a session. Somebody with several roles here chooses one next.

    Raises:
        TriedTooOftenError: the account or the computer had too many tries in vain.
        SignInFailedError: login, password or code is wrong, or the account is closed.
        AccountSuspendedError: all is right, but the account is suspended.
        TerminalRequiredError: all is right, but none of the person's roles may be used on this computer.
    """

    def step(conn: Connection, account: _Account, now: datetime) -> CameIn | TerminalRequiredError:
        by = {"by": "password_and_code"}
        token = entering.begin(conn, parts, attempt.place, account.person, by=by, now=now)
        if token is None:
            entering.note_failure(conn, attempt.place, account.person.id, "terminal", now, is_last=False)
            return TerminalRequiredError("no role of this person may be used here")
        staff_id = account.person.id
        has_news = staff_passkeys.take_news(conn, staff_id, by=None, now=now)
        return CameIn(token=token, staff_id=staff_id, has_news=has_news)

    return await _with_both(parts, attempt, step)


async def confirm(parts: Parts, session: StaffSession, password: str, code: str, place: Place) -> None:
    """Let whoever is signed in show once more who they are, with password and code.

    Raises:
        TriedTooOftenError: too many tries in vain.
        SignInFailedError: one of them is wrong.
    """
    login, _hash = await parts.database.read(lambda conn: _login_and_hash(conn, session.staff_id))

    def step(conn: Connection, account: _Account, now: datetime) -> CameIn:
        sessions.confirm(conn, session.token_hash, now)
        return CameIn(token="", staff_id=account.person.id)

    await _with_both(parts, Attempt(login=login, password=password, code=code, place=place), step)


async def _with_both(
    parts: Parts, attempt: Attempt, then: Callable[[Connection, _Account, datetime], CameIn | TerminalRequiredError]
) -> CameIn:
    """Check password and code, use the code up, and do `then` in the same transaction."""
    now = parts.clock.now()
    is_last = await parts.database.write(lambda conn: throttle.charge(conn, parts.sealer, attempt.doors, now))
    account = await parts.database.read(lambda conn: _find(conn, parts, attempt.login))
    right_password = await passwords.is_right(account.password_hash if account else None, attempt.password)
    step = matching_step(account.totp_secret, attempt.code, now) if account else None
    reason = _reason(account, right_password=right_password, step=step)
    if account is None or step is None or reason is not None:
        staff_id, why = account.person.id if account else None, reason or "unknown"
        await parts.database.write(
            lambda conn: entering.note_failure(conn, attempt.place, staff_id, why, now, is_last=is_last)
        )
        # Only whoever has proved to be its holder is told that it is suspended.
        raise AccountSuspendedError() if why == StaffState.SUSPENDED else SignInFailedError(why)
    known, used = account, step

    def work(conn: Connection) -> CameIn | SignInFailedError | TerminalRequiredError:
        # A refusal is returned, not raised: its event has to be committed.
        if conn.execute(_USE_CODE, {"staff_id": known.person.id, "step": used}).rowcount == 0:
            entering.note_failure(conn, attempt.place, known.person.id, "replayed", now, is_last=False)
            return SignInFailedError("replayed")
        throttle.forgive(conn, parts.sealer, attempt.doors)
        return then(conn, known, now)

    outcome = await parts.database.write(work)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def unlock(parts: Parts, session: StaffSession, password: str, *, address: str, proven: Proven | None) -> str:
    """Unlock a session with its owner's password, and its terminal's proof; return the token of its successor.

    Raises:
        TerminalProofRefusedError: it is a terminal's, which has not proved itself.
        TriedTooOftenError: too many tries in vain.
        SignInFailedError: the password is wrong.
        SessionOverError: the session has ended.
    """
    if session.terminal_id is not None and proven is None:
        raise TerminalProofRefusedError("missing")
    now = parts.clock.now()
    login, stored = await parts.database.read(lambda conn: _login_and_hash(conn, session.staff_id))
    doors = (throttle.account(login), throttle.place(session.terminal_id, address))
    await parts.database.write(lambda conn: throttle.charge(conn, parts.sealer, doors, now))
    if not await passwords.is_right(stored, password):
        await parts.database.write(
            lambda conn: _record(conn, session, EventName.STAFF_SIGN_IN_FAILED, now, why="unlock")
        )
        raise SignInFailedError("unlock")

    def work(conn: Connection) -> str:
        throttle.forgive(conn, parts.sealer, doors)
        return entering.unlock(conn, parts, session, proven, by={"by": "password"}, confirmed=False, now=now)

    return await parts.database.write(work)


def lock(conn: Connection, session: StaffSession, now: datetime, *, is_idle: bool = False) -> str:
    """Lock a session, which `is_idle` where nobody asked for it; return the token of its locked successor.

    Raises:
        SessionOverError: it has ended.
    """
    token = sessions.rotate(conn, session.token_hash, now=now, locked_at=now)
    why = {"why": "idle"} if is_idle else {}
    _record(conn, session, EventName.STAFF_SESSION_LOCKED, now, **why)
    return token


def choose_role(conn: Connection, session: StaffSession, role: Role, now: datetime) -> str:
    """Go on in another role, in a new session; return its token.

    Raises:
        AccessRefusedError: the person may not take this role here.
        SessionOverError: the session has ended.
    """
    if role not in session.roles or session.locked_at is not None:
        raise AccessRefusedError("not one of the person's roles here")
    token = sessions.rotate(conn, session.token_hash, now=now, role=role, visit_id=None)
    actor = Actor(role.audit_kind, session.staff_id, session.terminal_id, session.centre_id)
    outbox.record(
        conn,
        chain=f"staff:{session.staff_id}",
        type=EventName.STAFF_SIGNED_IN,
        actor=actor,
        data={"role": role.value, "by": "choice"},
        at=now,
    )
    return token


def sign_out(conn: Connection, session: StaffSession, now: datetime) -> None:
    """End a session; nothing happens to one that has ended."""
    if sessions.end(conn, session.token_hash, now):
        _record(conn, session, EventName.STAFF_SIGNED_OUT, now)


def _find(conn: Connection, parts: Parts, login: str) -> _Account | None:
    row = conn.execute(_ACCOUNT, {"login": fold_login(login)}).one_or_none()
    if row is None:
        return None
    key = store.load(conn, parts.sealer, row.key_id)
    return _Account(
        person=Person(id=row.id, centre_id=row.centre_id, language=row.language, roles=row.roles),
        password_hash=row.password_hash,
        state=row.state,
        totp_secret=parts.sealer.open(key, totp_context(row.id), row.totp).decode(),
    )


def matching_step(secret: str, typed: str, now: datetime) -> int | None:
    """The time step whose code was typed; all are compared, so the time taken does not tell which."""
    totp = pyotp.TOTP(secret, interval=_STEP_SECONDS)
    code = "".join(typed.split())
    current = int(now.timestamp()) // _STEP_SECONDS
    found = [step for off in _STEPS_OFF if pyotp.utils.strings_equal(totp.generate_otp(step := current + off), code)]
    return found[0] if found else None


def _reason(account: _Account | None, *, right_password: bool, step: int | None) -> str | None:
    """Why an attempt fails, for the trail; the person is not told."""
    if account is None:
        return "unknown"
    if not right_password:
        return "password"
    if step is None:
        return "code"
    return None if account.state is StaffState.ACTIVE else account.state.value


def _login_and_hash(conn: Connection, staff_id: str) -> tuple[str, str]:
    row = conn.execute(select(Staff.login, Staff.password_hash).where(Staff.id == staff_id)).one_or_none()
    if row is None:
        raise UnknownPersonError("no such account")
    return row.login, row.password_hash


def _record(conn: Connection, session: StaffSession, event: EventName, now: datetime, **data: str) -> None:
    outbox.record(conn, chain=f"staff:{session.staff_id}", type=event, actor=session.actor, data=data, at=now)

"""Staff come in by a passkey, which stands for password and code: signing in, unlocking, changing places, confirming.

Whoever's passkey answers decides who comes in. Each try is counted first, at the computer and at the passkey, and then
looked at; its question is used up whatever comes of it. Tries with a password are counted apart: who guesses
at a login keeps nobody from their passkey, and a passkey forgives no guesses.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from gateway.parts import Parts
from gateway.people import entering, sessions, staff_passkeys, switching, throttle
from gateway.people import staff_passkey_questions as questions
from gateway.people.access import StaffSession
from gateway.people.entering import CameIn, Person, Place
from gateway.people.errors import TerminalProofRefusedError, TerminalRequiredError
from gateway.people.passkey_errors import (
    StaffPasskeyAnothersError,
    StaffPasskeyClosedError,
    StaffPasskeyCopiedError,
    StaffPasskeyOverError,
    StaffPasskeyRefusedError,
    StaffPasskeySuspendedError,
)
from gateway.people.passkey_questions import Asked, Question
from gateway.people.staff_passkey_questions import Answered
from gateway.people.tables import PasskeyPurpose
from gateway.people.throttle import Door

_TRIES: Final = 5
"""Wrong answers that one passkey may give within a quarter of an hour."""
_MOST_QUESTIONS: Final = 120
"""Questions that strangers at one address are given within a quarter of an hour: each is a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a browser answered, and where."""

    question: str
    answer: str = field(repr=False)
    bound_to: bytes
    """Hash of the session, or of the stranger's secret, that was asked."""
    place: Place

    @property
    def doors(self) -> tuple[Door, ...]:
        """What this attempt is counted at."""
        named = questions.credential_of(self.answer)
        known = (Door("passkey", named, _TRIES),) if named else ()
        return *known, self.place.door


_Then: TypeAlias = Callable[[Connection, Answered, datetime], CameIn]
"""What is done once a passkey has answered; it raises a refusal before it changes anything."""


def ask(conn: Connection, parts: Parts, bound_to: bytes, *, stranger_at: str | None = None) -> Question:
    """Ask whoever stands at the computer to come in; the question names nobody.

    `stranger_at` is the address of a browser without a session. A session has one question at a time, so that a whole
    centre behind one address unlocks as often as it likes.

    Raises:
        TriedTooOftenError: too many questions to strangers at this address.
        StaffPasskeyImpossibleError: the desk's address is no name.
    """
    if stranger_at is not None:
        door = Door("passkey.question", stranger_at, _MOST_QUESTIONS)
        throttle.charge(conn, parts.sealer, [door], parts.clock.now())
    return questions.ask(conn, parts, PasskeyPurpose.STAFF_COME_IN, bound_to)


def ask_again(conn: Connection, parts: Parts, session: StaffSession) -> Question:
    """Ask whoever is signed in to show once more who they are. Raises as `ask`, of the address."""
    return questions.ask(conn, parts, PasskeyPurpose.STAFF_CONFIRM, session.token_hash, session.staff_id)


async def come_in(parts: Parts, attempt: Attempt) -> CameIn:
    """Let the passkey's holder in: on with what they left at this terminal, else in a new session.

    Raises:
        TriedTooOftenError: the passkey or the computer had too many tries in vain.
        StaffPasskeyRefusedError: the answer does not count; its kind says why.
        TerminalRequiredError: none of the person's roles may be used on this computer.
    """

    def step(conn: Connection, answered: Answered, now: datetime) -> CameIn:
        return _enter(conn, parts, attempt.place, _person(conn, answered), answered, now)

    return await _answered(parts, attempt, PasskeyPurpose.STAFF_COME_IN, step)


async def unlock(parts: Parts, session: StaffSession, attempt: Attempt) -> CameIn:
    """Unlock a session for its owner; a colleague's passkey parks it and lets the colleague in.

    Raises:
        TerminalProofRefusedError: it is a terminal's, which has not proved itself.
        StaffPasskeyAnothersError: a colleague's, where there is no terminal to be shared.
        SessionOverError: the session has ended.
        Exception: as `come_in` else.
    """
    proven = attempt.place.proven
    if session.terminal_id is not None and proven is None:
        raise TerminalProofRefusedError("missing")

    def step(conn: Connection, answered: Answered, now: datetime) -> CameIn:
        person = _person(conn, answered)
        if person.id == session.staff_id:
            token = entering.unlock(conn, parts, session, proven, by=_by(answered), confirmed=True, now=now)
            return CameIn(token=token, staff_id=person.id)
        if session.terminal_id is None:
            raise StaffPasskeyAnothersError("anothers", staff_id=person.id)
        came = _enter(conn, parts, attempt.place, person, answered, now)
        switching.park(conn, session, now, by=Actor(ActorKind.SYSTEM, "gateway", session.terminal_id))
        return came

    return await _answered(parts, attempt, PasskeyPurpose.STAFF_COME_IN, step)


async def confirm(parts: Parts, session: StaffSession, attempt: Attempt) -> None:
    """Let whoever is signed in show once more who they are.

    Raises:
        TriedTooOftenError: too many tries in vain.
        StaffPasskeyRefusedError: the answer does not count, or is a colleague's.
    """

    def step(conn: Connection, answered: Answered, now: datetime) -> CameIn:
        if answered.staff_id != session.staff_id:
            raise StaffPasskeyAnothersError("anothers", staff_id=answered.staff_id)
        sessions.confirm(conn, session.token_hash, now)
        return CameIn(token="", staff_id=session.staff_id)

    await _answered(parts, attempt, PasskeyPurpose.STAFF_CONFIRM, step)


async def _answered(parts: Parts, attempt: Attempt, purpose: PasskeyPurpose, then: _Then) -> CameIn:
    """Count the try, use the question up, check the answer, and do `then` in the same transaction as the check."""
    now, doors = parts.clock.now(), attempt.doors

    def take(conn: Connection) -> tuple[bool, Asked | StaffPasskeyOverError]:
        is_last = throttle.charge(conn, parts.sealer, doors, now)
        try:
            return is_last, questions.take(conn, parts, purpose, attempt.bound_to, attempt.question)
        except StaffPasskeyOverError as error:  # its try counts, so it is not raised here
            return is_last, error

    is_last, asked = await parts.database.write(take)

    def work(conn: Connection) -> CameIn | Exception:
        answered: Answered | None = None
        try:
            answered = _checked(conn, parts, asked, attempt.answer)
            came = then(conn, answered, now)
        except (StaffPasskeyRefusedError, TerminalRequiredError) as error:
            # Returned, not raised: its event has to be committed.
            _refuse(conn, attempt.place, error, answered, now, is_last=is_last)
            return error
        throttle.forgive(conn, parts.sealer, doors)
        return came

    outcome = await parts.database.write(work)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _checked(conn: Connection, parts: Parts, asked: Asked | StaffPasskeyOverError, answer: str) -> Answered:
    if isinstance(asked, StaffPasskeyOverError):
        raise asked
    return questions.check(conn, parts, asked, answer)


def _refuse(
    conn: Connection,
    place: Place,
    error: StaffPasskeyRefusedError | TerminalRequiredError,
    answered: Answered | None,
    now: datetime,
    *,
    is_last: bool,
) -> None:
    if isinstance(error, TerminalRequiredError):
        whose, why = answered.staff_id if answered else None, "terminal"
    else:
        whose, why = error.staff_id, f"passkey.{error.reason}"
    if isinstance(error, StaffPasskeyCopiedError) and error.passkey_id is not None:
        staff_passkeys.suspend(conn, error.passkey_id, now)
    entering.note_failure(conn, place, whose, why, now, is_last=is_last)


def _person(conn: Connection, answered: Answered) -> Person:
    person = entering.person_of(conn, answered.staff_id)
    if person is None:
        is_suspended = entering.is_suspended(conn, answered.staff_id)
        why = StaffPasskeySuspendedError if is_suspended else StaffPasskeyClosedError
        raise why("suspended" if is_suspended else "closed", staff_id=answered.staff_id)
    return person


def _enter(conn: Connection, parts: Parts, place: Place, person: Person, answered: Answered, now: datetime) -> CameIn:
    by = _by(answered)
    token = entering.go_on(conn, parts, place, person, by=by, now=now)
    token = token or entering.begin(conn, parts, place, person, by=by, now=now)
    if token is None:
        raise TerminalRequiredError("no role of this person may be used here")
    has_news = staff_passkeys.take_news(conn, person.id, by=answered.passkey_id, now=now)
    return CameIn(token=token, staff_id=person.id, has_news=has_news)


def _by(answered: Answered) -> dict[str, str]:
    return {"by": staff_passkeys.FACTOR, "passkey": answered.passkey_id}

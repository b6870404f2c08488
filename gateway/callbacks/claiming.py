"""Hands one call to one colleague, who sees its number while they call, and gives it back when their time is over.

Nobody calls whom they served, nor themselves: who it would be is found out under the seal, and nothing of it is shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, or_, select, update

from audit.events import EventName
from gateway.callbacks import sealed, waiting
from gateway.callbacks.errors import NoCallError
from gateway.callbacks.sealed import Content
from gateway.callbacks.tables import Callback
from gateway.database.base import lock
from gateway.days import day_of
from gateway.feedback import answers
from gateway.feedback.answers import Invitation
from gateway.keys.errors import KeyDestroyedError
from gateway.notifications import quiet
from gateway.parts import Parts
from gateway.people import preferences, residents
from gateway.people.access import StaffSession
from gateway.people.errors import UnknownPersonError
from gateway.people.preferences import Kind
from gateway.people.residents import Resident
from gateway.people.tables import Staff
from gateway.visits import guarding

PORTION: Final = 50
"""Rows that are looked through at a time."""
_ME = select(Staff.id).where(Staff.id == bindparam("staff"))
_IS_FREE = (
    or_(Callback.claimed_until.is_(None), Callback.claimed_until <= bindparam("now")),
    or_(Callback.tried_on.is_(None), Callback.tried_on < bindparam("today")),
)
_NEXT = (
    select(Callback.__table__)
    .where(
        Callback.centre_id == bindparam("centre"),
        Callback.is_due,
        Callback.expires_on >= bindparam("today"),
        *_IS_FREE,
    )
    .order_by(Callback.asked_on, Callback.id)
    .limit(PORTION)
    .offset(bindparam("after"))
)
_CLAIM = (
    update(Callback)
    .where(Callback.id == bindparam("callback"), *_IS_FREE)
    .values(claimed_by=bindparam("staff"), claimed_until=bindparam("until"))
)
_LAPSED = (
    update(Callback)
    .where(Callback.claimed_by == bindparam("staff"), Callback.claimed_until <= bindparam("now"))
    .values(claimed_by=None, claimed_until=None)
)
_MINE = select(Callback.__table__).where(
    Callback.claimed_by == bindparam("staff"),
    Callback.centre_id == bindparam("centre"),
    Callback.claimed_until > bindparam("now"),
)


class Taken(StrEnum):
    """What came of asking for the next call."""

    CALL = "call"
    """It is in hand."""
    NOBODY = "nobody"
    """Nothing waits, or all of it was tried today."""
    SERVED = "served"
    """What waits is all about people whom the colleague served, or about themselves."""
    QUIET = "quiet"
    """Nobody is called in the evening, at night or on a public holiday."""


@dataclass(frozen=True, slots=True)
class Call:
    """What the colleague sees who calls."""

    number: str
    language: str
    """In which the resident is spoken to."""
    invitation: Invitation
    tries: int
    until: datetime
    """When the call goes to somebody else."""

    def __repr__(self) -> str:
        return "Call(…)"  # a number must not reach a log


@dataclass(frozen=True, slots=True)
class Held:
    """A call in somebody's hand, for the functions that end it."""

    row: Any
    content: Content


def take(conn: Connection, parts: Parts, by: StaffSession) -> Taken:
    """Hand the oldest call to a colleague, who may see its number from now on; one who has one keeps it.

    What nobody needs any more goes off the list on the way.
    """
    now = parts.clock.database_now(conn)
    if quiet.earliest(parts.settings, now) > now:
        return Taken.QUIET
    conn.execute(lock(conn, _ME), {"staff": by.staff_id})  # of two tabs one has to wait
    if conn.execute(_MINE, _whose(by, now)).first() is not None:
        return Taken.CALL
    conn.execute(_LAPSED, {"staff": by.staff_id, "now": now})
    is_served = False
    for row in _free(conn, by, now):
        if not _may_call(conn, parts, by, row):
            is_served = True
        elif _claim(conn, parts, by, row, now):
            return Taken.CALL
    return Taken.SERVED if is_served else Taken.NOBODY


def current(conn: Connection, parts: Parts, by: StaffSession) -> Call:
    """The call that somebody has in hand. Raises `NoCallError`."""
    held = _held(conn, parts, by, _MINE)
    person = _person(conn, parts, held.content)
    if person is None or person.known_number is None:
        raise NoCallError("nobody can be called there any more")
    language = person.profile.language or held.content.language
    invitation = answers.find(conn, parts, held.content.code)
    return Call(person.known_number, language, invitation, held.row.tries, held.row.claimed_until)


def has_one(conn: Connection, parts: Parts, by: StaffSession) -> bool:
    """Whether somebody has a call in hand; nothing is opened."""
    return conn.execute(_MINE, _whose(by, parts.clock.database_now(conn))).first() is not None


def find(conn: Connection, parts: Parts, by: StaffSession) -> Held:
    """What somebody has in hand, locked so that it can be ended once. Raises `NoCallError`."""
    return _held(conn, parts, by, lock(conn, _MINE))


def _held(conn: Connection, parts: Parts, by: StaffSession, wanted: Select[Any]) -> Held:
    row = conn.execute(wanted, _whose(by, parts.clock.database_now(conn))).one_or_none()
    if row is None:
        raise NoCallError("no call is in hand")
    try:
        return Held(row, sealed.unseal(conn, parts, row))
    except KeyDestroyedError:
        raise NoCallError("its last day is over") from None


def _free(conn: Connection, by: StaffSession, now: datetime) -> Iterator[Any]:
    """Each call of the centre that nobody has in hand and that was not tried today, the oldest first."""
    given = {"centre": by.centre_id, "today": day_of(now), "now": now}
    found: list[Any] = []
    while portion := conn.execute(_NEXT, given | {"after": len(found)}).all():
        found += portion
        if len(portion) < PORTION:
            break
    yield from found


def _may_call(conn: Connection, parts: Parts, by: StaffSession, row: Any) -> bool:
    """Whether a colleague may call somebody: they took no part in the visit, and it is not their own matter."""
    if sealed.is_marked(parts, row, by.staff_id):
        return False
    try:
        guarding.ensure_not_own(conn, parts, by, [sealed.unseal(conn, parts, row).resident])
    except guarding.OwnMatterError:
        return False
    except (KeyDestroyedError, UnknownPersonError):
        return True  # erased: there is nobody to call, and `_claim` takes it off the list
    return True


def _claim(conn: Connection, parts: Parts, by: StaffSession, row: Any, now: datetime) -> bool:
    """Take one call; False where a colleague was quicker, or nobody needs it any more."""
    until = now + parts.settings.call_claim
    given = {"callback": row.id, "staff": by.staff_id, "until": until, "now": now, "today": day_of(now)}
    if conn.execute(_CLAIM, given).rowcount != 1:
        return False
    if not _is_still_wanted(conn, parts, row, day_of(now)):
        waiting.withdraw(conn, parts, row)
        return False
    waiting.record(conn, EventName.CALLBACK_TAKEN, row.id, by.actor, now)
    return True


def _is_still_wanted(conn: Connection, parts: Parts, row: Any, today: date) -> bool:
    """Whether somebody is there to be called; of a row whose own key is gone nobody knows whom it was about."""
    try:
        content = sealed.unseal(conn, parts, row)
    except KeyDestroyedError:
        return False
    return waiting.is_wanted(conn, content, today) and _person(conn, parts, content) is not None


def _person(conn: Connection, parts: Parts, content: Content) -> Resident | None:
    """Whom to call; `None` where they were erased, have no number any more, or have said no meanwhile."""
    try:
        person = residents.open_resident(conn, parts, content.resident)
    except (KeyDestroyedError, UnknownPersonError):
        return None
    wants = preferences.read(conn, person.id).takes(Kind.FEEDBACK)
    return person if wants and person.known_number is not None else None


def _whose(by: StaffSession, now: datetime) -> dict[str, object]:
    return {"staff": by.staff_id, "centre": by.centre_id, "now": now}

"""Legal holds: while somebody looks into a visit or a person, nothing of that is destroyed, by time or by wish.

One auditor places a hold, since it only keeps what there is; lifting it is a change of two people
(`gateway.changes.holds`). A hold names the case by its number and never a person.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.database.base import lock
from gateway.database.together import insert_once
from gateway.days import day_of
from gateway.ids import is_id, new_id
from gateway.ledger import outbox
from gateway.paging import Key, follows
from gateway.parts import Store
from gateway.people import personal_code
from gateway.people.access import StaffSession
from gateway.people.tables import Staff
from gateway.retention.erasing import lock_resident
from gateway.retention.errors import ErasedAlreadyError, HoldFaultError, HoldUnknownError
from gateway.retention.tables import LegalHold
from gateway.visits.errors import NotFoundError, StaleFormError
from gateway.visits.tables import DelegationRow, Visit

LONGEST_REFERENCE = 40
LONGEST_REVIEW = timedelta(days=366)
"""No later is asked again whether a hold is still needed."""

_REFERENCE = re.compile(r"[A-Za-z0-9/.-]{3,40}")
_VISIT = select(Visit.id, Visit.erased_at).where(Visit.id == bindparam("visit"))
_PRINCIPAL = select(DelegationRow.principal_id).where(DelegationRow.visit_id == bindparam("visit")).limit(1)
_HOLD = select(LegalHold.__table__, Staff.display_name.label("placed_by_name")).join(
    Staff, Staff.id == LegalHold.placed_by
)
_ONE = _HOLD.where(LegalHold.id == bindparam("hold"))
_LOCKED = select(LegalHold.__table__).where(LegalHold.id == bindparam("hold"), LegalHold.lifted_at.is_(None))
_NEWEST = (
    _HOLD.where(LegalHold.lifted_at.is_(None))
    .order_by(LegalHold.placed_at.desc(), LegalHold.id.desc())
    .limit(bindparam("most"))
)
_AFTER = _NEWEST.where(follows(LegalHold.placed_at, LegalHold.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A hold as it is asked for."""

    visit_id: str | None
    resident_id: str | None
    """Who is to be kept; none of both where a visit says whose matter it is, or is kept alone."""
    whole: bool
    """Everything of whoever's matter the visit is about, and not this visit alone."""
    reference: str
    review_on: date
    hold_id: str | None = None
    """The id that the form carries, so that a form that is sent twice is one hold."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """What an event of a hold is about: its id, and the chain of the visit or of the person."""

    hold_id: str
    chain: str

    @classmethod
    def of(cls, row: Any) -> "_Subject":
        return cls(row.id, row.visit_id or f"resident:{row.resident_id}")


def place(conn: Connection, store: Store, by: StaffSession, wanted: Wanted) -> str:
    """Keep a visit, or all of the person whose matter it is about, from being erased; return the hold's id.

    Raises:
        HoldFaultError: the reference is none, or holds a personal code; the day is too late; there is no person yet.
        NotFoundError: no such visit.
        ErasedAlreadyError: it comes too late.
        StaleFormError: the id that the form carries is none, or another hold's.
    """
    now = store.clock.database_now(conn)
    ensure_reference(wanted.reference)
    _ensure_review(wanted.review_on, now)
    visit_id, resident_id = _lock(conn, wanted)
    hold_id = new_id() if wanted.hold_id is None else wanted.hold_id
    if not is_id(hold_id):
        raise StaleFormError("no id")
    values = {
        "id": hold_id,
        "visit_id": visit_id,
        "resident_id": resident_id,
        "reference": wanted.reference,
        "review_on": wanted.review_on,
        "placed_by": by.staff_id,
        "placed_at": now,
    }
    if not insert_once(conn, LegalHold, values):
        row = one(conn, hold_id)
        if any(getattr(row, name) != value for name, value in values.items() if name != "placed_at"):
            raise StaleFormError("the id of another hold")
        return hold_id
    data = {"reference": wanted.reference, "review_on": wanted.review_on.isoformat()}
    subject = _Subject(hold_id, visit_id or f"resident:{resident_id}")
    _record(conn, EventName.HOLD_PLACED, by.actor, subject, now, **data)
    return hold_id


def review(conn: Connection, store: Store, by: StaffSession, hold_id: str, review_on: date) -> None:
    """Say that a hold is still needed, and when somebody asks again.

    Raises:
        HoldUnknownError: there is none.
        HoldFaultError: the day is over or too late.
    """
    now = store.clock.database_now(conn)
    _ensure_review(review_on, now)
    row = lock_hold(conn, hold_id)
    conn.execute(update(LegalHold).where(LegalHold.id == hold_id).values(review_on=review_on))
    _record(conn, EventName.HOLD_REVIEWED, by.actor, _Subject.of(row), now, review_on=review_on.isoformat())


def lift(conn: Connection, store: Store, hold_id: str, by: Actor) -> None:
    """Let time and wish run again; that two decided is the caller's to have seen to. Raises `HoldUnknownError`."""
    now = store.clock.database_now(conn)
    row = lock_hold(conn, hold_id)
    conn.execute(update(LegalHold).where(LegalHold.id == hold_id).values(lifted_at=now))
    _record(conn, EventName.HOLD_LIFTED, by, _Subject.of(row), now)


def standing(conn: Connection, *, most: int, after: Key | None = None) -> Sequence[Any]:
    """The holds that stand, the newest first: `most` of them, from the one after `after`."""
    if after is None:
        return conn.execute(_NEWEST, {"most": most}).all()
    return conn.execute(_AFTER, {"most": most} | after.values).all()


def one(conn: Connection, hold_id: str) -> Any:
    """One hold, standing or lifted, with the name of who placed it. Raises `HoldUnknownError`."""
    return _there(conn.execute(_ONE, {"hold": hold_id}).one_or_none())


def lock_hold(conn: Connection, hold_id: str) -> Any:
    """One hold that stands, locked. Raises `HoldUnknownError`."""
    return _there(conn.execute(lock(conn, _LOCKED), {"hold": hold_id}).one_or_none())


def ensure_reference(text: str) -> None:
    """Take the number of a case, and nothing that names a person. Raises `HoldFaultError`."""
    if not _REFERENCE.fullmatch(text) or personal_code.stands_in(text):
        raise HoldFaultError("reference")


def _ensure_review(review_on: date, now: datetime) -> None:
    today = day_of(now)
    if not today < review_on <= today + LONGEST_REVIEW:
        raise HoldFaultError("review_on")


def _lock(conn: Connection, wanted: Wanted) -> tuple[str | None, str | None]:
    """Lock what is to be kept as erasing locks it, so that one of both comes first; the visit's id, or the person's."""
    if wanted.resident_id is not None:
        lock_resident(conn, wanted.resident_id)
        return None, wanted.resident_id
    visit = {"visit": wanted.visit_id}
    found = conn.execute(_VISIT if wanted.whole else lock(conn, _VISIT), visit).one_or_none()
    if found is None:
        raise NotFoundError("no such visit")
    if wanted.whole:
        principal_id: str | None = conn.execute(_PRINCIPAL, visit).scalar_one_or_none()
        if principal_id is None:
            raise HoldFaultError("whole")
        lock_resident(conn, principal_id)
        return None, principal_id
    if found.erased_at is not None:
        raise ErasedAlreadyError("the visit")
    return wanted.visit_id, None


def _there(row: Any) -> Any:
    if row is None:
        raise HoldUnknownError("no such hold")
    return row


def _record(conn: Connection, event: EventName, by: Actor, of: _Subject, now: datetime, **data: Any) -> None:
    outbox.record(conn, chain=of.chain, type=event, actor=by, data={"hold": of.hold_id, **data}, at=now)

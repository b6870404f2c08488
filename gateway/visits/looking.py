"""Looking at a resident's values is an event that they can see: one for each visit and quarter of an hour.

While a visit goes on it is shown to nobody but the assistant who serves it. An auditor opens any visit after saying
why, and what the resident saw by a second step; each is an event of its own (`inquiring` says where).
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, select

from audit.entry import Actor
from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits.errors import NotFoundError
from gateway.visits.inquiring import done, say_as_auditor
from gateway.visits.rows import find_visit, lock_delegation_of, lock_visit
from gateway.visits.trail import say

_QUARTER_MINUTES = 15


def note(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> None:
    """Record that `by` asks to see the values of a visit, unless this quarter of an hour knows it already.

    Raises:
        NotFoundError: there is no such visit, or it is another assistant's.
    """
    now = parts.clock.database_now(conn)
    lock_visit(conn, by, visit_id)
    last = conn.execute(
        select(func.max(AuditEvent.at)).where(
            AuditEvent.chain == visit_id, AuditEvent.type == EventName.RESIDENT_LOOKED_AT.value
        )
    ).scalar_one()
    if is_noted(last, now):
        return
    row = lock_delegation_of(conn, visit_id)
    data = {"resident": None if row is None else row.principal_id}
    say(conn, visit_id, EventName.RESIDENT_LOOKED_AT, by.actor, now, **data)


class AuditReason(StrEnum):
    """Why an auditor opens a visit."""

    ROUTINE = "routine"
    COMPLAINT = "complaint"
    RESIDENT_ASKED = "resident_asked"
    INCIDENT = "incident"
    FINDING = "finding"


def note_audit(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, reason: AuditReason) -> None:
    """Record that an auditor opens a visit, and why; the resident can see it. Raises `NotFoundError`."""
    find_visit(conn, visit_id)
    now = parts.clock.database_now(conn)
    say_as_auditor(conn, visit_id, EventName.VISIT_LOOKED_AT, by.actor, now, reason=reason.value)


def reason_of(conn: Connection, visit_id: str, by: Actor, now: datetime) -> str | None:
    """Why an auditor has opened a visit in this quarter of an hour; nothing where they have not."""
    opened = done(conn, by, visit_id, EventName.VISIT_LOOKED_AT, now)
    return next((str(each.data["reason"]) for each in opened if is_noted(each.time, now)), None)


def note_unsealing(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> None:
    """Record that an auditor has what the resident saw opened; the resident can see it.

    Raises:
        NotFoundError: there is no such visit, or nobody has said in this quarter of an hour why they open it.
    """
    find_visit(conn, visit_id)
    now = parts.clock.database_now(conn)
    reason = reason_of(conn, visit_id, by.actor, now)
    if reason is None:
        raise NotFoundError("a reason is owed")
    say_as_auditor(conn, visit_id, EventName.RESIDENT_LOOKED_AT_BY_AUDITOR, by.actor, now, reason=reason)


def has_unsealed(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> bool:
    """Whether that is recorded in this quarter of an hour."""
    now = parts.clock.now()
    opened = done(conn, by.actor, visit_id, EventName.RESIDENT_LOOKED_AT_BY_AUDITOR, now)
    return any(is_noted(each.time, now) for each in opened)


def is_noted(looked_at: datetime | None, now: datetime) -> bool:
    """Whether a look at `looked_at` covers `now`: both lie in the same quarter of an hour."""
    return looked_at is not None and _quarter(looked_at) == _quarter(now)


def _quarter(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute - moment.minute % _QUARTER_MINUTES, second=0, microsecond=0)

"""One no, from anywhere, before the next request to the portal leaves.

Stop and send lock the same rows in the same order (delegation, filing, permit), so one of them comes first and each
gives a truthful answer: *stopped*, or *already sent at …*.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, and_, bindparam, select, update
from sqlalchemy.orm import aliased

from audit.entry import Actor
from audit.events import EventName
from delegation.filing import UNSENT, FilingState
from delegation.model import DelegationState, end_visit, lapse, revoke
from gateway.jobs.queue import enqueue, enqueue_all
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits import actors, approvals, filings, second_person, stop_codes, telling
from gateway.visits.delegations import may_file, store, store_end, to_model
from gateway.visits.errors import NotFoundError, OutOfOrderError
from gateway.visits.rows import (
    AnyRow,
    filings_of,
    find_delegation,
    lock_delegation,
    lock_delegation_of,
    lock_filing_of,
    lock_open_visit,
)
from gateway.visits.tables import DelegationRow, Permit
from gateway.visits.trail import say


class StopReason(StrEnum):
    """Why it was stopped."""

    RESIDENT_ASKED = "resident_asked"
    WRONG_PERSON = "wrong_person"
    MISTAKE = "mistake"
    MISUSE = "misuse"
    """Something is not as it should be with how it is used."""
    OTHER = "other"
    OWN_NO = "own_no"
    """The approver's own no, or that of whoever holds the code: nobody is asked why."""
    CASE = "case"
    """Somebody says that it was not them, or that the details are wrong."""


class Outcome(StrEnum):
    """What whoever stops is told, however often they ask."""

    STOPPED = "stopped"
    SENT = "sent"
    ENDED = "ended"
    """It had ended before."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The one truthful answer, and when that happened."""

    outcome: Outcome
    at: datetime
    sent_before: datetime | None = None
    """When something else under the same delegation was sent last, where the newest was stopped in time."""


RECEIPT = "receipt"
"""Whose no it is when somebody used the code on the papers."""
EXPIRED = "delegation.expired"
"""Reason of a filing that the clock stopped."""
_IN_FORCE = (DelegationState.ACTIVE, DelegationState.SPENT)
_EARLIER = aliased(DelegationRow)
_LATER = (
    select(DelegationRow.id)
    .join(
        _EARLIER,
        and_(
            _EARLIER.visit_id == DelegationRow.visit_id,
            _EARLIER.approver_id == DelegationRow.approver_id,
            _EARLIER.requested_at < DelegationRow.requested_at,
        ),
    )
    .where(_EARLIER.id == bindparam("delegation"))
    .order_by(DelegationRow.requested_at, DelegationRow.id)
)


def stop_or_say_sent(
    conn: Connection,
    parts: Parts,
    delegation_id: str,
    *,
    by: Actor,
    whose: str,
    reason: StopReason = StopReason.OWN_NO,
) -> datetime | None:
    """Stop a delegation and whatever is filed under it. Stopping what is over already changes nothing.

    Return when the final request left, if it was too late, and `None` if it was in time. The delegation is ended all
    the same; the filing is not recalled. Who (`resident`, `receipt`, `staff:<id>`) and why is kept, and the approver
    is told.

    Raises:
        NotFoundError: no such delegation.
    """
    row = lock_delegation(conn, delegation_id)
    filing = lock_filing_of(conn, delegation_id)
    now = parts.clock.database_now(conn)
    end_rights(conn, row, filing, by=by, whose=whose, now=now, reason=reason)
    is_too_late = filing is not None and filing.state in filings.MAY_HAVE_ARRIVED
    sent_at: datetime | None = filing.sent_at if filing is not None and is_too_late else None
    if sent_at is not None:
        say(
            conn,
            row.visit_id,
            EventName.FILING_STOP_TOO_LATE,
            by,
            now,
            filing=filing.id if filing else None,
            sent_at=sent_at.isoformat(),
        )
    return sent_at


def stop_at_desk(
    conn: Connection, parts: Parts, by: StaffSession, visit_id: str, reason: StopReason
) -> datetime | None:
    """The assistant stops, because the resident asks for it or because something is wrong; as `stop_or_say_sent`.

    Raises:
        NotFoundError, VisitClosedError: as `lock_open_visit`.
        OutOfOrderError: nothing was asked for yet.
    """
    lock_open_visit(conn, by, visit_id)
    row = lock_delegation_of(conn, visit_id)
    if row is None:
        raise OutOfOrderError("stop before anything was asked")
    return stop_by_staff(conn, parts, by, row.id, reason)


def stop_in_centre(
    conn: Connection, parts: Parts, by: StaffSession, delegation_id: str, reason: StopReason
) -> datetime | None:
    """A manager stops what is done in their own centre; as `stop_or_say_sent`.

    Raises:
        NotFoundError: there is none, or it is another centre's.
    """
    if lock_delegation(conn, delegation_id).centre_id != by.centre_id:
        raise NotFoundError("no such delegation")
    return stop_by_staff(conn, parts, by, delegation_id, reason)


def stop_by_staff(
    conn: Connection, parts: Parts, by: StaffSession, delegation_id: str, reason: StopReason
) -> datetime | None:
    """Stop for somebody else; the caller has checked that `by` may. As `stop_or_say_sent`."""
    whose = f"staff:{by.staff_id}"
    sent_at = stop_or_say_sent(conn, parts, delegation_id, by=by.actor, whose=whose, reason=reason)
    now = parts.clock.database_now(conn)
    data = {"delegation": delegation_id, "reason": reason.value, "in_time": sent_at is None}
    say(conn, find_delegation(conn, delegation_id).visit_id, EventName.DELEGATION_STOPPED, by.actor, now, **data)
    return sent_at


def stop_by_code(conn: Connection, parts: Parts, typed: str) -> Answer:
    """Whoever holds the code on the papers stops; nobody asks who it is. What the clock has ended stays as it is.

    Raises:
        StopCodeUnknownError: no delegation has this code.
    """
    found = stop_codes.find(conn, parts, typed)
    by = actors.finder(found)
    for delegation_id in dict.fromkeys((found, *_in_its_place(conn, found))):
        row = lock_delegation(conn, delegation_id)
        if parts.clock.database_now(conn) < row.valid_until:
            stop_or_say_sent(conn, parts, delegation_id, by=by, whose=RECEIPT)
    return _answer_of(conn, parts, found)


def answer_to_code(conn: Connection, parts: Parts, typed: str) -> Answer:
    """What is true now of the delegation with this code; changes nothing. Raises `StopCodeUnknownError`."""
    return _answer_of(conn, parts, stop_codes.find(conn, parts, typed))


def _answer_of(conn: Connection, parts: Parts, delegation_id: str) -> Answer:
    """What is true of what a code stops: of the last that came in its place, if something did."""
    return answer(conn, parts, (delegation_id, *_in_its_place(conn, delegation_id))[-1])


def _in_its_place(conn: Connection, delegation_id: str) -> Sequence[str]:
    """Delegations of the same visit and approver that were asked for later, the oldest first.

    Whoever took the visit over asked for them: the papers of before name no other code, and their no is meant for all.
    """
    return conn.execute(_LATER, {"delegation": delegation_id}).scalars().all()


def answer(conn: Connection, parts: Parts, delegation_id: str) -> Answer:
    """What is true now: it was sent, it was stopped, or it had ended by itself or by another's no."""
    return answer_of(find_delegation(conn, delegation_id), filings_of(conn, delegation_id), parts.clock.now())


def answer_of(row: AnyRow, under_it: Sequence[AnyRow], now: datetime) -> Answer:
    """As `answer`, of a delegation that was read with all its filings, the oldest first."""
    counted = [each for each in under_it if filings.counts(each)]
    sent = [each for each in counted if each.state in filings.MAY_HAVE_ARRIVED and each.sent_at is not None]
    if sent and sent[-1].id == counted[-1].id:
        return Answer(Outcome.SENT, sent[-1].sent_at)
    ended_at = row.ended_at or min(row.valid_until, now)
    is_revoked = row.state is DelegationState.REVOKED and row.ended_by != "visit"
    # Before anybody had said yes there was a question only: whoever had the code, or whose matter it is, ended that.
    is_stopped = is_revoked or (row.state is DelegationState.LAPSED and row.ended_by in {"resident", RECEIPT})
    before = sent[-1].sent_at if sent else None
    return Answer(Outcome.STOPPED if is_stopped else Outcome.ENDED, ended_at, before)


def expire(conn: Connection, parts: Parts, delegation_id: str) -> None:
    """The clock has reached the end of a delegation: what was not sent is not sent any more."""
    now = parts.clock.database_now(conn)
    row = lock_delegation(conn, delegation_id)
    filing = lock_filing_of(conn, delegation_id)
    if filing is None or filing.state not in UNSENT or may_file(row, filing.service_id, now):
        return
    stop_filing(conn, filing, actors.SYSTEM, EXPIRED, now)
    approvals.lapse_all(conn, delegation_id, now)


def end_rights(
    conn: Connection,
    row: AnyRow,
    filing: AnyRow | None,
    *,
    by: Actor,
    whose: str,
    now: datetime,
    reason: StopReason | None = None,
) -> None:
    """End a locked delegation and its locked filing, as far as they are still open."""
    why = None if reason is None else reason.value
    if row.state is DelegationState.REQUESTED:
        store_end(conn, lapse(to_model(row)), by=whose, now=now, reason=why)
        say(conn, row.visit_id, EventName.APPROVAL_WITHDRAWN, by, now, delegation=row.id, whose=whose, reason=why)
    elif row.state in _IN_FORCE:
        if filing is not None and filing.state in UNSENT:
            why_unsent = "visit.closed" if whose == "visit" else "delegation.revoked"
            stop_filing(conn, filing, by, why_unsent, now, abandoned=whose == "visit")
        ended = end_visit(to_model(row), now=now)
        if whose == "visit" and ended.state is not DelegationState.REVOKED:
            # It has done its work; what may still be followed or collected has an end of its own.
            store(conn, ended)
        else:
            store_end(conn, revoke(to_model(row)), by=whose, now=now, reason=why)
            say(conn, row.visit_id, EventName.DELEGATION_REVOKED, by, now, delegation=row.id, whose=whose, reason=why)
            if whose != "visit":
                enqueue_all(conn, [telling.later(row.id, telling.Told.STOPPED, now)], now)
            enqueue(conn, "oauth.logout", {"delegation": row.id}, key=f"oauth.logout:{row.id}", now=now)
    approvals.lapse_all(conn, row.id, now)
    second_person.withdraw_all(conn, row.visit_id, now)


def stop_filing(
    conn: Connection, filing: AnyRow, by: Actor, reason: str, now: datetime, *, abandoned: bool = False
) -> None:
    """End a locked filing that was never sent, and void the permit that it may have; `abandoned` if nobody said no."""
    state = FilingState.ABANDONED if abandoned else FilingState.STOPPED
    filings.move(conn, filing, state, reason=reason, ended_at=now)
    conn.execute(
        update(Permit).where(Permit.filing_id == filing.id, Permit.consumed_at.is_(None)).values(consumed_at=now)
    )
    if filing.looks:
        second_person.withdraw_all(conn, filing.visit_id, now, filing_id=filing.id)
    event = EventName.FILING_ABANDONED if abandoned else EventName.FILING_STOPPED
    say(conn, filing.visit_id, event, by, now, filing=filing.id, reason=reason)

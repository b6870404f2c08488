"""A visit opens, a service is chosen, the visit closes and feedback is asked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, update

from audit.entry import Actor
from audit.events import EventName
from delegation.filing import IN_DOUBT, FilingState
from delegation.model import DelegationState
from gateway.feedback import asking as feedback
from gateway.ids import new_id
from gateway.keys import store as key_store
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.services import catalogue
from gateway.visits import guarding, stopping
from gateway.visits.delegations import files_until
from gateway.visits.filings import MAY_HAVE_ARRIVED
from gateway.visits.rows import AnyRow, ensure, filings_of_visit, lock_delegation_of, lock_filing_of, lock_open_visit
from gateway.visits.tables import Channel, Ending, Visit, VisitState
from gateway.visits.trail import say

_ENDINGS = {
    FilingState.FILED: Ending.FILED,
    FilingState.SENT: Ending.UNKNOWN,
    FilingState.UNKNOWN: Ending.UNKNOWN,
    FilingState.NEEDS_HUMAN: Ending.UNKNOWN,
    FilingState.STOPPED: Ending.STOPPED,
    FilingState.DECLINED: Ending.DECLINED,
    FilingState.FAILED: Ending.FAILED,
    FilingState.NOT_FILED: Ending.FAILED,
}
_ENDINGS_OF_DELEGATION = {
    DelegationState.REFUSED: Ending.REFUSED,
    DelegationState.LAPSED: Ending.LAPSED,
    DelegationState.REVOKED: Ending.STOPPED,
}


def open_visit(conn: Connection, parts: Parts, by: StaffSession, *, channel: Channel, language: str) -> str:
    """Open a visit at the terminal of `by`; return its id. `language` is the resident's.

    Its values are sealed under a key of its own from the first moment, although nobody knows yet whose they are.

    Raises:
        guarding.NotRecognisedError: the assistant's own matter would not be noticed.
    """
    ensure(by.terminal_id is not None, "open a visit away from a terminal")
    guarding.ensure_recognised(conn, by)
    now = parts.clock.database_now(conn)
    visit_id = new_id()
    key = parts.sealer.new_key()
    key_store.save(conn, parts.sealer.wrap(key))
    conn.execute(
        insert(Visit).values(
            id=visit_id,
            centre_id=by.centre_id,
            terminal_id=by.terminal_id,
            assistant_id=by.staff_id,
            channel=channel,
            language=language,
            state=VisitState.OPEN,
            key_id=key.id,
            session_hash=by.token_hash,
            opened_at=now,
        )
    )
    say(conn, visit_id, EventName.VISIT_OPENED, by.actor, now, channel=channel.value, language=language)
    return visit_id


def choose_service(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, service_id: str) -> None:
    """Choose what the visit is about. Refused once somebody was asked for a yes to something else.

    Raises:
        NotFoundError, VisitClosedError: as `lock_open_visit`.
        ServiceUnknownError: no such service.
        guarding.BarredError: the centre may not offer it, or the assistant is not trained for it.
        OutOfOrderError: a delegation for another service is waiting or in force, or what was sent may have arrived.
    """
    now = parts.clock.database_now(conn)
    visit = lock_to_choose(conn, by, visit_id)
    service = catalogue.find(conn, service_id)
    if service.is_electronic:
        guarding.ensure_open(conn, (service_id,), centre_id=by.centre_id, staff_id=by.staff_id, now=now)
    if visit.service_id == service.id and not visit.services:
        return
    _set(conn, visit_id, service_id=service.id, services=None, life_event_id=None)
    event = EventName.SERVICE_CHOSEN if service.is_electronic else EventName.SERVICE_REFERRED
    say(conn, visit_id, event, by.actor, now, service=service.id)


def lock_to_choose(conn: Connection, by: StaffSession, visit_id: str) -> AnyRow:
    """The visit, locked, if it may become about something else; errors as of `choose_service`."""
    visit = lock_open_visit(conn, by, visit_id)
    delegation = lock_delegation_of(conn, visit_id)
    ensure(
        delegation is None or delegation.state not in (DelegationState.REQUESTED, DelegationState.ACTIVE),
        "choose a service while a delegation is open",
    )
    filing = None if delegation is None else lock_filing_of(conn, delegation.id)
    ensure(filing is None or filing.state not in MAY_HAVE_ARRIVED, "choose a service while a filing may have arrived")
    return visit


def set_language(conn: Connection, by: StaffSession, visit_id: str, language: str) -> None:
    """Change the resident's language for what is shown from now on."""
    lock_open_visit(conn, by, visit_id)
    _set(conn, visit_id, language=language)


def close_visit(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> Ending:
    """Close the visit: the right to file ends, and feedback is asked, whatever the ending.

    Raises:
        NotFoundError, VisitClosedError: as `lock_open_visit`.
        OutOfOrderError: the final request has left and its outcome is still being asked for.
    """
    visit = lock_open_visit(conn, by, visit_id)
    delegation = lock_delegation_of(conn, visit_id)
    filing = None if delegation is None else lock_filing_of(conn, delegation.id)
    ensure(filing is None or filing.state is not FilingState.SENT, "close while the answer is awaited")
    return end_visit(conn, parts, visit, delegation, filing, by=by.actor, event=EventName.VISIT_CLOSED)


def end_visit(
    conn: Connection,
    parts: Parts,
    visit: AnyRow,
    delegation: AnyRow | None,
    filing: AnyRow | None,
    *,
    by: Actor,
    event: EventName,
) -> Ending:
    """End an open visit, which is locked with its newest delegation and filing; `event` says how it came to that."""
    now = parts.clock.database_now(conn)
    ending = ending_of(visit, delegation, _telling(filing, filings_of_visit(conn, visit.id)), now)
    if delegation is not None:
        stopping.end_rights(conn, delegation, filing, by=by, whose="visit", now=now)
    _set(conn, visit.id, state=VisitState.CLOSED, ending=ending, closed_at=now)
    say(conn, visit.id, event, by, now, ending=ending.value)
    feedback.ask(conn, parts, visit, ending=ending.value, principal_id=delegation and delegation.approver_id, now=now)
    return ending


def ending_of(visit: AnyRow, delegation: AnyRow | None, filing: AnyRow | None, now: datetime) -> Ending:
    """How a visit that closes at `now` ended."""
    if filing is not None and filing.reason == stopping.EXPIRED:
        return Ending.EXPIRED
    if filing is not None and filing.state in _ENDINGS:
        return _ENDINGS[filing.state]
    if delegation is None:
        return Ending.INFORMED if visit.service_id else Ending.ABANDONED
    if delegation.state in _ENDINGS_OF_DELEGATION:
        return _ENDINGS_OF_DELEGATION[delegation.state]
    ends = files_until(delegation.services)
    if delegation.state is DelegationState.ACTIVE and ends is not None and now >= ends:
        return Ending.EXPIRED
    return Ending.ABANDONED


def _telling(newest: AnyRow | None, filings: Sequence[AnyRow]) -> AnyRow | None:
    """Of several filings the one that says how the visit ended: one in doubt, one that was filed, or the last."""
    for wanted in (IN_DOUBT, {FilingState.FILED}):
        for filing in filings:
            if filing.state in wanted:
                return filing
    return newest


def _set(conn: Connection, visit_id: str, **columns: object) -> None:
    conn.execute(update(Visit).where(Visit.id == visit_id).values(**columns))

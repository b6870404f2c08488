"""What approvers are told besides the pages: that something was allowed and how to stop it, and that it was stopped.

Everybody who said yes may stop, so everybody is told.

A job of the worker writes the message, so that granting and stopping wait for nothing. It reads the rows again: what it
says is true when it is written.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from delegation.model import DelegationState
from delegation.statement import local_time
from gateway.jobs.queue import Task, enqueue
from gateway.keys.errors import KeyDestroyedError
from gateway.notifications.reaching import Notice, queue_for
from gateway.parts import Parts
from gateway.visits import stop_codes
from gateway.visits.filings import MAY_HAVE_ARRIVED
from gateway.visits.rows import AnyRow, find_delegation, find_filing_of, find_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.states import VisitState

JOB = "approver.tell"
"""The kind of job; its payload names the delegation and what is told."""


class Told(StrEnum):
    """What there is to tell."""

    GRANTED = "granted"
    STOPPED = "stopped"
    SET_ASIDE = "set_aside"
    """What is left is done on another day."""
    HANDED_OVER = "handed_over"
    """A colleague goes on with the visit."""
    REMINDED = "reminded"
    """That day is to come soon, or the permission ends."""
    NEWS = "news"
    """The portal says something new of an application."""
    FOLLOWING_ENDED = "following_ended"
    """The time to look is over, and nothing was decided by then."""
    ARRIVED = "arrived"
    """A person has found out that the portal has it."""
    NOT_ARRIVED = "not_arrived"
    """A person has found out that the portal does not have it."""
    ARRIVED_LATE = "arrived_late"
    """The portal says after all that it has what was said to be lost."""
    BOTH_ARRIVED = "both_arrived"
    """As before, and the same had been sent again."""


def later(delegation_id: str, what: Told, now: datetime) -> Task:
    """What has a worker tell the approvers of a delegation, once the transaction that enqueues it is committed.

    A delegation is granted once and stopped once, so each of its messages is. What there is to say of an application
    is told in the step that learned it.
    """
    return Task(JOB, {"delegation": delegation_id, "what": what.value}, now)


def remind(conn: Connection, delegation_id: str, at: datetime, now: datetime) -> None:
    """Have the approvers reminded at `at`, once, however often the visit is set aside until then."""
    payload = {"delegation": delegation_id, "what": Told.REMINDED.value}
    enqueue(conn, JOB, payload, run_at=at, key=f"{JOB}:{delegation_id}:{Told.REMINDED}", now=now)


def tell(conn: Connection, parts: Parts, delegation_id: str, what: Told) -> None:
    """Write the messages, to each approver who can be reached, if it is still so."""
    row = find_delegation(conn, delegation_id)
    if what in (Told.SET_ASIDE, Told.REMINDED) and not _is_set_aside(conn, row):
        return
    if what is Told.GRANTED and row.state not in (DelegationState.ACTIVE, DelegationState.SPENT):
        return
    visit = find_visit(conn, row.visit_id)
    vault = VisitVault.of(conn, parts.sealer, visit.id, visit.key_id)
    if what is Told.GRANTED:
        template, values = _granted(parts, vault, row, visit.language)
    elif what in (Told.SET_ASIDE, Told.REMINDED):
        template, values = _set_aside(parts, vault, visit, row, what)
    elif what is Told.HANDED_OVER:
        link = stop_codes.link_of(parts, vault, row.id) or f"{parts.settings.public_url}/stop"
        template, values = "visit_passed_on" if row.any_of_centre else "visit_handed_over", {"link": link}
    elif what is Told.STOPPED:
        template, values = _stopped(conn, row, visit.language)
    else:
        template, values = what.value, {"link": f"{parts.settings.public_url}/mine"}
    notice = Notice(template=template, language=visit.language, values=values, visit_id=visit.id)
    now = parts.clock.database_now(conn)
    for approver_id in (row.approver_id, *(row.co_approver_ids or ())):
        try:
            queue_for(conn, parts, vault.key, approver_id, notice, now=now)
        except KeyDestroyedError:
            # Whoever had their record erased cannot be reached; the others are told all the same.
            continue


def _granted(parts: Parts, vault: VisitVault, row: AnyRow, language: str) -> tuple[str, dict[str, str]]:
    link = stop_codes.link_of(parts, vault, row.id) or f"{parts.settings.public_url}/stop"
    return "granted", {"until": local_time(row.valid_until, language), "link": link}


def _is_set_aside(conn: Connection, row: AnyRow) -> bool:
    visit = find_visit(conn, row.visit_id)
    return row.state is DelegationState.ACTIVE and visit.state is VisitState.SET_ASIDE


def _set_aside(parts: Parts, vault: VisitVault, visit: AnyRow, row: AnyRow, what: Told) -> tuple[str, dict[str, str]]:
    link = stop_codes.link_of(parts, vault, row.id) or f"{parts.settings.public_url}/stop"
    until = local_time(visit.set_aside_until, visit.language)
    return f"visit_{what.value}", {"until": until, "link": link}


def _stopped(conn: Connection, row: AnyRow, language: str) -> tuple[str, dict[str, str]]:
    filing = find_filing_of(conn, row.id)
    if filing is not None and filing.state in MAY_HAVE_ARRIVED and filing.sent_at is not None:
        return "stopped_too_late", {"time": local_time(filing.sent_at, language)}
    return "stopped", {"time": local_time(row.ended_at or row.valid_until, language)}

"""A question that waits until a second person has looked: kept sealed, then put to the resident as it was meant.

A request is held before its approval exists, a filing before its permit is asked; neither needs a state of its own.
"""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select, update

from audit.events import EventName
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits import actors, approvals, filings, granting, requesting, running, second_person
from gateway.visits.approvals import Asking
from gateway.visits.rows import AnyRow, find_delegation, find_filing
from gateway.visits.sealed import VisitVault
from gateway.visits.second_person import Act
from gateway.visits.tables import Filing, Run, RunState, SecondLook, SecondLookState
from gateway.visits.trail import say

REFUSED, LAPSED = "second_look.refused", "second_look.lapsed"
"""Reasons of a filing that went back to the questions."""

_UNCONFIRMED = select(SecondLook.id).where(
    SecondLook.filing_id.is_(None), SecondLook.state != SecondLookState.CONFIRMED
)


def go_on(conn: Connection, parts: Parts, _session: StaffSession, row: AnyRow) -> None:
    """A second person has confirmed: put the question that waited, unless another look is still missing."""
    if row.filing_id is not None:
        _ask_permit(conn, parts, row)
    elif row.delegation_id is not None:
        _ask_grant(conn, parts, row)


def give_up(conn: Connection, parts: Parts, _session: StaffSession, row: AnyRow) -> None:
    """A second person has refused: the request ends, or the answers have to be looked at again."""
    _end(conn, parts, row, REFUSED)


def let_lapse(conn: Connection, parts: Parts, row: AnyRow) -> None:
    """Nobody looked in time: as a refusal, and said so."""
    _end(conn, parts, row, LAPSED)


ACT = Act(confirmed=go_on, refused=give_up, lapsed=let_lapse)
"""For every kind that holds a request or a permit back."""


def _ask_grant(conn: Connection, parts: Parts, row: AnyRow) -> None:
    delegation = find_delegation(conn, row.delegation_id)
    missing = conn.execute(_UNCONFIRMED.where(SecondLook.delegation_id == delegation.id)).first()
    if delegation.state is not DelegationState.REQUESTED or missing is not None:
        return
    now = parts.clock.database_now(conn)
    vault = VisitVault.of(conn, parts.sealer, row.visit_id)
    asking = msgspec.json.decode(vault.take(delegation.id, requesting.HELD), type=Asking)
    vault.forget(delegation.id, requesting.HELD)
    approval_id = approvals.ask(conn, parts, vault, asking, now)
    data = {"approval": approval_id, "delegation": delegation.id, "approver": asking.approver_id}
    say(conn, row.visit_id, EventName.APPROVAL_REQUESTED, actors.SYSTEM, now, **data)


def _ask_permit(conn: Connection, parts: Parts, row: AnyRow) -> None:
    filing, delegation = find_filing(conn, row.filing_id), find_delegation(conn, row.delegation_id)
    now = parts.clock.database_now(conn)
    is_ready = filing.state is FilingState.PREPARED and delegation.state is DelegationState.ACTIVE
    if not is_ready or approvals.is_waiting(conn, delegation.id, now):
        return
    if second_person.all_confirmed(conn, filing.looks or ()):
        vault = VisitVault.of(conn, parts.sealer, row.visit_id)
        running.ask_permit(conn, parts, vault, delegation, filing, filing.readback_hash, now)


def _end(conn: Connection, parts: Parts, row: AnyRow, reason: str) -> None:
    now = parts.clock.database_now(conn)
    if row.filing_id is not None:
        filing = find_filing(conn, row.filing_id)
        if row.id in (filing.looks or ()):
            _back_to_questions(conn, filing, reason, now)
        return
    delegation = None if row.delegation_id is None else find_delegation(conn, row.delegation_id)
    if delegation is not None and delegation.state is DelegationState.REQUESTED:
        granting.end_request(conn, delegation, event=EventName.DELEGATION_LAPSED, by=reason, now=now)


def _back_to_questions(conn: Connection, filing: AnyRow, reason: str, now: datetime) -> None:
    """The answers have to change, or a colleague has to be asked anew; what is being filled or held open is void."""
    columns = {"attempt": filing.attempt + 1, "reason": reason, "looks": None}
    if filing.state is FilingState.DRAFTED:
        conn.execute(update(Filing).where(Filing.id == filing.id).values(**columns))
    elif filing.state is FilingState.PREPARED:
        filings.move(conn, filing, FilingState.DRAFTED, readback_hash=None, **columns)
        approvals.lapse_all(conn, filing.delegation_id, now)
    else:
        return
    held = (Run.filing_id == filing.id, Run.state == RunState.HOLDING)
    conn.execute(update(Run).where(*held).values(state=RunState.FAILED, reason="run.superseded"))

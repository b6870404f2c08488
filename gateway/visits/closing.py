"""A visit closes: the right to file ends, how it ended is kept, and feedback is asked.

What was filed, refused or stopped says by itself how the visit ended. Where nothing of that happened only the
assistant knows: the resident was told something, was sent on, or did it alone. That is said, with why help was needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, update

from audit.entry import Actor
from audit.events import EventName
from delegation.filing import IN_DOUBT, FilingState
from delegation.model import DelegationState
from gateway.feedback import asking as feedback
from gateway.parts import Parts
from gateway.people import kept_forms
from gateway.people.access import StaffSession
from gateway.visits import filings, guiding, stopping
from gateway.visits.delegations import files_until
from gateway.visits.rows import (
    AnyRow,
    ensure,
    filings_of_visit,
    find_delegation,
    lock_delegation_of,
    lock_filing_of,
    lock_open_visit,
)
from gateway.visits.states import HelpReason
from gateway.visits.tables import Channel, Ending, Visit, VisitState
from gateway.visits.trail import say
from gateway.visits.view import VisitView

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
HELPED: Final = (Ending.INFORMED, Ending.REFERRED, Ending.SELF_SERVED)
"""Endings without a filing that only a person can say; each with the reason for the help."""


@dataclass(frozen=True, slots=True)
class Said:
    """How the assistant says that a visit ended, and why the resident needed help."""

    ending: Ending
    """One of `HELPED`."""
    reason: HelpReason


@dataclass(frozen=True, slots=True)
class Asked:
    """That the assistant is asked how a visit ends."""

    suggested: Ending | None
    """What the flow knows by itself; `None` where only the assistant knows."""


def close_visit(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, *, said: Said | None = None) -> Ending:
    """Close the visit: the right to file ends, and feedback is asked, whatever the ending.

    Raises:
        NotFoundError, VisitClosedError: as `lock_open_visit`.
        OutOfOrderError: the final request has left and its outcome is still being asked for; or something is said of
            the ending, and what was filed, refused or stopped says another.
    """
    visit = lock_open_visit(conn, by, visit_id)
    delegation = lock_delegation_of(conn, visit_id)
    filing = None if delegation is None else lock_filing_of(conn, delegation.id)
    ensure(filing is None or filing.state is not FilingState.SENT, "close while the answer is awaited")
    return end_visit(conn, parts, visit, delegation, filing, by=by.actor, event=EventName.VISIT_CLOSED, said=said)


def end_visit(
    conn: Connection,
    parts: Parts,
    visit: AnyRow,
    delegation: AnyRow | None,
    filing: AnyRow | None,
    *,
    by: Actor,
    event: EventName,
    said: Said | None = None,
) -> Ending:
    """End an open visit, which is locked with its newest delegation and filing; `event` says how it came to that.

    Raises:
        OutOfOrderError: `said` is not how it ended.
    """
    now = parts.clock.database_now(conn)
    ending = ending_of(delegation, _telling(filing, filings_of_visit(conn, visit.id)), now)
    columns: dict[str, object] = {}
    data: dict[str, str] = {}
    if said is not None:
        ensure(ending is Ending.ABANDONED and said.ending in HELPED, "say another ending than the visit has")
        ending = said.ending
        columns["help_reason"] = said.reason
        data["help"] = said.reason.value
    if delegation is not None:
        stopping.end_rights(conn, delegation, filing, by=by, whose="visit", now=now)
    closed = {"state": VisitState.CLOSED, "ending": ending, "closed_at": now} | columns
    conn.execute(update(Visit).where(Visit.id == visit.id).values(**closed))
    kept_forms.drop_of_visit(conn, visit.id)
    guiding.end_with_visit(conn, parts, visit.id, by)
    say(conn, visit.id, event, by, now, ending=ending.value, **data)
    feedback.ask(conn, parts, visit, ending=ending.value, principal_id=delegation and delegation.approver_id, now=now)
    return ending


def ending_of(delegation: AnyRow | None, filing: AnyRow | None, now: datetime) -> Ending:
    """How a visit that closes at `now` ended, by what happened in it; nobody's word is needed for that."""
    if filing is not None and filing.reason == stopping.EXPIRED:
        return Ending.EXPIRED
    if filing is not None and filing.state in _ENDINGS:
        return _ENDINGS[filing.state]
    if delegation is None:
        return Ending.ABANDONED
    if delegation.state in _ENDINGS_OF_DELEGATION:
        return _ENDINGS_OF_DELEGATION[delegation.state]
    ends = files_until(delegation.services)
    if delegation.state is DelegationState.ACTIVE and ends is not None and now >= ends:
        return Ending.EXPIRED
    return Ending.ABANDONED


def asked(conn: Connection, view: VisitView) -> Asked | None:
    """Whether the assistant is asked how this visit ends; `None` where what happened in it says so, or it is over."""
    if not view.is_open:
        return None
    if view.delegation is None:
        return Asked(_suggested(view))
    row, every = find_delegation(conn, view.delegation["id"]), filings_of_visit(conn, view.id)
    newest = next((each for each in reversed(every) if each.delegation_id == row.id and filings.counts(each)), None)
    told = _telling(newest, every)
    # Something was to be filed and was not: that is how it ended, unless the assistant knows better.
    return Asked(Ending.ABANDONED) if ending_of(row, told, view.now) is Ending.ABANDONED else None


def _suggested(view: VisitView) -> Ending | None:
    if view.visit["channel"] is Channel.SHARED_COMPUTER:
        return Ending.SELF_SERVED
    return Ending.REFERRED if view.service is not None and not view.service.is_electronic else None


def _telling(newest: AnyRow | None, every: Sequence[AnyRow]) -> AnyRow | None:
    """Of several filings the one that says how the visit ended: one in doubt, one that was filed, or the last."""
    for wanted in (IN_DOUBT, {FilingState.FILED}):
        for filing in every:
            if filing.state in wanted:
                return filing
    return newest

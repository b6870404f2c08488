"""The gate asks, *sent* is committed, the portal's answer is kept. Nothing is ever sent twice."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, exists, select, update

from audit.entry import Actor
from audit.events import EventName
from connectors.runner.api import (
    Absent,
    Ambiguous,
    DeclinedByPortal,
    Filed,
    Found,
    GateRequest,
    LookedUp,
    Sent,
    Unknown,
    Verdict,
)
from connectors.sdk import registry
from delegation.commitment import HashKind
from delegation.filing import IN_DOUBT, FilingState, frees_allowance
from delegation.model import DelegationState, give_back, spend
from gateway.database.base import written_out
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits import (
    actors,
    advancing,
    doubts,
    filings,
    going_on,
    guarding,
    late,
    leaving,
    refused_inputs,
    stopping,
    telling,
)
from gateway.visits.arriving import ReceiptPage, file_receipt
from gateway.visits.asking import queue_run
from gateway.visits.delegations import may_file, store, to_model
from gateway.visits.refusal_tables import RefusedAt
from gateway.visits.rows import (
    AnyRow,
    ensure,
    find_delegation,
    find_filing,
    find_run,
    find_visit,
    lock_delegation,
    lock_filing,
    lock_permit,
    lock_visit_in_centre,
)
from gateway.visits.running import set_run
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Filing, Permit, Run, RunKind, RunState, VisitState
from gateway.visits.telling import Told
from gateway.visits.trail import say

_BEFORE_FINAL = {
    RunKind.PREPARE: frozenset({FilingState.DRAFTED, FilingState.PREPARED}),
    RunKind.SEND: frozenset({FilingState.CONFIRMED}),
}
_IN_DOUBT = frozenset({FilingState.UNKNOWN, FilingState.NEEDS_HUMAN})
_A_LITTLE = timedelta(seconds=5)
"""After the moment at which an empty answer begins to prove something."""
_LOOK_UP_DUE = select(
    exists().where(
        Run.filing_id == bindparam("filing"), Run.kind == RunKind.LOOK_UP, Run.state == written_out(RunState.QUEUED)
    )
)
_SIGNED_OUT = "session_lost"
_LED_ELSEWHERE = "redirected"
"""Whoever kept what the answer led to may hold it where no list of the portal's tells: an empty one proves nothing."""


def decide_step(conn: Connection, parts: Parts, run_id: str) -> Verdict:
    """Whether a declared request before the final one may leave: only while nobody has said no. Changes nothing."""
    run = find_run(conn, run_id)
    filing = find_filing(conn, run.filing_id)
    if run.kind is RunKind.LOOK_UP:
        return Verdict(filings.is_looked_up(filing), "look_up")
    row = find_delegation(conn, filing.delegation_id)
    if row.state is not DelegationState.ACTIVE:
        return Verdict(False, "delegation.revoked")
    if not may_file(row, filing.service_id, parts.clock.database_now(conn)):
        return Verdict(False, "delegation.expired")
    if not guarding.is_at_work(conn, row.assistant_id):
        return Verdict(False, guarding.NotAtWorkError.code)
    if run.attempt != filing.attempt or filing.state not in _BEFORE_FINAL[run.kind]:
        return Verdict(False, "run.superseded")
    return Verdict(True, "step")


def decide_final(conn: Connection, parts: Parts, run_id: str, request: GateRequest) -> Verdict:
    """Whether the one final request may leave, and if so commit *sent* in this transaction, before it does.

    Locks delegation, filing and permit, checks everything by the database's clock, compares the bytes about to go with
    what was confirmed, and consumes the permit. A no is recorded too, and changes nothing else.
    """
    now = parts.clock.database_now(conn)
    run = find_run(conn, run_id)
    row = lock_delegation(conn, find_filing(conn, run.filing_id).delegation_id)
    filing = lock_filing(conn, run.filing_id)
    permit = lock_permit(conn, filing.id, filing.attempt)
    vault = VisitVault.of(conn, parts.sealer, filing.visit_id)
    reason = leaving.why_not(conn, vault, run, row, filing, permit, request, now)
    if reason is not None or permit is None:
        say(
            conn,
            filing.visit_id,
            EventName.REQUEST_BLOCKED,
            actors.SYSTEM,
            now,
            run=run_id,
            filing=filing.id,
            reason=reason,
        )
        return Verdict(False, reason or "permit.missing")
    store(conn, spend(to_model(row), service=filing.service_id, now=now))
    conn.execute(update(Permit).where(Permit.id == permit.id).values(consumed_at=now))
    sent = {"sent_at": now, "counted_at": now, "body_sha256": request.body_sha256}
    filings.move(conn, filing, FilingState.SENT, reason=None, **sent)
    say(conn, filing.visit_id, EventName.PERMIT_SPENT, actors.SYSTEM, now, permit=permit.id, filing=filing.id)
    say(
        conn,
        filing.visit_id,
        EventName.FILING_SENT,
        actors.connector(filing.service_id),
        now,
        filing=filing.id,
        attempt=filing.attempt,
        permit=permit.id,
        payload=filing.readback_hash,
        body=vault.hasher.hash(HashKind.EVIDENCE, request.body_sha256.encode()),
    )
    return Verdict(True, "sent", permit=vault.take(permit.id, "token").decode())


def outcome(conn: Connection, parts: Parts, run_id: str, result: Sent) -> None:
    """Keep what the portal answered to the final request, also when nobody waited for it any more.

    Raises:
        late.MovedError: the same matter was begun anew in this moment; to be called again.
    """
    now = parts.clock.database_now(conn)
    matter = late.lock_matter(conn, find_run(conn, run_id).filing_id)
    row, filing = matter.row, matter.filing
    set_run(conn, run_id, state=RunState.DONE, ended_at=now)
    if isinstance(result, Filed) and filing.state in IN_DOUBT:
        # *Sent*, or somebody took this worker for dead and asked the portal; its answer came after all.
        receipt = ReceiptPage(result.reference, result.pdf, result.page_text)
        _filed(conn, parts, filing, receipt, actors.connector(filing.service_id), now)
    elif filing.state is not FilingState.SENT:
        late.answered(conn, parts, matter, run_id, result, now)
    elif isinstance(result, DeclinedByPortal) and result.session_lost:
        _not_taken(conn, parts, row, filing, now)
    elif isinstance(result, DeclinedByPortal):
        _declined(conn, parts, row, filing, result, now)
    elif isinstance(result, Unknown):
        doubts.answered(VisitVault.of(conn, parts.sealer, filing.visit_id), filing.id, result.evidence, now)
        _unknown(conn, filing, result.reason, for_a_person=result.for_a_person, now=now)


def interrupted(conn: Connection, parts: Parts, filing_id: str) -> None:
    """A worker died between *sent* and the answer: ask the portal before anything else happens."""
    now = parts.clock.database_now(conn)
    filing = lock_filing(conn, filing_id)
    if filing.state is FilingState.SENT:
        _unknown(conn, filing, "worker_died", for_a_person=False, now=now)


def looked_up(conn: Connection, parts: Parts, run_id: str, result: LookedUp) -> None:
    """Keep what the portal holds: filed, proved not to be, or a person must decide.

    Where an empty answer proves nothing yet, the portal is asked once more when it does; whoever is first settles it.
    After an answer that led elsewhere an empty one never does: only a number that it holds settles it without a person.

    Raises:
        late.MovedError: as `outcome`.
    """
    now = parts.clock.database_now(conn)
    matter = late.lock_matter(conn, find_run(conn, run_id).filing_id)
    row, filing = matter.row, matter.filing
    set_run(conn, run_id, state=RunState.DONE, ended_at=now)
    result = going_on.as_evidence(filing.service_id, result)
    if filing.state not in _IN_DOUBT:
        if not isinstance(result, Absent):
            late.answered(conn, parts, matter, run_id, result, now)
        return
    doubts.asked(VisitVault.of(conn, parts.sealer, filing.visit_id), filing.id, result, now)
    who = actors.connector(filing.service_id)
    if isinstance(result, Found):
        _filed(conn, parts, filing, ReceiptPage(result.reference, result.pdf), who, now)
        _tell_if_closed(conn, parts, filing, Told.ARRIVED)
    elif isinstance(result, Absent) and result.conclusive and may_prove_absence(filing):
        _not_filed(conn, row, filing, who, now)
        _tell_if_closed(conn, parts, filing, Told.NOT_ARRIVED)
    elif filing.state is FilingState.UNKNOWN:
        _needs_human(conn, filing, _why_unsettled(filing, result), now)
        _ask_once_more(conn, filing, now)


def _why_unsettled(filing: AnyRow, result: Absent | Ambiguous) -> str:
    if filing.reason == _LED_ELSEWHERE:
        return _LED_ELSEWHERE
    if isinstance(result, Absent):
        return "look_up.empty"
    return "look_up.ambiguous" if len(result.references) > 1 else "look_up.part"


def asked_again_at(filing: AnyRow) -> datetime | None:
    """When the portal's list proves that a filing has not arrived, if it is not on it; `None` where it never does."""
    rule = registry.find(filing.service_id).look_up
    settles = None if rule is None or going_on.is_several(filing.service_id) else rule.settles_after
    return None if settles is None or filing.sent_at is None else filing.sent_at + settles + _A_LITTLE


def will_be_asked_at(conn: Connection, filing: AnyRow) -> datetime | None:
    """When the portal is asked once more by itself; `None` where nobody is sent, as where it took only a part."""
    at = asked_again_at(filing)
    return at if at and conn.execute(_LOOK_UP_DUE, {"filing": filing.id}).scalar_one() else None


def may_prove_absence(filing: AnyRow) -> bool:
    """Whether a portal's list without a filing proves that it did not arrive, once enough time went by."""
    return bool(filing.reason != _LED_ELSEWHERE)


def look_up_failed(conn: Connection, parts: Parts, run_id: str, reason: str, *, last: bool) -> None:
    """The portal could not be asked; after the last try a person decides."""
    now = parts.clock.database_now(conn)
    run = find_run(conn, run_id)
    filing = lock_filing(conn, run.filing_id)
    if filing.state is FilingState.UNKNOWN and last:
        doubts.asked(VisitVault.of(conn, parts.sealer, filing.visit_id), filing.id, reason, now)
        set_run(conn, run_id, state=RunState.FAILED, reason=reason, ended_at=now)
        _needs_human(conn, filing, _LED_ELSEWHERE if filing.reason == _LED_ELSEWHERE else reason, now)
        _ask_once_more(conn, filing, now)


def settle(
    conn: Connection, parts: Parts, by: StaffSession, visit_id: str, filing_id: str, *, reference: str | None
) -> None:
    """A person has looked: the portal holds it under `reference`, or does not hold it (`None`).

    Also after the visit has closed: a resident does not wait at the counter until the portal can be asked, and is told.
    Anybody of the visit's centre may, at any of its terminals: whoever served the resident may be ill for long. Who
    decided is kept: what did not arrive is sent again only when a colleague of theirs has looked (`resending`).

    Raises:
        NotFoundError: there is none, or it is another centre's.
        OutOfOrderError: it is not in doubt.
        guarding.BarredError: it is their own matter, or nobody would notice if it were.
    """
    now = parts.clock.database_now(conn)
    visit = lock_visit_in_centre(conn, by, visit_id)
    row = lock_delegation(conn, find_filing(conn, filing_id).delegation_id)
    filing = lock_filing(conn, filing_id)
    ensure(filing.visit_id == visit_id and filing.state is FilingState.NEEDS_HUMAN, "settle what is not in doubt")
    if visit.assistant_id != by.staff_id:
        ensure_may_settle(conn, parts, by, row)
    say(
        conn,
        visit_id,
        EventName.FILING_DECIDED,
        by.actor,
        now,
        filing=filing_id,
        filed=reference is not None,
    )
    conn.execute(update(Filing).where(Filing.id == filing_id).values(decided_by=by.staff_id))
    if reference is None:
        _not_filed(conn, row, filing, by.actor, now)
    else:
        _filed(conn, parts, filing, ReceiptPage(reference, None), by.actor, now)
    _tell_if_closed(conn, parts, filing, Told.NOT_ARRIVED if reference is None else Told.ARRIVED)


def ensure_may_settle(conn: Connection, parts: Parts, by: StaffSession, row: AnyRow) -> None:
    """Refuse a colleague whose own matter a doubt under the delegation `row` is.

    Raises:
        guarding.BarredError: it is, or nobody would notice if it were.
    """
    guarding.ensure_recognised(conn, by)
    guarding.ensure_not_own(conn, parts, by, (row.principal_id, row.approver_id, *(row.co_approver_ids or ())))


def _tell_if_closed(conn: Connection, parts: Parts, filing: AnyRow, what: Told) -> None:
    """Tell the resident what became of it; in an open visit their phone and the display show it."""
    if find_visit(conn, filing.visit_id).state is VisitState.CLOSED:
        telling.tell(conn, parts, filing.delegation_id, what)


def _filed(conn: Connection, parts: Parts, filing: AnyRow, page: ReceiptPage, who: Actor, now: datetime) -> None:
    file_receipt(conn, parts, filing, page, who, now)
    late.later(conn, filing, now)


def _declined(
    conn: Connection, parts: Parts, row: AnyRow, filing: AnyRow, result: DeclinedByPortal, now: datetime
) -> None:
    """The portal said no in its own words: nothing was filed and the allowance is free again."""
    vault = VisitVault.of(conn, parts.sealer, filing.visit_id)
    refused_inputs.keep(conn, vault, filing, result.messages, result.general, RefusedAt.SENDING, now)
    filings.move(conn, filing, FilingState.DECLINED, reason="portal.declined", ended_at=now)
    say(
        conn,
        filing.visit_id,
        EventName.FILING_DECLINED,
        actors.connector(filing.service_id),
        now,
        filing=filing.id,
        inputs=refused_inputs.names(result.messages),
    )
    _free(conn, row, filing, FilingState.DECLINED, now)
    advancing.later(conn, filing, now)


def _ask_once_more(conn: Connection, filing: AnyRow, now: datetime) -> None:
    """Ask the portal when its list begins to prove something: the page that asks a person says that it will be."""
    again = asked_again_at(filing)
    if again is not None and now < again:
        queue_run(conn, filing.id, filing.attempt, RunKind.LOOK_UP, now, run_at=again)


def _not_taken(conn: Connection, parts: Parts, row: AnyRow, filing: AnyRow, now: datetime) -> None:
    """The portal asked for a sign-in in place of an answer: nobody has looked at it, so nobody has refused it."""
    who = actors.connector(filing.service_id)
    filings.move(conn, filing, FilingState.UNKNOWN, reason=_SIGNED_OUT)
    say(conn, filing.visit_id, EventName.FILING_UNKNOWN, who, now, filing=filing.id, reason=_SIGNED_OUT)
    _not_filed(conn, row, find_filing(conn, filing.id), who, now)
    _tell_if_closed(conn, parts, filing, Told.NOT_ARRIVED)
    advancing.later(conn, filing, now)


def _unknown(conn: Connection, filing: AnyRow, reason: str, *, for_a_person: bool, now: datetime) -> None:
    filings.move(conn, filing, FilingState.UNKNOWN, reason=reason)
    say(conn, filing.visit_id, EventName.FILING_UNKNOWN, actors.SYSTEM, now, filing=filing.id, reason=reason)
    advancing.later(conn, filing, now)
    if for_a_person and reason != _LED_ELSEWHERE:
        _needs_human(conn, find_filing(conn, filing.id), reason, now)
    else:
        queue_run(conn, filing.id, filing.attempt, RunKind.LOOK_UP, now)


def _needs_human(conn: Connection, filing: AnyRow, reason: str, now: datetime) -> None:
    filings.move(conn, filing, FilingState.NEEDS_HUMAN, reason=reason)
    say(conn, filing.visit_id, EventName.FILING_NEEDS_HUMAN, actors.SYSTEM, now, filing=filing.id, reason=reason)


def _not_filed(conn: Connection, row: AnyRow, filing: AnyRow, who: Actor, now: datetime) -> None:
    filings.move(conn, filing, FilingState.NOT_FILED, ended_at=now)
    say(conn, filing.visit_id, EventName.FILING_NOT_FILED, who, now, filing=filing.id)
    _free(conn, row, filing, FilingState.NOT_FILED, now)


def _free(conn: Connection, row: AnyRow, filing: AnyRow, then: FilingState, now: datetime) -> None:
    """Give the allowance back. Where the visit has closed since, the right to file ends at once instead.

    Raises:
        OutOfOrderError: the step to `then` does not prove that nothing was filed.
    """
    ensure(frees_allowance(filing.state, then), "give back what may have been filed")
    store(conn, give_back(to_model(row), service=filing.service_id))
    late.later(conn, filing, now)
    if find_visit(conn, filing.visit_id).state is VisitState.CLOSED:
        again = find_delegation(conn, row.id)
        stopping.end_rights(conn, again, None, by=actors.SYSTEM, whose="visit", now=now)

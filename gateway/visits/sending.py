"""The gate asks, *sent* is committed, the portal's answer is kept. Nothing is ever sent twice."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, insert, update

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
    Verdict,
)
from connectors.sdk import registry
from delegation.assurance import NumberSource
from delegation.commitment import HashKind
from delegation.filing import FilingState, frees_allowance
from delegation.model import DelegationState, give_back, spend
from gateway.ids import new_id
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.access import StaffSession
from gateway.people.residents import Profile
from gateway.visits import (
    actors,
    advancing,
    disclosure,
    doubts,
    filings,
    following,
    going_on,
    leaving,
    plans,
    stopping,
    telling,
)
from gateway.visits.asking import Answers, Refusals, queue_run
from gateway.visits.delegations import may_file, store, to_model
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
    lock_visit,
)
from gateway.visits.running import read_back_of, set_run
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Filing, Permit, Receipt, RunKind, RunState, VisitState
from gateway.visits.telling import Told
from gateway.visits.trail import say

_BEFORE_FINAL = {
    RunKind.PREPARE: frozenset({FilingState.DRAFTED, FilingState.PREPARED}),
    RunKind.SEND: frozenset({FilingState.CONFIRMED}),
}
_LOOKING = frozenset({FilingState.UNKNOWN, FilingState.SENT, FilingState.NEEDS_HUMAN})
_IN_DOUBT = frozenset({FilingState.UNKNOWN, FilingState.NEEDS_HUMAN})
_AMOUNT = re.compile(r"\d{1,3}(?:[ \u00a0.]?\d{3})?(?:[.,]\d{2})?[ \u00a0]?(?:EUR|€)")
_A_LITTLE = timedelta(seconds=5)
"""After the moment at which an empty answer begins to prove something."""


def decide_step(conn: Connection, parts: Parts, run_id: str) -> Verdict:
    """Whether a declared request before the final one may leave: only while nobody has said no. Changes nothing."""
    run = find_run(conn, run_id)
    filing = find_filing(conn, run.filing_id)
    if run.kind is RunKind.LOOK_UP:
        return Verdict(filing.state in _LOOKING, "look_up")
    row = find_delegation(conn, filing.delegation_id)
    if row.state is not DelegationState.ACTIVE:
        return Verdict(False, "delegation.revoked")
    if not may_file(row, filing.service_id, parts.clock.database_now(conn)):
        return Verdict(False, "delegation.expired")
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
    filings.move(conn, filing, FilingState.SENT, sent_at=now, body_sha256=request.body_sha256, reason=None)
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
    """Keep what the portal answered to the final request."""
    now = parts.clock.database_now(conn)
    run = find_run(conn, run_id)
    row = lock_delegation(conn, find_filing(conn, run.filing_id).delegation_id)
    filing = lock_filing(conn, run.filing_id)
    set_run(conn, run_id, state=RunState.DONE, ended_at=now)
    if isinstance(result, Filed) and filing.state in _IN_DOUBT:
        # Somebody took this worker for dead and asked the portal; its answer came after all.
        receipt = ReceiptPage(result.reference, result.pdf, result.page_text)
        file_receipt(conn, parts, filing, receipt, actors.connector(filing.service_id), now)
        return
    if filing.state is not FilingState.SENT:
        return
    who = actors.connector(filing.service_id)
    if isinstance(result, Filed):
        receipt = ReceiptPage(result.reference, result.pdf, result.page_text)
        file_receipt(conn, parts, filing, receipt, who, now)
    elif isinstance(result, DeclinedByPortal):
        _declined(conn, parts, row, filing, result, now)
    else:
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
    """
    now = parts.clock.database_now(conn)
    run = find_run(conn, run_id)
    row = lock_delegation(conn, find_filing(conn, run.filing_id).delegation_id)
    filing = lock_filing(conn, run.filing_id)
    set_run(conn, run_id, state=RunState.DONE, ended_at=now)
    if filing.state not in _IN_DOUBT:
        return
    result = going_on.as_evidence(filing.service_id, result)
    doubts.asked(VisitVault.of(conn, parts.sealer, filing.visit_id), filing.id, result, now)
    who = actors.connector(filing.service_id)
    if isinstance(result, Found):
        file_receipt(conn, parts, filing, ReceiptPage(result.reference, result.pdf), who, now)
        _tell_if_closed(conn, parts, filing, Told.ARRIVED)
    elif isinstance(result, Absent) and result.conclusive:
        _not_filed(conn, row, filing, who, now)
        _tell_if_closed(conn, parts, filing, Told.NOT_ARRIVED)
    elif filing.state is FilingState.UNKNOWN:
        reason = _why_unsettled(result)
        _needs_human(conn, filing, reason, now)
        again = asked_again_at(filing)
        if isinstance(result, Absent) and again is not None and now < again:
            queue_run(conn, filing.id, filing.attempt, RunKind.LOOK_UP, now, run_at=again)


def _why_unsettled(result: Absent | Ambiguous) -> str:
    if isinstance(result, Absent):
        return "look_up.empty"
    return "look_up.ambiguous" if len(result.references) > 1 else "look_up.part"


def asked_again_at(filing: AnyRow) -> datetime | None:
    """When the portal's list proves that a filing has not arrived, if it is not on it; `None` where it never does."""
    rule = registry.find(filing.service_id).look_up
    settles = None if rule is None or going_on.is_several(filing.service_id) else rule.settles_after
    return None if settles is None or filing.sent_at is None else filing.sent_at + settles + _A_LITTLE


def look_up_failed(conn: Connection, parts: Parts, run_id: str, reason: str, *, last: bool) -> None:
    """The portal could not be asked; after the last try a person decides."""
    now = parts.clock.database_now(conn)
    run = find_run(conn, run_id)
    filing = lock_filing(conn, run.filing_id)
    if filing.state is FilingState.UNKNOWN and last:
        doubts.asked(VisitVault.of(conn, parts.sealer, filing.visit_id), filing.id, reason, now)
        set_run(conn, run_id, state=RunState.FAILED, reason=reason, ended_at=now)
        _needs_human(conn, filing, reason, now)


def settle(
    conn: Connection, parts: Parts, by: StaffSession, visit_id: str, filing_id: str, *, reference: str | None
) -> None:
    """A person has looked: the portal holds it under `reference`, or does not hold it (`None`).

    Also after the visit has closed: a resident does not wait at the counter until the portal can be asked, and is told.
    Who decided is kept: what did not arrive is sent again only when a colleague has looked (`resending`).

    Raises:
        OutOfOrderError: it is not in doubt.
    """
    now = parts.clock.database_now(conn)
    lock_visit(conn, by, visit_id)
    row = lock_delegation(conn, find_filing(conn, filing_id).delegation_id)
    filing = lock_filing(conn, filing_id)
    ensure(filing.visit_id == visit_id and filing.state is FilingState.NEEDS_HUMAN, "settle what is not in doubt")
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
        file_receipt(conn, parts, filing, ReceiptPage(reference, None), by.actor, now)
    _tell_if_closed(conn, parts, filing, Told.NOT_ARRIVED if reference is None else Told.ARRIVED)


def _tell_if_closed(conn: Connection, parts: Parts, filing: AnyRow, what: Told) -> None:
    """Tell the resident what became of it; in an open visit their phone and the display show it."""
    if find_visit(conn, filing.visit_id).state is VisitState.CLOSED:
        telling.tell(conn, parts, filing.delegation_id, what)


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """What the portal gave for an application."""

    reference: str
    pdf: bytes | None
    text: str = ""
    """Of the page, where one was seen: later services may be fed with what it says."""


def file_receipt(conn: Connection, parts: Parts, filing: AnyRow, page: ReceiptPage, who: Actor, now: datetime) -> None:
    """The portal has it: keep reference, PDF and what later services need, say so, and go on with those."""
    reference, pdf = page.reference, page.pdf
    vault = VisitVault.of(conn, parts.sealer, filing.visit_id)
    receipt_id = new_id()
    pdf_hash = None if pdf is None else vault.hasher.hash(HashKind.RECEIPT, pdf)
    conn.execute(
        insert(Receipt).values(
            id=receipt_id,
            filing_id=filing.id,
            reference=reference,
            fee=_to_be_paid(read_back_of(vault, filing.id).fee),
            pdf_hash=pdf_hash,
            payload_hash=filing.readback_hash,
            body_sha256=filing.body_sha256,
            stored_at=now,
        )
    )
    if pdf is not None:
        vault.keep(filing.id, "pdf", pdf, now)
    given = plans.keep_given(vault, filing.id, registry.find(filing.service_id), page.text, now)
    _remember_account(conn, parts, vault, filing, now)
    filings.move(conn, filing, FilingState.FILED, reference=reference, ended_at=now)
    reference_hash = vault.hasher.hash(HashKind.RECEIPT, reference.encode())
    say(conn, filing.visit_id, EventName.FILING_FILED, who, now, filing=filing.id, reference=reference_hash)
    say(
        conn,
        filing.visit_id,
        EventName.RECEIPT_STORED,
        actors.SYSTEM,
        now,
        receipt=receipt_id,
        filing=filing.id,
        payload=filing.readback_hash,
        pdf=pdf_hash,
        **disclosure.commit_receipt(vault, filing.id, reference, pdf),
        **({"gives": given} if given else {}),
    )
    following.begin(conn, parts, filing, now)
    advancing.later(conn, filing, now)


def _to_be_paid(fee: str) -> str | None:
    """The amount in what the portal wrote of its fee: of its own words nothing else is kept in the open."""
    found = _AMOUNT.search(fee)
    return found.group() if found and set(found.group()) & set("123456789") else None


def _remember_account(conn: Connection, parts: Parts, vault: VisitVault, filing: AnyRow, now: datetime) -> None:
    """The account that the resident has confirmed and the portal has taken is known from now on."""
    values = msgspec.json.decode(vault.take(filing.id, "answers"), type=Answers).values
    asked = [each.name for each in registry.find(filing.service_id).inputs if each.prefill == "resident.iban"]
    account = next((value for name in asked if isinstance(value := values.get(name), str)), None)
    if account:
        profile = Profile(name="", code="", iban=account)
        source = NumberSource.EARLIER_APPROVAL
        residents.remember(conn, parts, filing.principal_id, profile, source=source, now=now)


def _declined(
    conn: Connection, parts: Parts, row: AnyRow, filing: AnyRow, result: DeclinedByPortal, now: datetime
) -> None:
    """The portal said no in its own words: nothing was filed and the allowance is free again."""
    vault = VisitVault.of(conn, parts.sealer, filing.visit_id)
    vault.keep(filing.id, "refusals", msgspec.json.encode(Refusals(dict(result.messages), result.general)), now)
    filings.move(conn, filing, FilingState.DECLINED, reason="portal.declined", ended_at=now)
    say(
        conn,
        filing.visit_id,
        EventName.FILING_DECLINED,
        actors.connector(filing.service_id),
        now,
        filing=filing.id,
        inputs=sorted(result.messages),
    )
    _free(conn, row, filing, FilingState.DECLINED, now)
    advancing.later(conn, filing, now)


def _unknown(conn: Connection, filing: AnyRow, reason: str, *, for_a_person: bool, now: datetime) -> None:
    filings.move(conn, filing, FilingState.UNKNOWN, reason=reason)
    say(conn, filing.visit_id, EventName.FILING_UNKNOWN, actors.SYSTEM, now, filing=filing.id, reason=reason)
    advancing.later(conn, filing, now)
    if for_a_person:
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
    if find_visit(conn, filing.visit_id).state is VisitState.CLOSED:
        again = find_delegation(conn, row.id)
        stopping.end_rights(conn, again, None, by=actors.SYSTEM, whose="visit", now=now)

"""An approver answers: by a fresh sign-in on the phone, by a code on the display, or with a no.

The same answer grants a delegation or permits one read-back; what it is about was fixed when it was asked.
"""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from audit.entry import Actor
from audit.events import EventName
from delegation.assurance import ApprovalKind, NumberSource, Route, RouteFacts, ensure_allowed, route_assurance
from delegation.claims import PermitBinding
from delegation.commitment import HashKind
from delegation.filing import FilingState
from delegation.model import DelegationState
from delegation.signing import PERMIT_SECONDS, sign_permit
from gateway.ids import new_id
from gateway.jobs.queue import enqueue
from gateway.keys.signing import KeyKind
from gateway.ledger import notices
from gateway.ledger.health import ensure_healthy
from gateway.mode import made_up
from gateway.oauth import portal_names
from gateway.oauth.relying_party import SignedIn
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.access import DisplaySession, ResidentSession, StaffSession
from gateway.services import catalogue
from gateway.visits import (
    actors,
    approvals,
    documents,
    facing,
    filings,
    granting,
    guarding,
    parties,
    running,
    second_person,
    sign_ins,
)
from gateway.visits.approvals import Answer
from gateway.visits.asking import queue_run
from gateway.visits.delegations import may_file
from gateway.visits.errors import ExpiredError, NotFoundError, SignInStaleError
from gateway.visits.parties import approver_of
from gateway.visits.rows import (
    AnyRow,
    ensure,
    expected,
    find_approval,
    lock_approval,
    lock_delegation_asked,
    lock_delegation_of,
    lock_filing,
    lock_filing_of,
    lock_open_visit,
)
from gateway.visits.sealed import VisitVault
from gateway.visits.sign_ins import SignInReturn
from gateway.visits.tables import ApprovalState, Permit, Run, RunKind, RunState
from gateway.visits.trail import say

_HOLDER = (
    select(Run.worker_id)
    .where(Run.filing_id == bindparam("filing"), Run.state == RunState.HOLDING)
    .order_by(Run.queued_at.desc())
    .limit(1)
)


def approve_by_sign_in(
    conn: Connection, parts: Parts, session: ResidentSession, returned: SignInReturn, signed: SignedIn
) -> str:
    """Count a fresh sign-in as the yes; return the approver's resident id. The ID token is kept, sealed, as proof.

    Raises:
        SignInStaleError: the identity provider reused an older sign-in.
        SubjectMismatchError: somebody else than the approver signed in.
        AssuranceTooLowError: at a lower level than the service asks.
        ApprovalOverError, OutOfOrderError, ExpiredError: it came too late.
    """
    row = lock_delegation_asked(conn, returned.approval_id)
    approval = lock_approval(conn, returned.approval_id)
    now = parts.clock.database_now(conn)
    if not returned.is_answer:
        raise SignInStaleError("the sign-in was made to see, not to approve")
    approver = sign_ins.ensure_approver(conn, parts, session, row, approval, returned, signed, now)
    evidence = msgspec.json.encode(
        {
            "id_token": signed.id_token,
            "provider": returned.provider,
            "attempt": returned.attempt_id,
            "provenance": signed.provenance,
        }
    )
    approval = approvals.as_answered(conn, approval, Route.PHONE)
    facts = RouteFacts(provider_acr=signed.acr, fresh_sign_in=True)
    residents.add_to(conn, parts, approver, signed.profile, source=NumberSource.PROVIDER, now=now)
    answer_yes(conn, parts, row, approval, facts, evidence, now)
    return approver.id


def approve_on_display(conn: Connection, parts: Parts, session: DisplaySession, approval_id: str, code: str) -> Answer:
    """Count a one-time code typed on the display as the yes; a wrong one is counted too.

    Raises:
        NotFoundError: the approval belongs to another terminal's visit.
        DocumentNotCheckedError: whoever is asked has not shown a document yet; the code stays good.
        OutOfOrderError, ExpiredError: it came too late.
    """
    row = lock_delegation_asked(conn, approval_id)
    approval = lock_approval(conn, approval_id)
    now = parts.clock.database_now(conn)
    facing.ensure_its_terminals(session, row.terminal_id)
    facing.ensure_shown(conn, parts, session, row.visit_id, while_resting=False)
    ensure(approval.route is Route.DISPLAY, "type on the display what is asked elsewhere")
    vault = VisitVault.of(conn, parts.sealer, row.visit_id)
    documents.ensure_checked(vault, row.id, approval.id)
    answer = approvals.check_display_code(conn, parts, approval, code, now)
    if answer is not Answer.RIGHT:
        return answer
    found = documents.checked(vault, row.id, approval.id)
    is_checked = found["document"] in documents.CHECKED
    facts = RouteFacts(document_checked=is_checked, number_source=NumberSource(found["number_source"]))
    answer_yes(conn, parts, row, approval, facts, documents.kept(vault, row.id, approval.id), now)
    return answer


def refuse_on_phone(conn: Connection, parts: Parts, session: ResidentSession, approval_id: str) -> None:
    """A no on the phone. Whoever reached the question may say it: a no needs no sign-in; who has signed in is named."""
    row = lock_delegation_asked(conn, approval_id)
    approval = lock_approval(conn, approval_id)
    if session.approval_id != approval.id and session.visit_id != row.visit_id:
        raise NotFoundError("no such approval")
    is_known = session.resident_id in (row.approver_id, *(row.co_approver_ids or ()))
    answer_no(conn, parts, approval, by=session.actor if is_known else None)


def refuse_on_display(conn: Connection, parts: Parts, session: DisplaySession, approval_id: str) -> None:
    """A no on the display."""
    row = lock_delegation_asked(conn, approval_id)
    approval = lock_approval(conn, approval_id)
    facing.ensure_its_terminals(session, row.terminal_id)
    facing.ensure_shown(conn, parts, session, row.visit_id, while_resting=True)
    answer_no(conn, parts, approval)


def refuse_at_desk(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, approval_id: str) -> None:
    """A no that the assistant is told: the resident does not sign the sheet, or says no on the call.

    Raises:
        NotFoundError: no such visit or approval of this assistant's.
        OutOfOrderError: the question is put where the resident answers themselves.
    """
    lock_open_visit(conn, by, visit_id)
    lock_delegation_asked(conn, approval_id)
    approval = lock_approval(conn, approval_id)
    is_spoken = approval.route in (Route.PAPER, Route.CALL)
    ensure(approval.visit_id == visit_id and is_spoken, "say no for somebody who answers themselves")
    second_person.withdraw_of_approval(conn, approval_id, parts.clock.database_now(conn))
    answer_no(conn, parts, approval, by=by.actor)


def answer_yes(
    conn: Connection, parts: Parts, row: AnyRow, approval: AnyRow, facts: RouteFacts, evidence: bytes, now: datetime
) -> None:
    """A yes to a locked approval of the locked delegation `row`, with the facts that decide its assurance.

    `now` is the database's time, read once both were locked.
    """
    if approval.kind is ApprovalKind.GRANT:
        granting.grant(conn, parts, row, approval, facts, evidence, now)
    else:
        permit(conn, parts, row, approval, facts, evidence, now)


def answer_no(conn: Connection, parts: Parts, approval: AnyRow, *, by: Actor | None = None) -> None:
    """A no to a locked approval; `by` is who said it or was told it, none where nobody knows who reached it."""
    approvals.ensure_open(approval, parts.clock.database_now(conn))
    who = by or actors.stranger(approval.id)
    if approval.kind is ApprovalKind.GRANT:
        granting.refuse_grant(conn, parts, approval, who)
    else:
        refuse_permit(conn, parts, approval, who)


def permit(
    conn: Connection, parts: Parts, row: AnyRow, approval: AnyRow, facts: RouteFacts, evidence: bytes, now: datetime
) -> None:
    """Sign the permit for one read-back and send the worker to press the last button.

    Raises:
        OutOfOrderError: the read-back is no longer the one that was shown.
        ExpiredError: the delegation has ended.
        AssuranceTooLowError: the yes was said at a lower level than the service asks.
    """
    ensure_healthy(conn)
    filing = lock_filing(conn, approval.filing_id)
    ensure(row.state is DelegationState.ACTIVE, "permit under a delegation that has ended")
    if not may_file(row, filing.service_id, now):
        raise ExpiredError("the right to file ended before the permit")
    current = (filing.state, filing.attempt, filing.readback_hash)
    ensure(current == (FilingState.PREPARED, approval.attempt, approval.subject_hash), "permit another read-back")
    ensure(second_person.all_confirmed(conn, filing.looks or ()), "permit before a second person has looked")
    place = {"centre_id": row.centre_id, "staff_id": row.assistant_id}
    why = guarding.why_closed(conn, (filing.service_id,), **place, now=now)
    if why is not None:
        _stop_closed(conn, filing, approval, why.code, now)
        return
    level = route_assurance(approval.route, ApprovalKind.PERMIT, facts)
    service = catalogue.find(conn, filing.service_id)
    ensure_allowed(service.rules, approval.route, level, ApprovalKind.PERMIT)

    permit_id = new_id()
    token = _signed(conn, parts, row, filing, service, permit_id, now)
    expires_at = now + timedelta(seconds=PERMIT_SECONDS)
    conn.execute(
        insert(Permit).values(
            id=permit_id,
            filing_id=filing.id,
            attempt=filing.attempt,
            approval_id=approval.id,
            payload_hash=approval.subject_hash,
            issued_at=now,
            expires_at=expires_at,
        )
    )
    vault = VisitVault.of(conn, parts.sealer, row.visit_id)
    vault.add(permit_id, "token", token.encode(), now)
    vault.add(approval.id, "evidence", evidence, now, own_key=parties.own_key(conn, parts, row, approval))
    approvals.decide(conn, approval, ApprovalState.GIVEN, now)
    filings.move(conn, filing, FilingState.CONFIRMED)
    holder = conn.execute(_HOLDER, {"filing": filing.id}).scalar_one_or_none()
    queue_run(conn, filing.id, filing.attempt, RunKind.SEND, now, prefer=holder)
    enqueue(conn, "permit.lapse", {"filing": filing.id, "permit": permit_id}, run_at=expires_at, now=now)
    say(
        conn,
        row.visit_id,
        EventName.PERMIT_GIVEN,
        actors.resident(approver_of(row, approval)),
        now,
        approval=approval.id,
        permit=permit_id,
        filing=filing.id,
        attempt=filing.attempt,
        payload=approval.subject_hash,
        route=approval.route.value,
        assurance=level.uri,
        evidence=vault.hasher.hash(HashKind.EVIDENCE, evidence),
        token=vault.hasher.hash(HashKind.EVIDENCE, token.encode()),
        sha256=notices.note(conn, token),
    )


def refuse_permit(conn: Connection, parts: Parts, approval: AnyRow, by: Actor) -> None:
    """The approver said no to what would be sent: nothing is sent. The delegation stays, to mend and ask again."""
    now = parts.clock.database_now(conn)
    filing = lock_filing(conn, approval.filing_id)
    ensure(filing.state is FilingState.PREPARED, "refuse what is not asked")
    filings.move(conn, filing, FilingState.DECLINED, reason="permit.refused", ended_at=now)
    approvals.decide(conn, approval, ApprovalState.REFUSED, now)
    say(
        conn,
        filing.visit_id,
        EventName.PERMIT_REFUSED,
        by,
        now,
        approval=approval.id,
        filing=filing.id,
    )


def ask_again(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> str:
    """Ask for the same permit once more, after nobody answered or the five minutes passed."""
    now = parts.clock.database_now(conn)
    lock_open_visit(conn, by, visit_id)
    row = expected(lock_delegation_of(conn, visit_id), "ask again without a delegation")
    filing = expected(lock_filing_of(conn, row.id), "ask again without a filing")
    ensure(filing.state is FilingState.PREPARED, "ask again for what is not read back")
    ensure(not approvals.is_waiting(conn, row.id, now), "ask again while the question waits")
    ensure(second_person.all_confirmed(conn, filing.looks or ()), "ask before a second person has looked")
    approvals.lapse_all(conn, row.id, now)
    vault = VisitVault.of(conn, parts.sealer, visit_id)
    return running.ask_permit(conn, parts, vault, row, filing, filing.readback_hash, now)


def lapse(conn: Connection, parts: Parts, approval_id: str) -> None:
    """Nobody answered in time. Does nothing when somebody did. No answer is a no: nothing is sent."""
    approval = find_approval(conn, approval_id)
    if approval.kind is ApprovalKind.GRANT:
        granting.lapse_grant(conn, parts, approval_id)
        return
    now = parts.clock.database_now(conn)
    approval = lock_approval(conn, approval_id)
    if approvals.is_open(approval) and now >= approval.lapses_at:
        approvals.decide(conn, approval, ApprovalState.LAPSED, now)
        say(conn, approval.visit_id, EventName.PERMIT_LAPSED, actors.SYSTEM, now, approval=approval_id)


def lapse_permit(conn: Connection, parts: Parts, filing_id: str, permit_id: str) -> None:
    """A permit was given and its five minutes passed unused: the same read-back needs a new yes."""
    now = parts.clock.database_now(conn)
    filing = lock_filing(conn, filing_id)
    given = conn.execute(select(Permit.expires_at, Permit.consumed_at).where(Permit.id == permit_id)).one()
    if filing.state is not FilingState.CONFIRMED or given.consumed_at is not None or now < given.expires_at:
        return
    conn.execute(update(Permit).where(Permit.id == permit_id).values(consumed_at=now))
    attempt = filing.attempt + 1
    filings.move(conn, filing, FilingState.PREPARED, attempt=attempt, reason="permit.expired")
    say(conn, filing.visit_id, EventName.PERMIT_LAPSED, actors.SYSTEM, now, filing=filing_id, permit=permit_id)


def _stop_closed(conn: Connection, filing: AnyRow, approval: AnyRow, reason: str, now: datetime) -> None:
    """The service was closed to this assistant while the resident read: whoever says yes now cannot have it sent."""
    filings.move(conn, filing, FilingState.STOPPED, reason=reason, ended_at=now)
    approvals.decide(conn, approval, ApprovalState.LAPSED, now)
    data = {"filing": filing.id, "approval": approval.id, "reason": reason, "step": "permit"}
    say(conn, filing.visit_id, EventName.STEP_BARRED, actors.SYSTEM, now, **data)


def _signed(
    conn: Connection,
    parts: Parts,
    row: AnyRow,
    filing: AnyRow,
    service: catalogue.Service,
    permit_id: str,
    now: datetime,
) -> str:
    """The permit for what the filing's portal holds, as a token: it names the delegation as that portal knows it."""
    name, _ = portal_names.of(conn, row.id, service.client_id or "", now)
    binding = PermitBinding(
        delegation=name,
        filing=filing.id,
        attempt=filing.attempt,
        origin=service.portal_origin or "",
        connector=f"{filing.service_id}@{filing.connector_version}",
        language=row.language,
        payload=filing.readback_hash,
    )
    issuer = parts.settings.issuer
    signer = parts.keys.signer(KeyKind.PERMIT)
    kind = made_up(parts.settings.mode)
    return sign_permit(signer, binding, issuer=issuer, audience=issuer, jti=permit_id, now=now, made_up=kind)

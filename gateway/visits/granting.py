"""The approver says yes or no to a statement; with the last yes the delegation is signed."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from audit.events import EventName
from delegation.assurance import ApprovalKind, NumberSource, RouteFacts, route_assurance
from delegation.claims import StatusReference, claims_of
from delegation.commitment import HashKind
from delegation.model import Approval as GivenApproval
from delegation.model import Delegation, DelegationState, activate, lapse, refuse
from delegation.signing import sign_delegation
from gateway.jobs.queue import Task, enqueue_all
from gateway.keys.signing import KeyKind
from gateway.ledger.health import ensure_healthy
from gateway.ledger.outbox import Event
from gateway.mode import made_up
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.access import StaffSession
from gateway.services import catalogue
from gateway.visits import (
    actors,
    approvals,
    documents,
    guarding,
    parties,
    second_person,
    stop_codes,
    telling,
)
from gateway.visits.asked import checked_first
from gateway.visits.delegations import files_until, store, store_end, to_model
from gateway.visits.errors import (
    ExpiredError,
    NoKnownNumberError,
)
from gateway.visits.rows import (
    AnyRow,
    ensure,
    lock_approval,
    lock_delegation,
    lock_delegation_of,
    lock_open_visit,
)
from gateway.visits.sealed import ToSeal, VisitVault
from gateway.visits.tables import ApprovalState
from gateway.visits.trail import say, say_all


def grant(
    conn: Connection, parts: Parts, row: AnyRow, approval: AnyRow, facts: RouteFacts, evidence: bytes, now: datetime
) -> None:
    """Count the yes to a statement; with the last that is needed, sign the delegation. `evidence` is kept sealed.

    Where a service was closed here while the statement was read, the request ends, and nothing is allowed.

    The caller has locked the delegation `row` and then the approval, and checked that the yes is the approver's.

    Raises:
        OutOfOrderError: it is no longer asked.
        AssuranceTooLowError: the yes was said at a lower level than the service asks.
    """
    ensure_healthy(conn)
    ends = files_until(row.services)
    if ends is None or now >= ends:
        raise ExpiredError("the right to file ended before the yes")
    ensure(row.state is DelegationState.REQUESTED, "grant what is not asked")
    before = to_model(row)
    if (why := _closed_meanwhile(conn, row, before, now)) is not None:
        end_request(conn, row, event=EventName.DELEGATION_LAPSED, by="closed", now=now)
        data = {"delegation": row.id, "approval": approval.id, "reason": why, "step": "grant"}
        say(conn, row.visit_id, EventName.STEP_BARRED, actors.SYSTEM, now, **data)
        return
    rules = {each.id: each.rules for each in catalogue.find_all(conn, [each.service for each in before.services])}
    vault = VisitVault.of(conn, parts.sealer, row.visit_id)
    given = GivenApproval(
        approver=parties.approver_of(row, approval),
        route=approval.route,
        assurance=route_assurance(approval.route, ApprovalKind.GRANT, facts),
        at=now,
        statement=row.statement_hash,
        evidence=vault.hasher.hash(HashKind.EVIDENCE, evidence),
    )
    delegation = activate(before, given, rules=rules, now=now)
    approvals.decide(conn, approval, ApprovalState.GIVEN, now)
    kept = ToSeal(approval.id, "evidence", evidence, parties.own_key(conn, parts, row, approval))
    event = _given(approval, given)
    if delegation.state is DelegationState.REQUESTED:
        vault.add_all([kept], now)
        store(conn, delegation)
        say_all(conn, row.visit_id, [event], now)
        _ask_next(conn, parts, vault, delegation, approval, now)
    else:
        _sign(conn, parts, vault, row, delegation, kept, event, now)


def _closed_meanwhile(conn: Connection, row: AnyRow, asked: Delegation, now: datetime) -> str | None:
    """Why a service may not be allowed any more that could be when it was asked for: basket, agreement, training.

    Whose account is out of use is somebody else's to mend: a colleague takes the visit over, with a yes of their own.
    """
    services = [each.service for each in asked.services]
    why = guarding.why_closed(conn, services, centre_id=row.centre_id, staff_id=row.assistant_id, now=now)
    return None if why is None or isinstance(why, guarding.NotAtWorkError) else why.code


def _given(approval: AnyRow, given: GivenApproval) -> Event:
    return Event(
        EventName.APPROVAL_GIVEN,
        actors.resident(given.approver),
        {
            "approval": approval.id,
            "route": given.route.value,
            "assurance": given.assurance.uri,
            "statement": given.statement,
            "evidence": given.evidence,
        },
    )


def _sign(
    conn: Connection,
    parts: Parts,
    vault: VisitVault,
    row: AnyRow,
    delegation: Delegation,
    evidence: ToSeal,
    given: Event,
    now: datetime,
) -> None:
    """The last yes has been said: sign, and set the clock to the end of the right to file."""
    issuer = parts.settings.issuer
    status = StatusReference(idx=row.status_index, uri=f"{issuer}/oauth/status/1")
    kind = made_up(parts.settings.mode)
    claims = claims_of(delegation, issuer=issuer, audience=issuer, now=now, status=status, made_up=kind)
    token = sign_delegation(parts.keys.signer(KeyKind.DELEGATION), claims)

    kept = [evidence, ToSeal(row.id, "token", token.encode())]
    stop_code_hash = row.stop_code_hash
    if stop_code_hash is None:  # a sheet that was signed carries the code already
        code = stop_codes.make(parts, row.id)
        stop_code_hash = code.hash
        kept.append(code.to_seal)
    store(conn, delegation, granted_at=now, stop_code_hash=stop_code_hash)
    vault.add_all(kept, now)
    ends = delegation.files_until or delegation.valid_until
    enqueue_all(
        conn,
        [Task("delegation.expire", {"delegation": row.id}, ends), telling.later(row.id, telling.Told.GRANTED, now)],
        now,
    )
    hashed = vault.hasher.hash(HashKind.EVIDENCE, token.encode())
    key = parts.keys.signer(KeyKind.DELEGATION).kid
    signed = {"delegation": row.id, "token": hashed, "sha256": sha256(token.encode()).hexdigest(), "key": key}
    say_all(conn, row.visit_id, [given, Event(EventName.DELEGATION_SIGNED, actors.SYSTEM, signed)], now)


def refuse_grant(conn: Connection, parts: Parts, approval: AnyRow, by: Actor) -> None:
    """One of the approvers said no to the statement: the request ends here, whoever is asked at the moment."""
    now = parts.clock.database_now(conn)
    row = lock_delegation(conn, approval.delegation_id)
    ensure(row.state is DelegationState.REQUESTED, "refuse what is not asked")
    store_end(conn, refuse(to_model(row)), by=actors.whose_no(by), now=now)
    is_of_another = by.kind is ActorKind.RESIDENT and by.id != parties.approver_of(row, approval)
    approvals.decide(conn, approval, ApprovalState.LAPSED if is_of_another else ApprovalState.REFUSED, now)
    say(
        conn,
        row.visit_id,
        EventName.DELEGATION_REFUSED,
        by,
        now,
        delegation=row.id,
        approval=approval.id,
    )


def withdraw_request(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> None:
    """The assistant takes the question back, to ask again by another route or for another service."""
    now = parts.clock.database_now(conn)
    lock_open_visit(conn, by, visit_id)
    row = lock_delegation_of(conn, visit_id)
    ensure(row is not None and row.state is DelegationState.REQUESTED, "withdraw what is not asked")
    if row is not None:
        end_request(conn, row, event=EventName.APPROVAL_WITHDRAWN, by=f"staff:{by.staff_id}", now=now)


def lapse_grant(conn: Connection, parts: Parts, approval_id: str) -> None:
    """Nobody answered in time. Does nothing when somebody did."""
    now = parts.clock.database_now(conn)
    row = lock_delegation(conn, approvals.find(conn, approval_id).delegation_id)
    approval = lock_approval(conn, approval_id)
    if approvals.is_open(approval) and now >= approval.lapses_at and row.state is DelegationState.REQUESTED:
        end_request(conn, row, event=EventName.DELEGATION_LAPSED, by="clock", now=now)


def end_request(conn: Connection, row: AnyRow, *, event: EventName, by: str, now: datetime) -> None:
    """End a request that nobody answered; a locked *requested* delegation becomes *lapsed*."""
    store_end(conn, lapse(to_model(row)), by=by, now=now)
    approvals.lapse_all(conn, row.id, now)
    second_person.withdraw_all(conn, row.visit_id, now)
    say(conn, row.visit_id, event, actors.SYSTEM, now, delegation=row.id, by=by)


def _ask_next(
    conn: Connection, parts: Parts, vault: VisitVault, delegation: Delegation, approval: AnyRow, now: datetime
) -> None:
    """Put the same statement to the next who has to say yes, by the same route."""
    approver = residents.open_resident(conn, parts, delegation.next_approver or "")
    number = None
    if approval.route in approvals.BY_CODE:
        if approver.known_number is None:
            raise NoKnownNumberError("no number is known for a second approver")
        number = approvals.KnownNumber(approver.known_number, approver.number_source or NumberSource.REGISTER)
    asking = approvals.Asking(
        visit_id=delegation.visit,
        delegation_id=delegation.id,
        filing_id=None,
        attempt=1,
        kind=ApprovalKind.GRANT,
        route=approval.route,
        subject_hash=approval.subject_hash,
        number=number.number if number else None,
        approver_id=approver.id,
        text_length=approval.text_length,
    )
    approval_id = approvals.ask(conn, parts, vault, asking, now)
    own_key = None if approver.id == delegation.principal else approver.key
    evidence = checked_first(documents.to_be_checked(approval.route), number)
    vault.add(approval_id, "asked", evidence, now, own_key=own_key)
    data = {"approval": approval_id, "delegation": delegation.id, "approver": approver.id}
    say(conn, delegation.visit, EventName.APPROVAL_REQUESTED, actors.SYSTEM, now, **data)

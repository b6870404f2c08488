"""The statement is shown, the approver says yes or no, the delegation is signed."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from audit.entry import Actor, ActorKind
from audit.events import EventName
from delegation.assurance import ApprovalKind, NumberSource, RouteFacts, route_assurance
from delegation.claims import StatusReference, claims_of
from delegation.commitment import HashKind
from delegation.filing import IN_DOUBT
from delegation.model import Approval as GivenApproval
from delegation.model import Delegation, DelegationState, activate, lapse, refuse
from delegation.signing import sign_delegation
from delegation.statement import render
from delegation.wording import LATEST
from gateway.jobs.queue import Task, enqueue_all
from gateway.keys import store as key_store
from gateway.keys.errors import KeyMissingError
from gateway.keys.sealing import DataKey
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
    disclosure,
    documents,
    fixed,
    guarding,
    parties,
    scope,
    second_person,
    statements,
    stop_codes,
    stopping,
    telling,
    terms,
)
from gateway.visits.asked import Asked, ensure_reachable, is_over, number_for, preconditions, requested
from gateway.visits.delegations import files_until, insert_delegation, store, store_end, to_model
from gateway.visits.errors import (
    ExpiredError,
    NoKnownNumberError,
    OtherPersonError,
    PersonErasedError,
    PreconditionsOpenError,
)
from gateway.visits.rows import (
    AnyRow,
    acts_alone,
    ensure,
    lock_approval,
    lock_delegation,
    lock_delegation_of,
    lock_filing_of,
    lock_open_visit,
)
from gateway.visits.sealed import ToSeal, VisitVault
from gateway.visits.tables import ApprovalState, DelegationRow
from gateway.visits.trail import say, say_all

HELD = "held_asking"
"""What is sealed of a question that waits for a second person."""
_STATUS_INDEXES = 1 << 20


def request_delegation(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, asked: Asked) -> str:
    """Ask for a delegation for the visit's services; return the id of the approval that is waiting.

    It is empty while a second person has to look first: the question is put when they have confirmed.

    Raises:
        OutOfOrderError: no service is chosen, or a delegation is already waiting or in force.
        OtherPersonError: the visit is about somebody else.
        PersonErasedError: whoever's matter it is was erased in this moment.
        RouteNotAllowedError: a service does not take the route, or the route cannot reach its assurance.
        NotOfferedError: a service does not offer what is wanted of it.
        PreconditionsOpenError: not all was gone through that has to be so first.
        AgreementFullError: as many were begun as the holder's agreement allows.
        NoKnownNumberError: the display route, and no number is known but one typed here.
        delegation.errors.InvalidRequestError: who speaks for whom does not fit.
        guarding.BarredError: a service is not open to this assistant, it is their own matter, or that could not be
            noticed.
    """
    ensure_healthy(conn)
    guarding.ensure_recognised(conn, by)
    now = parts.clock.database_now(conn)
    visit = lock_open_visit(conn, by, visit_id)
    earlier = lock_delegation_of(conn, visit_id)
    ensure(
        visit.service_id is not None and not acts_alone(visit, earlier),
        "ask before there is a service to ask for",
    )
    ensure(earlier is None or is_over(earlier, now), "ask while a delegation is open")
    filing = None if earlier is None else lock_filing_of(conn, earlier.id)
    # A new delegation would hide from every page, and from a stop, what is still under way under this one.
    ensure(filing is None or filing.state not in IN_DOUBT, "ask while the last filing may have arrived")
    left = scope.left_to_do(conn, visit)
    ensure(bool(left), "ask for what is filed already")
    if earlier is not None and earlier.state is DelegationState.ACTIVE:
        # The right to file has ended by itself; what else it allows must not live on unseen beside the new one.
        stopping.end_rights(conn, earlier, filing, by=by.actor, whose="visit", now=now)
    services = tuple(each for each in catalogue.find_all(conn, left) if each.is_electronic)
    met = _ensure_entrusted(conn, visit, services, asked, now)
    taking_part = parties.find(conn, parts, asked.person, asked.speaking, asked.authority, now=now)
    if earlier is not None and earlier.principal_id != taking_part.principal.id:
        # What is sealed in a visit falls with one person's key; a request that came to nothing has left values too.
        raise OtherPersonError("a visit is about one person")
    numbers = [number_for(asked, services, each, is_first=not n) for n, each in enumerate(taking_part.approvers)]
    ensure_reachable(services, asked.route, numbers, visit.channel)

    vault = VisitVault.of(conn, parts.sealer, visit_id, visit.key_id)
    if earlier is None:
        # From now on the visit's values fall with the key of whoever's matter it is.
        try:
            key_store.rewrap(conn, parts.sealer.wrap(vault.key, under=taking_part.principal.key))
        except KeyMissingError as error:
            raise PersonErasedError("between being found and being asked") from error
    people = (asked.person, *asked.speaking, *(each.profile for each in taking_part.everybody))
    principal_id = taking_part.principal.id
    needed = guarding.looks_for_people(conn, parts, vault, by, people, asked.number, principal_id=principal_id)
    delegation = requested(parts, visit, services, taking_part, asked, now)
    principal = taking_part.principal.profile
    named = msgspec.structs.replace(principal, name=asked.person.name)
    whose = fixed.whose(services, named, delegation.authority)
    locked = fixed.together(fixed.values_of(services, delegation.services, principal), whose)
    names = statements.Names(asked.person.name, tuple(each.name for each in asked.speaking or (asked.person,)))
    facts = statements.facts_for(parts, by, services, names, delegation, visit.language)
    text = render(facts, language=visit.language)
    statement_hash = vault.hasher.hash(HashKind.STATEMENT, text.data)
    insert_delegation(
        conn,
        delegation,
        template_id=LATEST,
        language=visit.language,
        statement_hash=statement_hash,
        status_index=_free_status_index(conn),
    )
    vault.add(delegation.id, "statement", statements.pack(facts), now)
    vault.add(delegation.id, "evidence", _evidence(asked.document_kind, numbers[0]), now, own_key=taking_part.own_key)
    parties.keep(vault, delegation.id, asked.authority, now, taking_part.own_key)
    if locked:
        vault.add(delegation.id, "locked", fixed.pack(locked), now)
    asking = approvals.Asking(
        visit_id=visit_id,
        delegation_id=delegation.id,
        filing_id=None,
        attempt=1,
        kind=ApprovalKind.GRANT,
        route=asked.route,
        subject_hash=statement_hash,
        number=numbers[0].number if numbers[0] else None,
        approver_id=delegation.approver,
        text_length=len(text.text),
    )
    looks = guarding.ask_for(conn, parts, by, visit_id, needed, now, delegation_id=delegation.id)
    approval_id = _put_or_hold(conn, parts, vault, asking, looks, now, taking_part.own_key)
    say(
        conn,
        visit_id,
        EventName.DELEGATION_REQUESTED,
        by.actor,
        now,
        delegation=delegation.id,
        approval=approval_id or None,
        looks=looks,
        principal=delegation.principal,
        approver=delegation.approver,
        **_also(delegation),
        service=delegation.services[0].service,
        services=[each.service for each in delegation.services],
        **met,
        route=asked.route.value,
        document=asked.document_kind,
        template=LATEST,
        language=visit.language,
        statement=statement_hash,
        text=disclosure.commit_statement(vault, delegation.id, text.text),
        valid_until=delegation.valid_until.isoformat(),
    )
    return approval_id


def _met(services: Sequence[catalogue.Service], asked: Asked) -> dict[str, list[str]]:
    """What the assistant went through first, for the record. Raises `PreconditionsOpenError` where it is not all."""
    needed = preconditions(services)
    if not needed <= asked.met:
        raise PreconditionsOpenError(f"{len(needed - asked.met)} are open")
    return {"met": sorted(needed)} if needed else {}


def _ensure_entrusted(
    conn: Connection, visit: AnyRow, services: Sequence[catalogue.Service], asked: Asked, now: datetime
) -> dict[str, list[str]]:
    """Keep to what this assistant may do in this centre, to the holders' terms, and to what has to be so first.

    Return what was gone through, for the record.
    """
    wanted = [each.id for each in services]
    guarding.ensure_open(conn, wanted, centre_id=visit.centre_id, staff_id=visit.assistant_id, now=now)
    terms.ensure_within(conn, wanted, centre_id=visit.centre_id, now=now, route=asked.route)
    return _met(services, asked)


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
    evidence = _evidence(documents.to_be_checked(approval.route), number)
    vault.add(approval_id, "asked", evidence, now, own_key=own_key)
    data = {"approval": approval_id, "delegation": delegation.id, "approver": approver.id}
    say(conn, delegation.visit, EventName.APPROVAL_REQUESTED, actors.SYSTEM, now, **data)


def _put_or_hold(
    conn: Connection,
    parts: Parts,
    vault: VisitVault,
    asking: approvals.Asking,
    looks: Sequence[str],
    now: datetime,
    own_key: DataKey | None,
) -> str:
    """Put the question, or keep it sealed until every second look is confirmed; then there is no approval yet."""
    if second_person.all_confirmed(conn, looks):
        return approvals.ask(conn, parts, vault, asking, now)
    vault.add(asking.delegation_id, HELD, msgspec.json.encode(asking), now, own_key=own_key)
    return ""


def _evidence(document: str, number: approvals.KnownNumber | None) -> bytes:
    """What was checked of somebody before they said yes, and where their code goes.

    The salt keeps the log's hash of it from telling the number, once they are erased and the visit is not.
    """
    source = number.source.value if number else None
    known = {"document": document, "number": number.number if number else None, "number_source": source}
    return msgspec.json.encode(known | {"salt": secrets.token_urlsafe(16)})


def _also(delegation: Delegation) -> dict[str, Any]:
    """What the trail says where somebody speaks for somebody else, and where more than one assistant may act."""
    others = {"any_of_centre": True} if delegation.any_of_centre else {}
    if delegation.authority is None:
        return others
    return others | {"authority": delegation.authority.value, "co_approvers": list(delegation.co_approvers)}


def _free_status_index(conn: Connection) -> int:
    """A random index that no delegation has: its neighbours in the list tell nothing of each other."""
    while True:
        index = secrets.randbelow(_STATUS_INDEXES)
        taken = select(DelegationRow.id).where(DelegationRow.status_index == index)
        if conn.execute(taken).one_or_none() is None:
            return index

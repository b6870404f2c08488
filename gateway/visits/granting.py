"""The statement is shown, the approver says yes or no, the delegation is signed."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, select

from audit.events import EventName
from delegation.assurance import ApprovalKind, Assurance, NumberSource, Route, RouteFacts, route_assurance
from delegation.claims import StatusReference, claims_of
from delegation.commitment import HashKind
from delegation.model import Action, AllowedAction, AllowedService, Delegation, DelegationState, activate, lapse, refuse
from delegation.model import Approval as GivenApproval
from delegation.model import request as request_step
from delegation.signing import sign_delegation
from delegation.statement import Statement, render
from delegation.wording import LATEST
from gateway.ids import new_id
from gateway.jobs.queue import enqueue
from gateway.keys import store as key_store
from gateway.keys.signing import KeyKind
from gateway.ledger.health import ensure_healthy
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.access import StaffSession
from gateway.services import catalogue
from gateway.visits import actors, approvals, statements
from gateway.visits.delegations import insert_delegation, store, store_end, to_model
from gateway.visits.errors import ExpiredError, NoKnownNumberError, RouteNotAllowedError
from gateway.visits.filings import MAY_HAVE_ARRIVED
from gateway.visits.rows import (
    AnyRow,
    ensure,
    find_delegation,
    lock_approval,
    lock_delegation,
    lock_delegation_of,
    lock_filing_of,
    lock_open_visit,
)
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import ApprovalState, DelegationRow
from gateway.visits.trail import say

_STATUS_INDEXES = 1 << 20
_MAX_FILINGS = 1


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the assistant asks the resident to allow, and how the resident will say yes."""

    person: residents.Profile
    """From the identity document that the assistant holds in hand."""
    route: Route
    document_kind: str
    """`passport`, `id_card` or `other`: what was checked."""
    number: str | None = None
    """A telephone number typed at this counter; never taken for more than low assurance."""


def request_delegation(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, asked: Asked) -> str:
    """Ask for a delegation for the visit's service; return the id of the approval that is waiting.

    Raises:
        OutOfOrderError: no service is chosen, or a delegation is already waiting or in force.
        RouteNotAllowedError: the service does not take the route, or the route cannot reach its assurance.
        NoKnownNumberError: the display route, and no number is known but one typed here.
    """
    ensure_healthy(conn)
    now = parts.clock.database_now(conn)
    visit = lock_open_visit(conn, by, visit_id)
    earlier = lock_delegation_of(conn, visit_id)
    ensure(visit.service_id is not None, "ask before a service is chosen")
    ensure(earlier is None or _is_over(earlier, now), "ask while a delegation is open")
    filing = None if earlier is None else lock_filing_of(conn, earlier.id)
    # A new delegation would hide from every page, and from a stop, what is still under way under this one.
    ensure(filing is None or filing.state not in MAY_HAVE_ARRIVED, "ask while the last filing may have arrived")
    service = catalogue.find(conn, visit.service_id)
    resident = residents.find_or_create(conn, parts, asked.person, now=now)
    number = _number_for(asked, resident)
    _ensure_reachable(service, asked.route, number)

    vault = VisitVault.of(conn, parts.sealer, visit_id, visit.key_id)
    if earlier is None:
        # From now on the visit's values fall with the resident's key.
        key_store.rewrap(conn, parts.sealer.wrap(vault.key, under=resident.key))
    delegation = _requested(parts, visit, service.id, resident.id, now)
    facts = statements.facts_for(parts, by, service, asked.person, delegation, visit.language)
    statement_hash = vault.hasher.hash(HashKind.STATEMENT, render(facts, language=visit.language).data)
    insert_delegation(
        conn,
        delegation,
        template_id=LATEST,
        language=visit.language,
        statement_hash=statement_hash,
        status_index=_free_status_index(conn),
    )
    vault.add(delegation.id, "statement", statements.pack(facts), now)
    evidence = {"document": asked.document_kind, "number": number.number if number else None}
    evidence["number_source"] = number.source.value if number else None
    vault.add(delegation.id, "evidence", msgspec.json.encode(evidence), now)
    approval_id = approvals.ask(
        conn,
        parts,
        vault,
        approvals.Asking(
            visit_id=visit_id,
            delegation_id=delegation.id,
            filing_id=None,
            attempt=1,
            kind=ApprovalKind.GRANT,
            route=asked.route,
            subject_hash=statement_hash,
            number=number.number if number else None,
        ),
        now,
    )
    say(
        conn,
        visit_id,
        EventName.DELEGATION_REQUESTED,
        by.actor,
        now,
        delegation=delegation.id,
        approval=approval_id,
        principal=resident.id,
        approver=resident.id,
        service=service.id,
        route=asked.route.value,
        document=asked.document_kind,
        template=LATEST,
        statement=statement_hash,
        valid_until=delegation.valid_until.isoformat(),
    )
    return approval_id


def grant(conn: Connection, parts: Parts, row: AnyRow, approval: AnyRow, facts: RouteFacts, evidence: bytes) -> None:
    """Count the yes to a statement and sign the delegation. `evidence` is kept sealed.

    The caller has locked the delegation `row` and then the approval, and checked that the yes is the approver's.

    Raises:
        OutOfOrderError: it is no longer asked.
        AssuranceTooLowError: the yes was said at a lower level than the service asks.
    """
    ensure_healthy(conn)
    now = parts.clock.database_now(conn)
    if now >= row.valid_until:
        raise ExpiredError("the delegation ended before the yes")
    ensure(row.state is DelegationState.REQUESTED, "grant what is not asked")
    before = to_model(row)
    rules = {each.service: catalogue.find(conn, each.service).rules for each in before.services}
    vault = VisitVault.of(conn, parts.sealer, row.visit_id)
    given = GivenApproval(
        approver=row.approver_id,
        route=approval.route,
        assurance=route_assurance(approval.route, ApprovalKind.GRANT, facts),
        at=now,
        statement=row.statement_hash,
        evidence=vault.hasher.hash(HashKind.EVIDENCE, evidence),
    )
    delegation = activate(before, given, rules=rules, now=now)
    issuer = parts.settings.issuer
    status = StatusReference(idx=row.status_index, uri=f"{issuer}/oauth/status/1")
    claims = claims_of(delegation, issuer=issuer, audience=issuer, now=now, status=status)
    token = sign_delegation(parts.keys.signer(KeyKind.DELEGATION), claims)

    store(conn, delegation, granted_at=now)
    approvals.decide(conn, approval, ApprovalState.GIVEN, now)
    vault.add(approval.id, "evidence", evidence, now)
    vault.add(row.id, "token", token.encode(), now)
    enqueue(conn, "delegation.expire", {"delegation": row.id}, run_at=row.valid_until, now=now)
    who = actors.resident(row.approver_id)
    say(
        conn,
        row.visit_id,
        EventName.APPROVAL_GIVEN,
        who,
        now,
        approval=approval.id,
        route=given.route.value,
        assurance=given.assurance.uri,
        statement=given.statement,
        evidence=given.evidence,
    )
    say(
        conn,
        row.visit_id,
        EventName.DELEGATION_SIGNED,
        actors.SYSTEM,
        now,
        delegation=row.id,
        token=vault.hasher.hash(HashKind.EVIDENCE, token.encode()),
        key=parts.keys.signer(KeyKind.DELEGATION).kid,
    )


def refuse_grant(conn: Connection, parts: Parts, approval: AnyRow) -> None:
    """The approver said no to the statement: the request ends here."""
    now = parts.clock.database_now(conn)
    row = lock_delegation(conn, approval.delegation_id)
    ensure(row.state is DelegationState.REQUESTED, "refuse what is not asked")
    store_end(conn, refuse(to_model(row)), by="resident", now=now)
    approvals.decide(conn, approval, ApprovalState.REFUSED, now)
    say(
        conn,
        row.visit_id,
        EventName.DELEGATION_REFUSED,
        actors.stranger(approval.id),
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
    say(conn, row.visit_id, event, actors.SYSTEM, now, delegation=row.id, by=by)


def statement_of(conn: Connection, parts: Parts, delegation_id: str) -> Statement:
    """The statement of a delegation, rendered again from what was kept."""
    row = find_delegation(conn, delegation_id)
    vault = VisitVault.of(conn, parts.sealer, row.visit_id)
    return statements.again(vault, delegation_id, row.template_id, row.language)


def _requested(parts: Parts, visit: AnyRow, service_id: str, resident_id: str, now: datetime) -> Delegation:
    valid_until = _whole_minute(now + parts.settings.delegation_validity)
    allowed = AllowedService(
        service=service_id,
        actions=(AllowedAction(action=Action.FILE, valid_until=valid_until),),
        max_filings=_MAX_FILINGS,
    )
    return request_step(
        Delegation(
            id=new_id(),
            principal=resident_id,
            approver=resident_id,
            assistant=visit.assistant_id,
            centre=visit.centre_id,
            terminal=visit.terminal_id,
            visit=visit.id,
            services=(allowed,),
            valid_until=valid_until,
            state=DelegationState.REQUESTED,
            requested_at=now,
        )
    )


def _number_for(asked: Asked, resident: residents.Resident) -> approvals.KnownNumber | None:
    if asked.route is not Route.DISPLAY:
        return None
    if resident.known_number:
        return approvals.KnownNumber(resident.known_number, resident.number_source or NumberSource.REGISTER)
    if asked.number:
        return approvals.KnownNumber(asked.number, NumberSource.TYPED_HERE)
    raise NoKnownNumberError("no number is known for the resident")


def _ensure_reachable(service: catalogue.Service, route: Route, number: approvals.KnownNumber | None) -> None:
    """Refuse at once what could only be refused after the resident has done everything."""
    best = Assurance.HIGH
    if number is not None:
        facts = RouteFacts(document_checked=True, number_source=number.source)
        best = route_assurance(route, ApprovalKind.GRANT, facts)
    needed = max(service.rules.grant_least, service.rules.permit_least)
    if route not in service.rules.routes or best < needed:
        raise RouteNotAllowedError(f"{service.id} by {route}")


def _is_over(row: AnyRow, now: datetime) -> bool:
    open_states = (DelegationState.REQUESTED, DelegationState.ACTIVE)
    return row.state not in open_states or now >= row.valid_until


def _whole_minute(moment: datetime) -> datetime:
    """The end as the statement shows it, so that text and token say the same."""
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _free_status_index(conn: Connection) -> int:
    """A random index that no delegation has: its neighbours in the list tell nothing of each other."""
    while True:
        index = secrets.randbelow(_STATUS_INDEXES)
        taken = select(DelegationRow.id).where(DelegationRow.status_index == index)
        if conn.execute(taken).one_or_none() is None:
            return index

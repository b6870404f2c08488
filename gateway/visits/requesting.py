"""A delegation is asked for: its statement is written, and its question put or held for a second person."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from audit.events import EventName
from delegation.assurance import ApprovalKind
from delegation.commitment import HashKind
from delegation.filing import IN_DOUBT
from delegation.model import Delegation, DelegationState
from delegation.statement import render
from delegation.wording import LATEST
from gateway.keys import store as key_store
from gateway.keys.errors import KeyMissingError
from gateway.keys.sealing import DataKey
from gateway.ledger.health import ensure_healthy
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.services import catalogue
from gateway.visits import (
    approvals,
    disclosure,
    fixed,
    guarding,
    parties,
    scope,
    second_person,
    statements,
    stopping,
    terms,
)
from gateway.visits.asked import Asked, checked_first, ensure_reachable, is_over, number_for, preconditions, requested
from gateway.visits.delegations import insert_delegation
from gateway.visits.errors import (
    OtherPersonError,
    PersonErasedError,
    PreconditionsOpenError,
)
from gateway.visits.rows import (
    AnyRow,
    acts_alone,
    ensure,
    lock_delegation_of,
    lock_filing_of,
    lock_open_visit,
)
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import DelegationRow
from gateway.visits.trail import say

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
    earlier, services = _over_and_left(conn, by, visit, now)
    met = _ensure_entrusted(conn, visit, services, asked, now)
    taking_part = parties.find(conn, parts, asked.person, asked.speaking, asked.authority, now=now)
    if earlier is not None and earlier.principal_id != taking_part.principal.id:
        # What is sealed in a visit falls with one person's key; a request that came to nothing has left values too.
        raise OtherPersonError("a visit is about one person")
    numbers = [number_for(asked, services, each, is_first=not n) for n, each in enumerate(taking_part.approvers)]
    ensure_reachable(services, asked.route, numbers, visit.channel)

    vault = VisitVault.of(conn, parts.sealer, visit_id, visit.key_id)
    if earlier is None:
        _let_fall_with(conn, parts, vault, taking_part.principal.key)
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
    evidence = checked_first(asked.document_kind, numbers[0])
    vault.add(delegation.id, "evidence", evidence, now, own_key=taking_part.own_key)
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


def _over_and_left(
    conn: Connection, by: StaffSession, visit: AnyRow, now: datetime
) -> tuple[AnyRow | None, tuple[catalogue.Service, ...]]:
    """The visit's earlier delegation, over by now, and its services that are left to ask for."""
    earlier = lock_delegation_of(conn, visit.id)
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
    return earlier, tuple(each for each in catalogue.find_all(conn, left) if each.is_electronic)


def _let_fall_with(conn: Connection, parts: Parts, vault: VisitVault, key: DataKey) -> None:
    """From now on the visit's values fall with the key of whoever's matter it is."""
    try:
        key_store.rewrap(conn, parts.sealer.wrap(vault.key, under=key))
    except KeyMissingError as error:
        raise PersonErasedError("between being found and being asked") from error


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

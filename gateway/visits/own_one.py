"""One delegation as the person sees it whose matter it is: what, who, where, until when, what was sent, what came back.

Reads; `stop` and `stop_action` are the person's own no. Whose key is gone is shown by what is not sealed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from audit.events import EventName
from delegation.assurance import Route
from delegation.filing import FilingState
from delegation.model import Action, Approval, Delegation
from delegation.readback import ReadBack
from delegation.statement import Statement, StatementFacts
from gateway.keys.errors import KeyDestroyedError
from gateway.parts import Parts
from gateway.people.access import AccountSession
from gateway.people.tables import Staff
from gateway.services import catalogue
from gateway.services.catalogue import Service
from gateway.visits import (
    actions,
    actors,
    holders,
    late,
    outcomes,
    own,
    own_looks,
    rows,
    statement_looks,
    statements,
    stop_codes,
    stopping,
)
from gateway.visits.case_tables import Dispute
from gateway.visits.delegations import to_model
from gateway.visits.errors import NotFoundError
from gateway.visits.outcomes import Outlook
from gateway.visits.own_looks import Look
from gateway.visits.proof import proof_of
from gateway.visits.rows import AnyRow
from gateway.visits.running import read_back_of
from gateway.visits.sealed import VisitVault
from gateway.visits.states import Late
from gateway.visits.stop_codes import StopPaper
from gateway.visits.stopping import Answer
from gateway.visits.tables import Filing, Receipt
from gateway.visits.trail import say

_FILINGS = (
    select(Filing.__table__, Receipt.id.label("receipt_id"), Receipt.pdf_hash, Receipt.fee)
    .outerjoin(Receipt, Receipt.filing_id == Filing.id)
    .where(Filing.delegation_id == bindparam("delegation"))
    .order_by(Filing.drafted_at)
)
_CASES = (
    select(Dispute.id, Dispute.kind, Dispute.state, Dispute.outcome, Dispute.opened_at, Dispute.deadline)
    .where(Dispute.delegation_id == bindparam("delegation"))
    .order_by(Dispute.opened_at)
)
_STAFF_NAME = select(Staff.display_name).where(Staff.id == bindparam("id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One action for one service."""

    action: Action
    until: datetime
    is_left: bool
    """Whether it can still be used, and so be stopped alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What was allowed for one service."""

    service: Service
    rights: tuple[Right, ...]
    used: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Yes:
    """How one approver said yes."""

    name: str | None
    """As it stood in the document; `None` where the values are erased."""
    route: Route
    assurance: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One filing under the delegation."""

    id: str
    service: Service
    holder: str
    """Who answers for it, by name."""
    state: FilingState
    reason: str | None
    sent_at: datetime | None
    reference: str | None
    late_reference: str | None
    """The number that the portal gave late, where the same was sent again by then."""
    readback: ReadBack | None
    """What the portal held before the last click; `None` where it has not come so far, or is erased."""
    has_pdf: bool
    fee: str | None
    """What the portal asks for it, where it asks for anything."""
    outlook: Outlook
    """What became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """Everything that a page shows of one delegation."""

    row: AnyRow
    standing: own.Standing
    allowed: tuple[Allowed, ...]
    filings: tuple[Filed, ...]
    approvals: tuple[Yes, ...]
    facts: StatementFacts | None
    statement: Statement | None
    stop_paper: StopPaper | None
    answer: Answer
    ended_by_name: str | None
    """Of the member of staff who stopped it, if one did."""
    refused_by: str | None
    """The name of who said no, where it is known."""
    cases: Sequence[AnyRow]
    looks: Sequence[Look]

    @property
    def is_erased(self) -> bool:
        """Whether the key of its values was destroyed."""
        return self.facts is None

    @property
    def can_stop(self) -> bool:
        """Whether a no would still end something."""
        return self.standing in (own.Standing.ASKED, own.Standing.IN_FORCE)


def read(conn: Connection, parts: Parts, person_id: str, delegation_id: str, language: str = "lv") -> One:
    """One delegation, opened as far as its key is there.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    row = own.find(conn, person_id, delegation_id)
    now = parts.clock.now()
    model = to_model(row)
    vault = _vault(conn, parts, row)
    if vault is not None:
        vault.fetch("statement", "readback", stop_codes.KIND)
    services = {each.id: each for each in catalogue.find_all(conn, [allowed.service for allowed in model.services])}
    facts = None if vault is None else statements.facts_of(vault, row.id)
    filed = conn.execute(_FILINGS, {"delegation": row.id}).all()
    outlooks = outcomes.of_filings(conn, filed, vault, language, now)
    return One(
        row=row,
        standing=own.standing_of(row, now),
        allowed=tuple(_allowed(model, services[each.service], now) for each in model.services),
        filings=tuple(_filed(each, services, vault, outlooks[each.id], language) for each in filed),
        approvals=tuple(_yes(each, model, facts) for each in model.approvals),
        facts=facts,
        statement=None if vault is None else statements.again(vault, row.id, row.template_id, row.language),
        stop_paper=None if vault is None else stop_codes.paper_of(parts, vault, row.id),
        answer=stopping.answer(conn, parts, row.id),
        ended_by_name=_ended_by_name(conn, row),
        refused_by=_names(model, facts).get(actors.resident_in(row.ended_by) or ""),
        cases=list(conn.execute(_CASES, {"delegation": row.id})),
        looks=own_looks.of_visit(conn, row.visit_id, row.principal_id),
    )


def stop(conn: Connection, parts: Parts, by: AccountSession, delegation_id: str) -> None:
    """The person's own no to all of it; what has ended by itself stays as it is. Raises `NotFoundError`."""
    row = own.find(conn, by.resident_id, delegation_id)
    if own.standing_of(row, parts.clock.database_now(conn)) in (own.Standing.ASKED, own.Standing.IN_FORCE):
        stopping.stop_or_say_sent(conn, parts, row.id, by=by.actor, whose="resident")


def stop_action(
    conn: Connection, parts: Parts, by: AccountSession, delegation_id: str, service: str, action: Action
) -> None:
    """The person's own no to one action for one service.

    Raises:
        NotFoundError: as `find`.
        OutOfOrderError, OutOfScopeError: as `actions.stop_action`.
    """
    own.find(conn, by.resident_id, delegation_id)
    actions.stop_action(conn, parts, delegation_id, service, action, by=by.actor, whose="resident")


def picture(conn: Connection, parts: Parts, person_id: str, delegation_id: str, filing_id: str) -> bytes:
    """The portal's page before the last click, as PNG. Raises `NotFoundError`."""
    row = own.find(conn, person_id, delegation_id)
    return _kept(conn, parts, row, _filing(conn, row, filing_id), "picture")


def receipt(
    conn: Connection, parts: Parts, by: AccountSession, delegation_id: str, filing_id: str
) -> tuple[bytes, str]:
    """The portal's own receipt, untrusted bytes, and its reference; that it was opened is recorded.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    row = own.find(conn, by.resident_id, delegation_id)
    filing = _filing(conn, row, filing_id)
    pdf = _kept(conn, parts, row, filing, "pdf")
    stored = rows.find_receipt(conn, filing.id)
    if stored is None:
        raise NotFoundError("no receipt")
    say(
        conn,
        row.visit_id,
        EventName.RECEIPT_OPENED,
        by.actor,
        parts.clock.database_now(conn),
        receipt=stored.id,
    )
    return pdf, stored.reference


def note_proof(conn: Connection, parts: Parts, by: AccountSession, delegation_id: str) -> None:
    """Record that the person takes everything that proves it.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
        StatementGoneError: it is erased.
    """
    row = own.find(conn, by.resident_id, delegation_id)
    statement_looks.again(conn, parts, row.id)
    now = parts.clock.database_now(conn)
    say(conn, row.visit_id, EventName.PROOF_DOWNLOADED, by.actor, now, delegation=row.id)


def proof(conn: Connection, parts: Parts, by: AccountSession, delegation_id: str) -> bytes:
    """Everything that proves it, as one file. Raises as `note_proof`, which comes first."""
    return proof_of(conn, parts, own.find(conn, by.resident_id, delegation_id).id)


def _allowed(model: Delegation, service: Service, now: datetime) -> Allowed:
    allowed = model.allowed_service(service.id)
    return Allowed(
        service=service,
        rights=tuple(
            Right(
                action=each.action,
                until=each.valid_until,
                is_left=own.is_left(model, service.id, each.action, now),
            )
            for each in allowed.actions
        ),
        used=allowed.used,
        most=allowed.max_filings,
    )


def _filed(
    row: AnyRow, services: dict[str, Service], vault: VisitVault | None, outlook: Outlook, language: str
) -> Filed:
    kept = None if vault is None or row.reason not in (Late.BOTH, Late.BOTH_KNOWN) else late.kept_of(vault, row.id)
    has_readback = vault is not None and row.readback_hash is not None
    return Filed(
        id=row.id,
        service=services[row.service_id],
        holder=holders.of_filing(vault, row.id, services[row.service_id], language),
        state=row.state,
        reason=row.reason,
        sent_at=row.sent_at,
        reference=row.reference,
        late_reference=None if kept is None else kept.reference,
        readback=read_back_of(vault, row.id) if vault is not None and has_readback else None,
        has_pdf=vault is not None and row.pdf_hash is not None,
        fee=row.fee,
        outlook=outlook,
    )


def _yes(given: Approval, model: Delegation, facts: StatementFacts | None) -> Yes:
    name = _names(model, facts).get(given.approver)
    return Yes(name=name, route=given.route, assurance=given.assurance.name.lower(), at=given.at)


def _names(model: Delegation, facts: StatementFacts | None) -> dict[str, str]:
    """Who was to say yes, by id, as the statement names them; nobody once that is erased."""
    if facts is None:
        return {}
    return dict(zip((model.approver, *model.co_approvers), (facts.approver, *facts.co_approvers), strict=False))


def _ended_by_name(conn: Connection, row: AnyRow) -> str | None:
    kind, _, staff_id = (row.ended_by or "").partition(":")
    return conn.execute(_STAFF_NAME, {"id": staff_id}).scalar_one_or_none() if kind == "staff" else None


def _filing(conn: Connection, row: AnyRow, filing_id: str) -> Any:
    filing = rows.find_filing(conn, filing_id)
    if filing.delegation_id != row.id:
        raise NotFoundError("no such filing")
    return filing


def _kept(conn: Connection, parts: Parts, row: AnyRow, filing: AnyRow, kind: str) -> bytes:
    vault = _vault(conn, parts, row)
    content = None if vault is None else vault.find(filing.id, kind)
    if content is None:
        raise NotFoundError(f"no {kind} is kept")
    return content


def _vault(conn: Connection, parts: Parts, row: AnyRow) -> VisitVault | None:
    try:
        return VisitVault.of(conn, parts.sealer, row.visit_id)
    except KeyDestroyedError:
        return None  # erased: the rows say what happened, and nothing says what was in it

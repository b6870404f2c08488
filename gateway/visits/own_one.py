"""One delegation as the person sees it whose matter it is: what, who, where, until when, what was sent, what came back.

Reads; `stop` and `stop_action` are the person's own no. Whose key is gone is shown by what is not sealed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, bindparam, select

from delegation.assurance import Route
from delegation.filing import FilingState
from delegation.model import Action, Approval, Delegation
from delegation.readback import ReadBack
from delegation.statement import Statement, StatementFacts
from gateway.database.once import note
from gateway.keys.errors import KeyDestroyedError
from gateway.parts import Parts
from gateway.people.access import AccountSession
from gateway.people.tables import Staff
from gateway.services import catalogue
from gateway.services.catalogue import Service
from gateway.visits import (
    actions,
    actors,
    following,
    holders,
    late,
    outcomes,
    own,
    own_looks,
    read_backs,
    statements,
    stop_codes,
    stopping,
)
from gateway.visits.case_tables import Dispute
from gateway.visits.delegations import to_model
from gateway.visits.outcome_tables import Following
from gateway.visits.outcomes import Outlook
from gateway.visits.own_looks import Look
from gateway.visits.rows import FOLLOWED, AnyRow
from gateway.visits.sealed import VisitVault, fetch_all
from gateway.visits.states import Late
from gateway.visits.stop_codes import StopPaper
from gateway.visits.stopping import Answer
from gateway.visits.tables import Filing, Receipt

_FILINGS = (
    select(Filing.__table__, Receipt.id.label("receipt_id"), Receipt.pdf_hash, Receipt.fee, *FOLLOWED)
    .outerjoin(Receipt, Receipt.filing_id == Filing.id)
    .outerjoin(Following, Following.filing_id == Filing.id)
    .where(Filing.delegation_id.in_(bindparam("delegations", expanding=True)))
    .order_by(Filing.drafted_at)
)
_CASES = (
    select(
        Dispute.delegation_id,
        Dispute.id,
        Dispute.kind,
        Dispute.state,
        Dispute.outcome,
        Dispute.opened_at,
        Dispute.deadline,
    )
    .where(Dispute.delegation_id.in_(bindparam("delegations", expanding=True)))
    .order_by(Dispute.opened_at)
)
_STAFF_NAMES = select(Staff.id, Staff.display_name).where(Staff.id.in_(bindparam("ids", expanding=True)))


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


def read(
    conn: Connection, parts: Parts, person_id: str, delegation_id: str, language: str = "lv", *, is_whole: bool = True
) -> One:
    """One delegation, opened as far as its key is there; without cases and looks where it is not read whole.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    return read_all(conn, parts, person_id, [delegation_id], language, is_whole=is_whole)[0]


def read_all(
    conn: Connection,
    parts: Parts,
    person_id: str,
    delegation_ids: Sequence[str],
    language: str,
    *,
    is_whole: bool = True,
) -> list[One]:
    """As `read`, several in this order, in as many statements as one takes."""
    if not delegation_ids:
        return []
    rows_read, now = own.find_all_with_keys(conn, person_id, delegation_ids), parts.clock.now()
    vaults = _vaults(conn, parts, rows_read)
    filed = _grouped(conn.execute(_FILINGS, {"delegations": list(delegation_ids)}))
    all_filed = [each for of_one in filed.values() for each in of_one]
    of_services = {allowed["service"] for row in rows_read for allowed in row.services}
    services = {each.id: each for each in catalogue.find_all(conn, sorted(of_services))}
    for row in rows_read:
        note(conn, ("delegation", row.id), row)
    found = _Found(
        parts=parts,
        language=language,
        now=now,
        services=services,
        outlooks=outcomes.of_filings(conn, all_filed, vaults, language, now),
        stopped_by=_names_of_staff(conn, rows_read),
    )
    of_visits = {row.visit_id: row.principal_id for row in rows_read} if is_whole else {}
    disputed = [row.id for row in rows_read if row.has_cases and is_whole]
    cases = _grouped(conn.execute(_CASES, {"delegations": disputed}) if disputed else ())
    looks = own_looks.of_visits(conn, of_visits)
    return [
        found.one(row, vaults.get(row.visit_id), filed[row.id], cases[row.id], looks.get(row.visit_id, ()))
        for row in rows_read
    ]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was read for all of them, and how one of them is made of it."""

    parts: Parts
    language: str
    now: datetime
    services: dict[str, Service]
    outlooks: dict[str, Outlook]
    stopped_by: dict[str, str]

    def one(
        self,
        row: AnyRow,
        vault: VisitVault | None,
        filed: Sequence[AnyRow],
        cases: Sequence[AnyRow],
        looks: Sequence[Look],
    ) -> One:
        model = to_model(row)
        facts = None if vault is None else statements.facts_of(vault, row.id)
        return One(
            row=row,
            standing=own.standing_of(row, self.now),
            allowed=tuple(_allowed(model, self.services[each.service], self.now) for each in model.services),
            filings=tuple(_filed(each, self.services, vault, self.outlooks[each.id], self.language) for each in filed),
            approvals=tuple(_yes(each, model, facts) for each in model.approvals),
            facts=facts,
            statement=None if vault is None else statements.again(vault, row.id, row.template_id, row.language),
            stop_paper=None if vault is None else stop_codes.paper_of(self.parts, vault, row.id),
            answer=stopping.answer_of(row, filed, self.now),
            ended_by_name=self.stopped_by.get(_staff_in(row.ended_by) or ""),
            refused_by=_names(model, facts).get(actors.resident_in(row.ended_by) or ""),
            cases=cases,
            looks=looks,
        )


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
        readback=read_backs.read(vault, row.id) if vault is not None and has_readback else None,
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


def _names_of_staff(conn: Connection, rows_read: Sequence[AnyRow]) -> dict[str, str]:
    """Names of the members of staff who ended something, by the actor as it stands in the row."""
    ids = sorted({staff for row in rows_read if (staff := _staff_in(row.ended_by))})
    return {row.id: row.display_name for row in conn.execute(_STAFF_NAMES, {"ids": ids})} if ids else {}


def _staff_in(ended_by: str | None) -> str | None:
    kind, _, staff_id = (ended_by or "").partition(":")
    return staff_id if kind == "staff" else None


def _grouped(found: Iterable[AnyRow]) -> dict[str, list[AnyRow]]:
    """Rows by their delegation; nothing for one that has none."""
    groups: dict[str, list[AnyRow]] = defaultdict(list)
    for row in found:
        groups[row.delegation_id].append(row)
    return groups


def _vaults(conn: Connection, parts: Parts, rows_read: Sequence[AnyRow]) -> dict[str, VisitVault]:
    """What can still be opened, by visit, with all of it read in one statement."""
    opened = {
        row.visit_id: _opened(partial(VisitVault.read, conn, parts.sealer, row.visit_id, row)) for row in rows_read
    }
    vaults = {visit_id: vault for visit_id, vault in opened.items() if vault is not None}
    fetch_all(conn, vaults, "statement", read_backs.KIND, "answers", stop_codes.KIND, following.SAID)
    return vaults


def _opened(read: Callable[[], VisitVault]) -> VisitVault | None:
    try:
        return read()
    except KeyDestroyedError:
        return None  # erased: the rows say what happened, and nothing says what was in it

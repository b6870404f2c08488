"""The statement that reads a visit whole: with its newest delegation, asking, filing, run, receipt and service."""

from typing import Any

from sqlalchemy import Select, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import aliased

from audit.events import EventName
from gateway.database.base import written_out
from gateway.jobs.turns import place_of
from gateway.ledger.tables import AuditChain, AuditEvent
from gateway.notifications.tables import Message
from gateway.people.tables import Centre, Staff
from gateway.services.tables import Service
from gateway.visits.came_back import CAME_BACK
from gateway.visits.filings import MAY_HAVE_ARRIVED
from gateway.visits.rows import is_counted
from gateway.visits.tables import Approval, DelegationRow, Filing, Receipt, Run, SecondLook, SecondLookState, Visit
from gateway.visits.trouble_tables import WHOLE, PortalTrouble

_LOOKED_AT = (
    select(func.max(AuditEvent.at))
    .where(AuditEvent.chain == Visit.id, AuditEvent.type == EventName.RESIDENT_LOOKED_AT.value)
    .correlate(Visit)
    .scalar_subquery()
)
_IN_TROUBLE = (
    select(PortalTrouble.id)
    .where(
        PortalTrouble.ended_at.is_(None),
        PortalTrouble.portal_id == Service.portal_id,
        or_(PortalTrouble.subject == WHOLE, PortalTrouble.subject == Service.id),
    )
    .correlate(Service)
    .exists()
)
_HAS_COME_BACK = select(Message.id).where(Message.visit_id == Visit.id, CAME_BACK).correlate(Visit).exists()
_at_same_terminal = aliased(Visit)
_NEWEST_IN_HAND = (
    select(func.max(_at_same_terminal.in_hand_at))
    .where(_at_same_terminal.terminal_id == Visit.terminal_id)
    .correlate(Visit)
    .scalar_subquery()
)
"""When a visit of the same terminal was last taken in hand."""


def newest(table: Any, of: Any, by: Any) -> Any:
    """The id of the newest row of `table` for which `of` holds, as a subquery."""
    return select(table.id).where(of).order_by(by.desc()).limit(1).scalar_subquery()


def visit_view() -> Select[Any]:
    """A row for each visit; columns are called `part__column`."""
    delegation, approval, filing = aliased(DelegationRow), aliased(Approval), aliased(Filing)
    run, receipt = aliased(Run), aliased(Receipt)
    inner_delegation, inner_approval = aliased(DelegationRow), aliased(Approval)
    inner_filing, inner_run = aliased(Filing), aliased(Run)
    columns: list[Any] = [
        column.label(f"{name}__{column.key}")
        for name, entity in (
            ("visit", Visit),
            ("delegation", delegation),
            ("approval", approval),
            ("filing", filing),
            ("run", run),
            ("receipt", receipt),
            ("service", Service),
        )
        for column in (getattr(entity, attribute.key) for attribute in entity.__mapper__.column_attrs)
    ]
    return (
        select(
            *columns,
            _NEWEST_IN_HAND.label("visit__newest_in_hand"),
            Staff.display_name,
            Centre.name,
            Centre.municipality,
            AuditChain.n,
            _LOOKED_AT.label("looked_at"),
            _looks_waiting(delegation, filing).label("looks_waiting"),
            _sent_before(filing).label("sent_before"),
            _IN_TROUBLE.label("in_trouble"),
            _HAS_COME_BACK.label("has_come_back"),
        )
        .select_from(Visit)
        .join(Staff, Staff.id == Visit.assistant_id)
        .join(Centre, Centre.id == Visit.centre_id)
        .join(AuditChain, AuditChain.chain == Visit.id)
        .outerjoin(Service, Service.id == Visit.service_id)
        .outerjoin(
            delegation,
            delegation.id
            == newest(inner_delegation, inner_delegation.visit_id == Visit.id, inner_delegation.requested_at),
        )
        .outerjoin(
            approval,
            approval.id
            == newest(inner_approval, inner_approval.delegation_id == delegation.id, inner_approval.asked_at),
        )
        .outerjoin(
            filing,
            filing.id
            == newest(
                inner_filing,
                and_(
                    inner_filing.delegation_id == delegation.id,
                    inner_filing.service_id == Visit.service_id,
                    is_counted(inner_filing),
                ),
                inner_filing.drafted_at,
            ),
        )
        .outerjoin(run, run.id == newest(inner_run, inner_run.filing_id == filing.id, inner_run.queued_at))
        .outerjoin(receipt, receipt.filing_id == filing.id)
    )


def _looks_waiting(delegation: Any, filing: Any) -> Any:
    """How many second looks hold back the asking for a delegation, or the permit of a filing."""
    about = or_(
        SecondLook.filing_id == filing.id,
        and_(SecondLook.filing_id.is_(None), SecondLook.delegation_id == delegation.id),
    )
    return (
        select(func.count())
        .select_from(SecondLook)
        .where(SecondLook.visit_id == Visit.id, SecondLook.state == written_out(SecondLookState.WAITING), about)
        .correlate(Visit, delegation, filing)
        .scalar_subquery()
    )


def _sent_before(newest_filing: Any) -> Any:
    """When the last of a visit's other filings left that the portal may have."""
    other = aliased(Filing)
    is_other = or_(newest_filing.id.is_(None), other.id != newest_filing.id)
    return (
        select(func.max(other.sent_at))
        .where(other.visit_id == Visit.id, other.state.in_(MAY_HAVE_ARRIVED), is_other)
        .correlate(Visit, newest_filing)
        .scalar_subquery()
    )


def moment_of_visit() -> Select[Any]:
    """What moves while a page waits: events, steps of the newest run, its place in the line, the newest code's end."""
    filing, run, approval = aliased(Filing), aliased(Run), aliased(Approval)
    inner_run, inner_approval = aliased(Run), aliased(Approval)
    columns: list[Any] = [
        AuditChain.n,
        Visit.state,
        run.id.label("run_id"),
        run.steps_done,
        run.steps_total,
        run.reason,
        approval.code_until,
        place_of(literal("run:").concat(run.id)).correlate(run).scalar_subquery().label("place"),
    ]
    return (
        select(*columns)
        .select_from(Visit)
        .join(AuditChain, AuditChain.chain == Visit.id)
        .outerjoin(
            run,
            run.id
            == select(inner_run.id)
            .join(filing, filing.id == inner_run.filing_id)
            .where(filing.visit_id == Visit.id)
            .order_by(inner_run.queued_at.desc())
            .limit(1)
            .scalar_subquery(),
        )
        .outerjoin(
            approval,
            approval.id == newest(inner_approval, inner_approval.visit_id == Visit.id, inner_approval.asked_at),
        )
        .where(Visit.id == bindparam("visit"))
    )

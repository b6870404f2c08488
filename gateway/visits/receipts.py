"""A receipt reaches the resident's hands."""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from audit.events import EventName
from connectors.sdk.outcome import Stage
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits.outcome_tables import Following
from gateway.visits.rows import ensure, find_receipt, lock_delegation_of, lock_filing_for, lock_open_visit
from gateway.visits.tables import Filing, Receipt
from gateway.visits.trail import say

_OF_VISIT = (
    select(Filing.service_id, Receipt.reference, Following.stage)
    .join(Filing, Filing.id == Receipt.filing_id)
    .outerjoin(Following, Following.filing_id == Filing.id)
    .where(Filing.visit_id == bindparam("visit"))
    .order_by(Receipt.stored_at)
)


class HandedOver(StrEnum):
    """How a receipt was handed over."""

    PRINTED = "printed"
    PHONE = "phone"
    """The resident has it on their own phone."""
    EMAIL = "email"
    SHOWN = "shown"
    """The resident has read the number and wants nothing."""


@dataclass(slots=True)
class Received:
    """What a portal has received of one service in a visit."""

    references: list[str] = field(default_factory=list)
    """The numbers that it gave, in their order: one each time that it was filed."""
    stage: Stage = Stage.REQUEST
    """How far the newest has come; what nobody follows stays a request."""


def received_in(conn: Connection, visit_id: str) -> dict[str, Received]:
    """What portals have received in a visit, by service."""
    given: defaultdict[str, Received] = defaultdict(Received)
    for service_id, reference, stage in conn.execute(_OF_VISIT, {"visit": visit_id}):
        given[service_id].references.append(reference)
        given[service_id].stage = stage or Stage.REQUEST
    return dict(given)


def hand_over(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, how: HandedOver) -> None:
    """Record how the resident got the receipt.

    Raises:
        NotFoundError, VisitClosedError: as `lock_open_visit`.
        OutOfOrderError: there is no receipt yet.
    """
    now = parts.clock.database_now(conn)
    visit = lock_open_visit(conn, by, visit_id)
    row = lock_delegation_of(conn, visit_id)
    filing = None if row is None else lock_filing_for(conn, row.id, visit.service_id)
    receipt = None if filing is None else find_receipt(conn, filing.id)
    ensure(receipt is not None, "hand over what has not come")
    if receipt is not None:
        say(conn, visit_id, EventName.RECEIPT_HANDED_OVER, by.actor, now, receipt=receipt.id, how=how.value)

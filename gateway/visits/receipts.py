"""A receipt reaches the resident's hands."""

from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from audit.events import EventName
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits.rows import ensure, find_receipt, lock_delegation_of, lock_filing_for, lock_open_visit
from gateway.visits.tables import Filing, Receipt
from gateway.visits.trail import say

_OF_VISIT = (
    select(Filing.service_id, Receipt.reference)
    .join(Filing, Filing.id == Receipt.filing_id)
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


def references_of(conn: Connection, visit_id: str) -> dict[str, list[str]]:
    """The numbers that portals gave in a visit, in their order, by service: one each time that it was filed."""
    given: dict[str, list[str]] = {}
    for service_id, reference in conn.execute(_OF_VISIT, {"visit": visit_id}):
        given.setdefault(service_id, []).append(reference)
    return given


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

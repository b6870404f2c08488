"""What somebody has filed in practice since the last night, noticed by itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from delegation.filing import FilingState
from gateway.services import catalogue
from gateway.services.tables import Service
from gateway.visits.tables import Filing, Receipt, Visit


@dataclass(frozen=True, slots=True)
class Filed:
    """One whole filing."""

    filing_id: str
    service_id: str
    title: str
    filed_at: datetime


def of_staff(conn: Connection, staff_id: str, language: str) -> list[Filed]:
    """Everything that reached the portal's receipt in visits of `staff_id`, newest first."""
    rows = conn.execute(
        select(Filing.id, Filing.service_id, Service.cards, Receipt.stored_at)
        .join(Visit, Visit.id == Filing.visit_id)
        .join(Receipt, Receipt.filing_id == Filing.id)
        .join(Service, Service.id == Filing.service_id)
        .where(Visit.assistant_id == staff_id, Filing.state == FilingState.FILED)
        .order_by(Receipt.stored_at.desc())
    )
    return [Filed(row.id, row.service_id, catalogue.title_of(row.cards, language), row.stored_at) for row in rows]

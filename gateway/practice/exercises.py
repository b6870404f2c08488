"""What somebody has filed in practice since the last night, noticed by itself."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Final

from sqlalchemy import Connection, select

from delegation.filing import FilingState
from gateway.services import catalogue
from gateway.services.tables import Service
from gateway.visits.tables import Filing, Receipt, Visit

_GIVEN: Final = "exercise-certificates"
"""Below the data folder: a file for each filing that has given its certificate. A night takes them with the filings."""
_MODE: Final = 0o700


class AlreadyGivenError(Exception):
    """A filing has given its certificate, for another number."""

    code: ClassVar[str] = "practice.already_given"


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


def give_once(folder: Path, filing_id: str, number: str) -> None:
    """Let a filing stand for one number of one lesson, and for no colleague's; `folder` is the data folder.

    Raises:
        AlreadyGivenError: it stands for another one.
    """
    given = folder / _GIVEN
    given.mkdir(mode=_MODE, exist_ok=True)
    try:
        with (given / filing_id).open("x", encoding="utf-8") as file:
            file.write(number)
    except FileExistsError:
        if (given / filing_id).read_text(encoding="utf-8") != number:
            raise AlreadyGivenError(filing_id) from None

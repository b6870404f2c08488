"""Visits that somebody left open whose account is not in use now: shown to whoever answers for the account.

Nothing goes on in them as they are. A colleague of the centre takes one over (`handing_over`), its manager stops what
was allowed, a doubt is settled by any colleague. No names of residents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, select

from delegation.model import DelegationState
from gateway.database.base import written_out
from gateway.people.tables import Staff, StaffState
from gateway.services import naming
from gateway.services.tables import Service
from gateway.terminals.tables import Terminal
from gateway.visits.tables import DelegationRow, Visit, VisitState

_IS_ALLOWED = exists().where(DelegationRow.visit_id == Visit.id, DelegationRow.state == DelegationState.ACTIVE)
_LEFT: Select[*tuple[Any, ...]] = (
    select(
        Visit.id,
        Visit.opened_at,
        Staff.display_name.label("assistant"),
        Terminal.name.label("terminal"),
        *naming.COLUMNS,
        _IS_ALLOWED.label("is_allowed"),
    )
    .join(Staff, Staff.id == Visit.assistant_id)
    .join(Terminal, Terminal.id == Visit.terminal_id)
    .outerjoin(Service, Service.id == Visit.service_id)
    .where(Visit.state == written_out(VisitState.OPEN), Staff.state != StaffState.ACTIVE)
    .order_by(Visit.opened_at, Visit.id)
    .limit(bindparam("most"))
)
_OF_PERSON = _LEFT.where(Visit.assistant_id == bindparam("assistant"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One of them."""

    visit_id: str
    opened_at: datetime
    assistant: str
    terminal: str
    service: str | None
    is_allowed: bool
    """Whether something that the resident allowed is still in force; nothing is done with it."""


def of_person(conn: Connection, staff_id: str, language: str, *, most: int) -> list[Left]:
    """What one person left open, the oldest first; nothing while their account is in use."""
    return _made(conn.execute(_OF_PERSON, {"assistant": staff_id, "most": most}).all(), language)


def _made(rows: Sequence[Any], language: str) -> list[Left]:
    return [
        Left(
            visit_id=row.id,
            opened_at=row.opened_at,
            assistant=row.assistant,
            terminal=row.terminal,
            service=naming.in_list(row, language),
            is_allowed=bool(row.is_allowed),
        )
        for row in rows
    ]

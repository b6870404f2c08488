"""The doubts of a centre: applications of which nobody but a person can say whether they arrived.

Whoever served the visit goes on in it; a colleague, or the same person at another computer, sees what is known of the
filing and may settle it (`sending.settle`), and nothing else of the visit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, select, tuple_, union_all

from delegation.filing import FilingState
from gateway.database.base import UtcDateTime, written_out
from gateway.keys import store
from gateway.paging import Key
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.people.tables import Staff
from gateway.services import naming
from gateway.services.tables import Service
from gateway.terminals.tables import Terminal
from gateway.visits import sending
from gateway.visits.errors import NotFoundError
from gateway.visits.rows import AnyRow, find_delegation
from gateway.visits.sealed import VisitVault
from gateway.visits.states import Late
from gateway.visits.tables import Filing, Visit

_OF_CENTRE = and_(Filing.state == written_out(FilingState.NEEDS_HUMAN), Visit.centre_id == bindparam("centre"))
_OWN = and_(Visit.assistant_id == bindparam("assistant"), Visit.terminal_id == bindparam("terminal"))
_OF_FILING = (Filing.id, Filing.visit_id, Filing.sent_at, Filing.reason)
_COLUMNS = (
    *_OF_FILING,
    Visit.assistant_id,
    Visit.terminal_id,
    Staff.display_name,
    Terminal.name.label("terminal"),
    *naming.COLUMNS,
)


def _lines_where(condition: Any) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join(Visit, Visit.id == Filing.visit_id)
        .join(Staff, Staff.id == Visit.assistant_id)
        .join(Terminal, Terminal.id == Visit.terminal_id)
        .outerjoin(Service, Service.id == Filing.service_id)
        .where(condition)
    )


# What arrived twice is for whoever served it alone: they have to tell the resident.
_WAITING = union_all(_lines_where(_OF_CENTRE), _lines_where(and_(_OWN, Filing.reason == Late.BOTH))).subquery()
_AT_DESK = select(_WAITING).order_by(_WAITING.c.sent_at, _WAITING.c.id).limit(bindparam("most"))
_LIST = _lines_where(_OF_CENTRE).order_by(Filing.sent_at, Filing.id).limit(bindparam("most"))
_LIST_AFTER = _LIST.where(
    tuple_(Filing.sent_at, Filing.id) > tuple_(bindparam("after_at", type_=UtcDateTime()), bindparam("after_id"))
)
_ONE = store.read_with(
    _lines_where(and_(_OF_CENTRE, Filing.id == bindparam("filing"))).add_columns(
        *(column for column in Filing.__table__.c if column.key not in {each.key for each in _OF_FILING})
    ),
    Visit.key_id,
)
"""With all of its filing, and the key of its visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """A filing of the centre that may have arrived."""

    filing_id: str
    visit_id: str
    is_own: bool
    """Whether the reader served the visit, at this terminal: it is settled on the visit's own page."""
    sent_at: datetime
    reason: str | None
    service: str | None
    assistant: str
    terminal: str

    @property
    def key(self) -> Key:
        """Where a page that ends with it ends."""
        return Key(self.sent_at, self.filing_id)


def at_desk(conn: Connection, by: StaffSession, *, most: int) -> list[Doubtful]:
    """The doubts of the centre, and what of the reader's own visits here arrived twice; the oldest first."""
    asked = {"centre": by.centre_id, "assistant": by.staff_id, "terminal": by.terminal_id, "most": most}
    return _lines(conn.execute(_AT_DESK, asked).all(), by)


def in_centre(conn: Connection, by: StaffSession, *, most: int, after: Key | None = None) -> list[Doubtful]:
    """The doubts of the centre, the oldest first, from the line after `after`."""
    query, more = (_LIST, {}) if after is None else (_LIST_AFTER, after.values)
    return _lines(conn.execute(query, {"centre": by.centre_id, "most": most} | more).all(), by)


def one_in_centre(conn: Connection, parts: Parts, by: StaffSession, filing_id: str) -> tuple[Doubtful, AnyRow]:
    """One of these, with its filing's row, for whoever may settle it.

    Raises:
        NotFoundError: it is not in doubt, or another centre's.
        guarding.BarredError: as `sending.settle`.
    """
    row = conn.execute(_ONE, {"centre": by.centre_id, "filing": filing_id}).one_or_none()
    if row is None or by.terminal_id is None:
        raise NotFoundError("no such doubt")
    VisitVault.note_key(conn, row.visit_id, row)
    line = replace(_line(row, by), service=naming.titled(row, by.language))
    if not line.is_own:
        sending.ensure_may_settle(conn, parts, by, find_delegation(conn, row.delegation_id))
    return line, row


def _lines(rows: Sequence[Any], by: StaffSession) -> list[Doubtful]:
    return [_line(row, by) for row in rows]


def _line(row: Any, by: StaffSession) -> Doubtful:
    return Doubtful(
        filing_id=row.id,
        visit_id=row.visit_id,
        is_own=(row.assistant_id, row.terminal_id) == (by.staff_id, by.terminal_id),
        sent_at=row.sent_at,
        reason=row.reason,
        service=naming.in_list(row, by.language),
        assistant=row.display_name,
        terminal=row.terminal,
    )

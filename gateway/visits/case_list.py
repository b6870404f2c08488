"""Cases as an auditor lists them: kind, state, service, deadline; no names, and nothing of what was said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, select

from gateway.paging import Key, follows
from gateway.parts import Parts
from gateway.people.tables import Centre
from gateway.services import catalogue
from gateway.services.tables import Service
from gateway.visits.case_tables import Dispute, DisputeKind, DisputeOutcome, DisputeState
from gateway.visits.tables import Visit

_LINES = (
    select(
        Dispute.id,
        Dispute.kind,
        Dispute.state,
        Dispute.outcome,
        Dispute.opened_at,
        Dispute.deadline,
        Dispute.visit_id,
        Dispute.service_id,
        Centre.name.label("centre"),
        Service.cards,
    )
    .join(Visit, Visit.id == Dispute.visit_id)
    .join(Centre, Centre.id == Visit.centre_id)
    .outerjoin(Service, Service.id == Dispute.service_id)
    .order_by(Dispute.opened_at.desc(), Dispute.id.desc())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which cases are wanted; what is `None` does not matter."""

    state: DisputeState | None = None
    overdue: bool = False
    after: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A case in the list."""

    id: str
    kind: DisputeKind
    state: DisputeState
    outcome: DisputeOutcome | None
    opened_at: datetime
    deadline: datetime
    is_overdue: bool
    visit_id: str
    service: str
    centre: str

    @property
    def key(self) -> Key:
        """Where a page that ends with it ends."""
        return Key(self.opened_at, self.id)


def find(conn: Connection, parts: Parts, search: Search, *, language: str, most: int) -> list[Line]:
    """The newest cases that `search` wants; service titles in `language`."""
    begin = search.after.values if search.after else {}
    now = parts.clock.now()
    rows = conn.execute(_LINES.where(*_conditions(search, now)).limit(most), begin)
    return [_line(row, language, now) for row in rows]


def due_next(conn: Connection, parts: Parts, *, language: str, most: int) -> list[Line]:
    """The open cases that are to be answered first."""
    open_ones = _LINES.where(Dispute.state == DisputeState.OPEN).order_by(None).order_by(Dispute.deadline, Dispute.id)
    return [_line(row, language, parts.clock.now()) for row in conn.execute(open_ones.limit(most))]


def waiting(conn: Connection, parts: Parts) -> tuple[int, int]:
    """How many cases are open, and how many of those are past their deadline."""
    overdue = func.coalesce(func.sum(case((Dispute.deadline < parts.clock.now(), 1), else_=0)), 0)
    row = conn.execute(select(func.count(), overdue).where(Dispute.state == DisputeState.OPEN)).one()
    return int(row[0]), int(row[1])


def _line(row: Row[Any], language: str, now: datetime) -> Line:
    return Line(
        id=row.id,
        kind=row.kind,
        state=row.state,
        outcome=row.outcome,
        opened_at=row.opened_at,
        deadline=row.deadline,
        is_overdue=row.state is DisputeState.OPEN and now > row.deadline,
        visit_id=row.visit_id,
        service=row.service_id if row.cards is None else catalogue.title_of(row.cards, language),
        centre=row.centre,
    )


def _conditions(search: Search, now: datetime) -> list[ColumnElement[bool]]:
    found: list[Any] = []
    if search.state:
        found.append(Dispute.state == search.state)
    if search.overdue:
        found += [Dispute.state == DisputeState.OPEN, Dispute.deadline < now]
    if search.after:
        found.append(follows(Dispute.opened_at, Dispute.id))
    return found

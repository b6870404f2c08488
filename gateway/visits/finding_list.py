"""Findings as they are listed: what waits for somebody first, by deadline; no names of residents, nothing of the texts.

An auditor lists all; a manager those about their centre; an assistant those about visits that they served.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, Connection, Row, bindparam, func, select, tuple_

from gateway.clock import read_moment
from gateway.database.base import UtcDateTime
from gateway.days import end_of, last_day
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.people.tables import Centre, Staff
from gateway.services import catalogue
from gateway.services.tables import Service
from gateway.visits.audit_states import FindingKind, FindingOutcome, FindingState, Severity
from gateway.visits.audit_tables import Finding
from gateway.visits.signs import Sign
from gateway.visits.tables import Visit

_LONGEST_ID: Final = 32
_LINES = (
    select(
        Finding.__table__,
        Visit.opened_at.label("visit_at"),
        Staff.display_name.label("assistant"),
        Centre.name.label("centre"),
        Service.cards,
    )
    .join(Visit, Visit.id == Finding.visit_id)
    .join(Staff, Staff.id == Finding.assistant_id)
    .join(Centre, Centre.id == Finding.centre_id)
    .outerjoin(Service, Service.id == Finding.service_id)
    .order_by(Finding.is_over, Finding.deadline, Finding.id)
)
_AFTER = tuple_(Finding.is_over, Finding.deadline, Finding.id) > tuple_(
    bindparam("after_over", type_=Boolean()), bindparam("after_at", type_=UtcDateTime()), bindparam("after_id")
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list ends: the next one begins after it."""

    is_over: bool
    deadline: datetime
    id: str

    def __str__(self) -> str:
        return f"{int(self.is_over)}~{self.deadline.isoformat()}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """Read what `str` wrote; `None` for anything else, which begins at the beginning."""
        over, _, rest = text.partition("~")
        at, split, line = rest.partition("~")
        moment = read_moment(at)
        is_ours = split and moment is not None and over in {"0", "1"}
        return cls(over == "1", moment, line[:_LONGEST_ID]) if is_ours and moment is not None else None

    @property
    def values(self) -> dict[str, Any]:
        """What the statement is asked with."""
        return {"after_over": self.is_over, "after_at": self.deadline, "after_id": self.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which findings are wanted; what is `None` does not matter."""

    state: FindingState | None = None
    overdue: bool = False
    centre: str | None = None
    assistants: tuple[str, ...] | None = None
    """Any of these; nobody if there is none."""
    service: str | None = None
    until: date | None = None
    """To be answered by the end of this day."""
    visit: str | None = None
    after: Place | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is looked for, rather than what waits first."""
        return self != Search()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A finding in the list."""

    id: str
    kind: FindingKind
    severity: Severity
    state: FindingState
    outcome: FindingOutcome | None
    sign: Sign | None
    draw: str | None
    is_over: bool
    is_overdue: bool
    deadline: datetime
    opened_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    visit_id: str
    visit_at: datetime
    service: str | None
    centre_id: str
    centre: str
    assistant_id: str
    assistant: str

    @property
    def last_day(self) -> date:
        """The last day on which an answer is in time."""
        return last_day(self.deadline)

    @property
    def place(self) -> Place:
        """Where a page that ends with it ends."""
        return Place(self.is_over, self.deadline, self.id)


def find(conn: Connection, parts: Parts, search: Search, *, language: str, most: int) -> list[Line]:
    """What `search` wants: what waits first, by deadline; service titles in `language`."""
    now = parts.clock.now()
    begin = search.after.values if search.after else {}
    rows = conn.execute(_LINES.where(*_conditions(search, now)).limit(most), begin)
    return [_line(row, language, now) for row in rows]


def own(
    conn: Connection, parts: Parts, by: StaffSession, *, after: Place | None, most: int, finding_id: str | None = None
) -> list[Line]:
    """What concerns `by`: a manager's centre, or the visits that an assistant served; or the one of a number."""
    now = parts.clock.now()
    is_manager = by.role is Role.MANAGER
    wanted = _LINES.where(Finding.centre_id == by.centre_id if is_manager else Finding.assistant_id == by.staff_id)
    if finding_id is not None:
        wanted = wanted.where(Finding.id == finding_id)
    if after is not None:
        wanted = wanted.where(_AFTER)
    rows = conn.execute(wanted.limit(most), after.values if after else {})
    return [_line(row, by.language, now) for row in rows]


def one(conn: Connection, parts: Parts, finding_id: str, *, language: str) -> Line | None:
    """The finding of a number."""
    row = conn.execute(_LINES.where(Finding.id == finding_id)).one_or_none()
    return None if row is None else _line(row, language, parts.clock.now())


def overdue(conn: Connection, parts: Parts) -> int:
    """How many findings nobody has answered in time."""
    late = select(func.count()).where(
        Finding.is_over.is_(False), Finding.state == FindingState.OPEN, Finding.deadline < parts.clock.now()
    )
    return int(conn.execute(late).scalar_one())


def _conditions(search: Search, now: datetime) -> Iterator[ColumnElement[bool]]:
    if search.state:
        yield Finding.is_over.is_(search.state in (FindingState.CLOSED, FindingState.WITHDRAWN))
        yield Finding.state == search.state
    if search.overdue:
        yield Finding.is_over.is_(False)
        yield Finding.state == FindingState.OPEN
        yield Finding.deadline < now
    if search.centre:
        yield Finding.centre_id == search.centre
    if search.assistants is not None:
        yield Finding.assistant_id.in_(search.assistants)
    if search.service:
        yield Finding.service_id == search.service
    if search.until:
        yield Finding.deadline < end_of(search.until)
    if search.visit:
        yield Finding.visit_id == search.visit
    if search.after:
        yield _AFTER


def _line(row: Row[Any], language: str, now: datetime) -> Line:
    return Line(
        id=row.id,
        kind=row.kind,
        severity=row.severity,
        state=row.state,
        outcome=row.outcome,
        sign=row.sign,
        draw=row.draw,
        is_over=row.is_over,
        is_overdue=row.state is FindingState.OPEN and now > row.deadline,
        deadline=row.deadline,
        opened_at=row.opened_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        visit_id=row.visit_id,
        visit_at=row.visit_at,
        service=None if row.cards is None else catalogue.title_of(row.cards, language),
        centre_id=row.centre_id,
        centre=row.centre,
        assistant_id=row.assistant_id,
        assistant=row.assistant,
    )

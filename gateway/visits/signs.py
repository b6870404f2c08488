"""Signs of trouble: what an auditor looks at first. None of them is a verdict on a person.

Each rule is one aggregate over a period of days, by an index of time; nobody is counted over more than that. What lies
behind a finding is listed by the search, with the same condition.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    FunctionElement,
    Select,
    and_,
    case,
    distinct,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler

from delegation.assurance import ApprovalKind, Route
from gateway.days import beginning_of, end_of
from gateway.people.tables import Centre, Staff, StaffInvitation
from gateway.visits.calendar import closed_between
from gateway.visits.guarding import OwnMatterError
from gateway.visits.tables import (
    Approval,
    ApprovalState,
    BarredStep,
    DelegationRow,
    Filing,
    SecondLook,
    SecondLookKind,
    SecondLookState,
    Visit,
)

DAYS: Final = 30
"""Of a period, where nobody asks for another."""
MOST_DAYS: Final = 92
MOST: Final = 50
"""Findings of one rule that are shown."""
FASTEST_READER: Final = 50
"""Characters a second: twice what a quick reader of plain text takes in."""
PEOPLE: Final = 3
"""With one telephone number; two may be a couple."""

Cases: TypeAlias = Select[Any]
"""Rows `visit`, `centre`, `assistant` and `hit`, which is 1 where the case is what the rule looks for, and else 0."""


class Sign(StrEnum):
    """What may be a sign of trouble."""

    PAPER = "paper"
    """Nearly every yes at this assistant's was said on paper."""
    HASTE = "haste"
    """A yes came before the statement can have been read."""
    SHARED_NUMBER = "shared_number"
    """One telephone says yes for several people."""
    STOPS = "stops"
    """Much of what was asked for was stopped."""
    CLOSED_HOURS = "closed_hours"
    """Something was sent while centres are closed."""
    OWN_VALUES = "own_values"
    """What was given for a resident is the assistant's own."""
    SIBLINGS = "siblings"
    """The second pair of eyes was somebody whom the same person invited alone, and who serves nobody."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Latvia, both counted in."""

    first: date
    last: date

    @classmethod
    def until(cls, last: date) -> "Period":
        """The usual number of days."""
        return cls(last - timedelta(days=DAYS - 1), last)

    @property
    def since(self) -> datetime:
        """Its first instant, aware UTC."""
        return beginning_of(self.first)

    @property
    def end(self) -> datetime:
        """The instant at which it is over."""
        return end_of(self.last)

    @property
    def is_short_enough(self) -> bool:
        """Whether it has at least one day, and no more than are looked through at once."""
        return timedelta(0) <= self.last - self.first < timedelta(days=MOST_DAYS)


@dataclass(frozen=True, slots=True)
class Rule:
    """From how many cases of an assistant in a centre on they are shown, and how much of all cases that has to be."""

    least: int
    percent: int
    cases: Callable[[Period], Cases]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule has found of one assistant in one centre."""

    centre_id: str
    centre: str
    assistant_id: str
    assistant: str
    count: int
    of: int
    """All cases that the rule looked at; as many as `count` where it looks at nothing else."""


class _Seconds(FunctionElement[float]):
    """Seconds from the first of two times to the second."""

    inherit_cache = True
    type = Float()


@compiles(_Seconds, "sqlite")
def _seconds_in_sqlite(element: _Seconds, compiler: SQLCompiler, **options: Any) -> str:
    begin, end = (compiler.process(each, **options) for each in element.clauses)
    return f"((julianday({end}) - julianday({begin})) * 86400.0)"


@compiles(_Seconds, "postgresql")
def _seconds_in_postgresql(element: _Seconds, compiler: SQLCompiler, **options: Any) -> str:
    begin, end = (compiler.process(each, **options) for each in element.clauses)
    return f"extract(epoch FROM {end} - {begin})"


def find_all(conn: Connection, period: Period) -> dict[Sign, list[Finding]]:
    """What each rule finds in a period, in one statement: the most first; one more than `MOST` if there are more."""
    found: dict[Sign, list[Finding]] = {sign: [] for sign in Sign}
    for row in conn.execute(_of_period(period)):
        each = Finding(row.centre, row.centre_name, row.assistant, row.display_name, int(row.hits), int(row.total))
        found[Sign(row.sign)].append(each)
    return {sign: sorted(each, key=lambda one: (-one.count, one.assistant_id)) for sign, each in found.items()}


@lru_cache(maxsize=32)
def _of_period(period: Period) -> Any:
    """The statement; building it takes longer than running it, and the same days are looked at again and again."""
    each = (select(_found_by(sign, period).subquery()) for sign in Sign)
    return union_all(*each)


def _found_by(sign: Sign, period: Period) -> Select[Any]:
    rule = RULES[sign]
    cases = rule.cases(period).subquery()
    count, total = func.sum(cases.c.hit), func.count()
    return (
        select(
            literal(sign.value).label("sign"),
            cases.c.centre,
            Centre.name.label("centre_name"),
            cases.c.assistant,
            Staff.display_name,
            count.label("hits"),
            total.label("total"),
        )
        .join_from(cases, Centre, Centre.id == cases.c.centre)
        .join(Staff, Staff.id == cases.c.assistant)
        .group_by(cases.c.centre, Centre.name, cases.c.assistant, Staff.display_name)
        .having(and_(count >= rule.least, count * 100 >= total * rule.percent))
        .order_by(count.desc(), cases.c.assistant, cases.c.centre)
        .limit(MOST + 1)
    )


def visits_behind(sign: Sign, period: Period) -> Select[Any]:
    """The ids of the visits in which a rule finds what it looks for."""
    cases = RULES[sign].cases(period).subquery()
    return select(cases.c.visit).where(cases.c.hit == 1)


def _given(period: Period, hit: ColumnElement[bool], where: ColumnElement[bool]) -> Cases:
    """Every yes of a period that fits `where`."""
    return (
        _of_visits(hit)
        .join(Approval, Approval.visit_id == Visit.id)
        .where(
            Approval.state == ApprovalState.GIVEN,
            Approval.decided_at >= period.since,
            Approval.decided_at < period.end,
            where,
        )
    )


def _of_visits(hit: ColumnElement[bool]) -> Cases:
    return select(
        Visit.id.label("visit"),
        Visit.centre_id.label("centre"),
        Visit.assistant_id.label("assistant"),
        case((hit, 1), else_=0).label("hit"),
    )


def _on_paper(period: Period) -> Cases:
    return _given(period, Approval.route == Route.PAPER, true())


def _in_haste(period: Period) -> Cases:
    too_fast = Approval.text_length > _Seconds(Approval.asked_at, Approval.decided_at) * FASTEST_READER
    return _given(period, true(), and_(Approval.kind == ApprovalKind.GRANT, too_fast))


def _by_one_number(period: Period) -> Cases:
    shared = (
        select(Approval.number_hash)
        .where(
            Approval.state == ApprovalState.GIVEN,
            Approval.decided_at >= period.since,
            Approval.decided_at < period.end,
            Approval.number_hash.is_not(None),
        )
        .group_by(Approval.number_hash)
        .having(func.count(distinct(Approval.approver_id)) >= PEOPLE)
    )
    return _given(period, true(), Approval.number_hash.in_(shared))


def _stopped(period: Period) -> Cases:
    return (
        _of_visits(DelegationRow.ended_reason.is_not(None))
        .join(DelegationRow, DelegationRow.visit_id == Visit.id)
        .where(DelegationRow.requested_at >= period.since, DelegationRow.requested_at < period.end)
    )


def _while_closed(period: Period) -> Cases:
    closed = closed_between(period.since, period.end)
    return (
        _of_visits(true())
        .join(Filing, Filing.visit_id == Visit.id)
        .where(
            Filing.sent_at >= period.since,
            Filing.sent_at < period.end,
            or_(*(and_(Filing.sent_at >= begin, Filing.sent_at < end) for begin, end in closed)),
        )
    )


def _own(period: Period) -> Cases:
    refused = select(BarredStep.visit_id.label("visit"), BarredStep.staff_id.label("assistant")).where(
        BarredStep.at >= period.since, BarredStep.at < period.end, BarredStep.reason == OwnMatterError.code
    )
    looked_at = select(SecondLook.visit_id, SecondLook.asked_by).where(
        SecondLook.asked_at >= period.since,
        SecondLook.asked_at < period.end,
        SecondLook.kind == SecondLookKind.SAME_ADDRESS,
    )
    met = union_all(refused, looked_at).subquery()
    return select(met.c.visit, Visit.centre_id.label("centre"), met.c.assistant, literal(1).label("hit")).join_from(
        met, Visit, Visit.id == met.c.visit
    )


def _seconded_by_siblings(period: Period) -> Cases:
    """Looks that somebody confirmed who opened no visit of their own in the period, where one person invited both."""
    asker, second = aliased(StaffInvitation), aliased(StaffInvitation)
    serves = select(Visit.id).where(
        Visit.assistant_id == SecondLook.decided_by, Visit.opened_at >= period.since, Visit.opened_at < period.end
    )
    columns: tuple[ColumnElement[Any], ...] = (
        SecondLook.visit_id.label("visit"),
        Visit.centre_id.label("centre"),
        SecondLook.asked_by.label("assistant"),
        literal(1).label("hit"),
    )
    return (
        select(*columns)
        .join_from(SecondLook, Visit, Visit.id == SecondLook.visit_id)
        .join(asker, and_(asker.staff_id == SecondLook.asked_by, asker.change_id.is_(None)))
        .join(second, and_(second.staff_id == SecondLook.decided_by, second.change_id.is_(None)))
        .where(
            SecondLook.asked_at >= period.since,
            SecondLook.asked_at < period.end,
            SecondLook.state == SecondLookState.CONFIRMED,
            second.invited_by == asker.invited_by,
            ~serves.correlate(SecondLook).exists(),
        )
    )


RULES: Final[Mapping[Sign, Rule]] = {
    Sign.PAPER: Rule(5, 90, _on_paper),
    Sign.HASTE: Rule(3, 0, _in_haste),
    Sign.SHARED_NUMBER: Rule(1, 0, _by_one_number),
    Sign.STOPS: Rule(5, 20, _stopped),
    Sign.CLOSED_HOURS: Rule(3, 0, _while_closed),
    Sign.OWN_VALUES: Rule(2, 0, _own),
    Sign.SIBLINGS: Rule(3, 0, _seconded_by_siblings),
}

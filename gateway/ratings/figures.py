"""An institution's own figures, by month, once the month is over and twenty answers were given in it.

A month never changes once it is shown: it holds the answers that were given in it. So nobody finds one person's answer
by asking again after each, nor by asking for other months. The floor is higher than that of centres: an
institution makes its links itself, and could answer some of its own to see what is left.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select

from gateway.days import day_of
from gateway.feedback.answers import Degree
from gateway.parts import Store
from gateway.ratings.tables import RatingAnswer, RatingBatch
from gateway.reports.kpi import Share

MOST_MONTHS: Final = 36
LEAST: Final = 20
"""Answers in a month, below which nothing of it is shown."""
_ANSWERS = (
    select(RatingAnswer.month, RatingAnswer.satisfaction, RatingAnswer.done, RatingAnswer.clear, func.count())
    .where(
        RatingAnswer.survey_id == bindparam("survey"),
        RatingAnswer.month >= bindparam("first"),
        RatingAnswer.month <= bindparam("last"),
    )
    .group_by(RatingAnswer.month, RatingAnswer.satisfaction, RatingAnswer.done, RatingAnswer.clear)
)
_INVITED = (
    select(RatingBatch.month, func.sum(RatingBatch.links))
    .where(
        RatingBatch.survey_id == bindparam("survey"),
        RatingBatch.month >= bindparam("first"),
        RatingBatch.month <= bindparam("last"),
    )
    .group_by(RatingBatch.month)
)
_COMMENTS = (
    select(RatingAnswer.comment)
    .where(
        RatingAnswer.survey_id == bindparam("survey"),
        RatingAnswer.month == bindparam("month"),
        RatingAnswer.comment.is_not(None),
    )
    .order_by(RatingAnswer.id)
)
_SATISFIED: Final = frozenset({4, 5})


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of a month, or of several together."""

    invited: int
    """Links that were made."""
    answers: int | None
    """None where fewer than `LEAST` answered."""
    satisfied: Share | None = None
    done: Mapping[str, int] | None = None
    clear: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one e-service."""

    months: Mapping[str, Cell]
    """`2026-10` and so on, the oldest first; those that are over."""
    total: Cell
    """Of the months that are shown, and of no other."""


def of_survey(conn: Connection, store: Store, survey_id: str, first: str, last: str) -> Figures:
    """The figures of the months from `first` to `last` (`2026-10`), as far as they are over."""
    given = {"survey": survey_id, "first": first, "last": min(last, _last_over(store))}
    invited: dict[str, int] = {row[0]: row[1] for row in conn.execute(_INVITED, given)}
    counted: dict[str, list[tuple[int, str, str, int]]] = {}
    for month, satisfaction, done, clear, count in conn.execute(_ANSWERS, given):
        counted.setdefault(month, []).append((satisfaction, done, clear, count))
    months = {month: _cell(invited.get(month, 0), counted.get(month, [])) for month in sorted({*invited, *counted})}
    shown = [month for month, cell in months.items() if cell.answers is not None]
    return Figures(
        months,
        _cell(sum(invited.get(month, 0) for month in shown), [each for month in shown for each in counted[month]]),
    )


def comments(conn: Connection, store: Store, survey_id: str, month: str) -> Sequence[str] | None:
    """The comments of a month in no order that tells anything; `None` where that month is not shown."""
    if month > _last_over(store) or of_survey(conn, store, survey_id, month, month).total.answers is None:
        return None
    found = conn.execute(_COMMENTS, {"survey": survey_id, "month": month}).scalars()
    return [text for text in found if text is not None]


def _cell(invited: int, counted: Sequence[tuple[int, str, str, int]]) -> Cell:
    total = sum(count for *_, count in counted)
    satisfied = Share(sum(count for mark, *_, count in counted if mark in _SATISFIED), total)
    if total < LEAST:
        return Cell(invited, None)
    return Cell(invited, total, satisfied, _degrees(counted, 1), _degrees(counted, 2))


def _degrees(counted: Sequence[tuple[Any, ...]], place: int) -> Mapping[str, int]:
    found = Counter[str]()
    for each in counted:
        found[each[place]] += each[-1]
    return {degree.value: found[degree.value] for degree in Degree}


def _last_over(store: Store) -> str:
    """The last month that is over."""
    today = day_of(store.clock.now())
    number = today.year * 12 + today.month - 2
    return f"{number // 12:04}-{number % 12 + 1:02}"

"""What a centre's manager reads of comments: a month at a time, once it is over, if enough people answered in it.

A batch never changes: it holds what was given in its month, so that nobody sees one answer come. It lies in the order
of random keys and says no day, no service and nothing of how the same person answered.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from gateway.feedback.asking import local_day
from gateway.feedback.tables import FeedbackAnswer
from gateway.parts import Parts

LEAST: Final = 5
"""People in a cell, below which nothing of it is shown."""
MOST_MONTHS: Final = 24

_IN_MONTH = (
    FeedbackAnswer.centre_id == bindparam("centre"),
    FeedbackAnswer.given_on >= bindparam("first"),
    FeedbackAnswer.given_on <= bindparam("last"),
)
_COUNTS = (
    select(FeedbackAnswer.given_on, func.count(FeedbackAnswer.satisfaction), func.count(FeedbackAnswer.comment))
    .where(*_IN_MONTH)
    .group_by(FeedbackAnswer.given_on)
)
"""By day, which no reader is told: the databases have no word in common for a month."""
_COMMENTS = (
    select(FeedbackAnswer.comment)
    .where(*_IN_MONTH, FeedbackAnswer.comment.is_not(None))
    .order_by(FeedbackAnswer.id)
    .limit(bindparam("most"))
    .offset(bindparam("after"))
)


@dataclass(frozen=True, slots=True)
class Batch:
    """The comments of one month."""

    month: str
    """`2026-11`, in Riga."""
    comments: int | None
    """How many there are; `None` where too few answered to show any."""


def months(conn: Connection, parts: Parts, centre_id: str) -> Sequence[Batch]:
    """The months that are over, the newest first, of the last two years."""
    over = _over(local_day(parts.clock.now()))
    return _batches(conn, centre_id, over)


def read(
    conn: Connection, parts: Parts, centre_id: str, month: str, *, most: int, after: int = 0
) -> Sequence[str] | None:
    """Some comments of a month, `most` after the first `after`; `None` where that month is not shown."""
    is_over = month in _over(local_day(parts.clock.now()))
    if not is_over or _batches(conn, centre_id, [month])[0].comments is None:
        return None
    given = _given(centre_id, month, month) | {"most": most, "after": after}
    return [text for text in conn.execute(_COMMENTS, given).scalars() if text is not None]


def _batches(conn: Connection, centre_id: str, wanted: Sequence[str]) -> Sequence[Batch]:
    """Of the months `wanted`, the newest first, how many comments each shows."""
    answered, commented = Counter[str](), Counter[str]()
    for day, answers, comments in conn.execute(_COUNTS, _given(centre_id, wanted[-1], wanted[0])):
        answered[f"{day:%Y-%m}"] += answers
        commented[f"{day:%Y-%m}"] += comments
    return [Batch(month, commented[month] if answered[month] >= LEAST else None) for month in wanted]


def _given(centre_id: str, first: str, last: str) -> dict[str, object]:
    """What the statements ask with: from the first day of one month to the last day of another."""
    end = date.fromisoformat(f"{last}-01")
    return {
        "centre": centre_id,
        "first": date.fromisoformat(f"{first}-01"),
        "last": end.replace(day=monthrange(end.year, end.month)[1]),
    }


def _over(today: date) -> Sequence[str]:
    """The months before the one of `today`, the newest first."""
    number = today.year * 12 + today.month - 1
    return [f"{each // 12}-{each % 12 + 1:02d}" for each in range(number - 1, number - 1 - MOST_MONTHS, -1)]

"""Whom a centre asked, how, and how many answered: selective inviting shows beside what was answered.

Every visit that ended has one row, so the rows of a month are its visits. Nothing here leads back to one.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from gateway.feedback.asking import VALID_DAYS
from gateway.feedback.tables import Called, FeedbackInvitation, Reach
from gateway.reports.hiding import hidden

MOST_MONTHS: Final = 12
_ROWS = (
    select(
        FeedbackInvitation.month,
        FeedbackInvitation.reach,
        func.count(),
        func.count().filter(
            FeedbackInvitation.rated | (FeedbackInvitation.used & FeedbackInvitation.declined.is_(False))
        ),
        func.count().filter(FeedbackInvitation.declined),
        func.count().filter(FeedbackInvitation.called == Called.REACHED).label("reached"),
        func.count().filter(FeedbackInvitation.called.in_((Called.NOT_REACHED, Called.WRONG_NUMBER))).label("missed"),
    )
    .where(FeedbackInvitation.centre_id == bindparam("centre"), FeedbackInvitation.month >= bindparam("since"))
    .group_by(FeedbackInvitation.month, FeedbackInvitation.reach)
)
REACHABLE: Final = frozenset({Reach.DISPLAY, Reach.DISPLAY_AND_MESSAGE, Reach.SMS, Reach.EMAIL, Reach.CALL})
"""Ways by which somebody is asked without taking a paper home."""


@dataclass(frozen=True, slots=True)
class Calls:
    """How those of a month fared who were to be called."""

    invited: int = 0
    reached: int = 0
    missed: int = 0
    """Three times nobody, or a wrong number."""
    answered: int = 0
    """By the call, or by themselves before or after it."""
    declined: int = 0

    @property
    def silent(self) -> int:
        """Those who neither answered nor declined."""
        return max(self.invited - self.answered - self.declined, 0)

    @property
    def is_few(self) -> bool:
        """Whether some count tells of one to four, or one of nobody tells of each."""
        said = {"answered": self.answered, "silent": self.silent}
        went = {"declined": self.declined, "reached": self.reached, "missed": self.missed}
        return self.invited > 0 and bool(hidden(said, nought=True) or hidden(went))


@dataclass(frozen=True, slots=True)
class Month:
    """How a centre asked in one month."""

    month: str
    """`2026-11`, of the visits, in Riga."""
    by: Mapping[Reach, int] = field(default_factory=dict)
    """How many visits, by how their invitation went."""
    answered: int = 0
    declined: int = 0
    """Of those who were asked, who said that they do not want to answer."""
    calls: Calls = field(default_factory=Calls)

    @property
    def visits(self) -> int:
        """All that ended."""
        return sum(self.by.values())

    @property
    def asked(self) -> int:
        """All but those who do not want to be asked."""
        return self.visits - self.by.get(Reach.OPTED_OUT, 0)

    @property
    def reachable(self) -> int:
        """Those who were asked by more than a printed code."""
        return sum(count for reach, count in self.by.items() if reach in REACHABLE)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader sees of a month; `None` where it is too few, or too early to tell."""

    month: str
    visits: int
    is_over: bool
    """Whether the month is: before, each visit would show how its resident was asked."""
    is_settled: bool
    """Whether its last invitation is past its last day: before, each answer would be seen to come."""
    by: Mapping[Reach, int | None]
    asked: int | None
    reachable: int | None
    answered: int | None
    declined: int | None
    calls: Calls | None
    """What came of the calls, all counts or none."""


def shown(found: Month, today: date) -> Shown:
    """What is shown of a month on a day: nothing that tells of fewer than five, by itself or from the rest."""
    end = _last_day(found.month)
    by = {reach: found.by.get(reach, 0) for reach in Reach}
    silent = max(found.asked - found.answered - found.declined, 0)
    said = {"answered": found.answered, "declined": found.declined, "silent": silent}
    is_over, is_settled = end < today, end + timedelta(days=VALID_DAYS) < today
    without = hidden(by) if is_over else frozenset(by)
    unsaid = hidden(said, nought=True) if is_settled else frozenset(said)
    return Shown(
        month=found.month,
        visits=found.visits,
        is_over=is_over,
        is_settled=is_settled,
        by={reach: None if reach in without else n for reach, n in by.items()},
        asked=None if Reach.OPTED_OUT in without else found.asked,
        # A sum of ways that holds some of the hidden ones and not others would tell them apart.
        reachable=found.reachable if is_over and (without <= REACHABLE or not without & REACHABLE) else None,
        answered=None if "answered" in unsaid else found.answered,
        declined=None if "declined" in unsaid else found.declined,
        calls=found.calls if is_settled and _can_tell_calls(found) else None,
    )


def _can_tell_calls(found: Month) -> bool:
    """Whether neither those who were to be called nor all others of the month are found out by what came of calls."""
    calls = found.calls
    others = Calls(
        invited=found.asked - calls.invited,
        answered=found.answered - calls.answered,
        declined=found.declined - calls.declined,
    )
    return not calls.is_few and not others.is_few


def _last_day(month: str) -> date:
    year, number = map(int, month.split("-"))
    return date(year, number, monthrange(year, number)[1])


def months(conn: Connection, centre_id: str, since: str) -> Sequence[Month]:
    """The months from `since` (`2026-01`) on in which a visit ended, the newest first."""
    found: dict[str, Month] = {}
    for row in conn.execute(_ROWS, {"centre": centre_id, "since": since}):
        found[row.month] = _with(found.get(row.month, Month(row.month)), *row[1:])
    return [found[month] for month in sorted(found, reverse=True)]


def _with(before: Month, reach: Reach, count: int, answered: int, declined: int, reached: int, missed: int) -> Month:
    """A month with those besides who were asked in one way."""
    return Month(
        before.month,
        {**before.by, reach: count},
        before.answered + answered,
        before.declined + (0 if reach is Reach.OPTED_OUT else declined),
        Calls(count, reached, missed, answered, declined) if reach is Reach.CALL else before.calls,
    )

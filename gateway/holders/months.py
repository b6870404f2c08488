"""Months of the calendar, in Latvia, as holders count."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self

from gateway.days import beginning_of, day_of

_WRITTEN: Final = re.compile(r"(20\d\d|21\d\d)-(0[1-9]|1[0-2])")
MOST: Final = 24
"""Months that one page or file is about."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month."""

    year: int
    number: int

    @classmethod
    def of(cls, at: datetime) -> Self:
        """The month in which an instant falls."""
        day = day_of(at)
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Month | None":
        """Read `2026-10`; `None` for anything else."""
        found = _WRITTEN.fullmatch(text)
        return cls(int(found[1]), int(found[2])) if found else None

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def begins_at(self) -> datetime:
        """Its first instant, aware UTC."""
        return beginning_of(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first instant after it, aware UTC."""
        return self.plus(1).begins_at

    def plus(self, months: int) -> "Month":
        """So many months later, or earlier."""
        count = self.year * 12 + self.number - 1 + months
        return Month(count // 12, count % 12 + 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Months from the first to the last, both included; never more than `MOST`."""

    first: Month
    last: Month

    @classmethod
    def read(cls, first: str, last: str, now: datetime) -> Self:
        """What an address asks for; what cannot be meant becomes the twelve months up to now."""
        here = Month.of(now)
        until = Month.parse(last) or here
        since = Month.parse(first) or until.plus(-11)
        since = min(since, until)
        return cls(max(since, until.plus(1 - MOST)), until)

    @property
    def months(self) -> Sequence[Month]:
        """Each of them, from the first."""
        count = (self.last.year - self.first.year) * 12 + self.last.number - self.first.number
        return [self.first.plus(each) for each in range(count + 1)]

    @property
    def begins_at(self) -> datetime:
        """Its first instant."""
        return self.first.begins_at

    @property
    def ends_at(self) -> datetime:
        """The first instant after it."""
        return self.last.ends_at

"""Months, quarters and years as figures name them, and how a stretch of months is put together from few of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from gateway.days import day_of

_LONGEST: Final = 120
"""Months of one report: ten years."""
_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2199


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of the calendar, in Riga."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @classmethod
    def of(cls, at: datetime) -> "Month":
        """The month in which an instant falls."""
        day = day_of(at)
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read `2026-11`. Raises `ValueError` for anything else."""
        year, _, month = text.partition("-")
        if not _MONTH.fullmatch(text):
            raise ValueError("not a month")
        if not (_FIRST_YEAR <= int(year) <= _LAST_YEAR and 1 <= int(month) <= 12):
            raise ValueError("not a month")
        return cls(int(year), int(month))

    def plus(self, months: int) -> "Month":
        """So many months later, or earlier."""
        count = self.year * 12 + self.month - 1 + months
        return Month(count // 12, count % 12 + 1)

    def until(self, last: "Month") -> int:
        """How many months it is to `last`, both counted."""
        return (last.year - self.year) * 12 + last.month - self.month + 1

    @property
    def quarter(self) -> str:
        """Its quarter, `2026-Q4`."""
        return f"{self.year:04}-Q{(self.month + 2) // 3}"

    @property
    def periods(self) -> tuple[str, str, str]:
        """All three under which it is counted."""
        return str(self), self.quarter, f"{self.year:04}"

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of whole months, both ends in it."""

    first: Month
    last: Month

    @classmethod
    def rolling(cls, last: Month) -> "Period":
        """The twelve months that end with `last`."""
        return cls(last.plus(-11), last)

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read `2026-11`, `2026-Q4`, `2026`, `2026-01..2026-06`, or `12..2026-11` for the twelve months until then.

        Raises:
            ValueError: it is none of them, ends before it begins, or is longer than ten years.
        """
        first, split, last = text.partition("..")
        if split and first == "12":
            return cls.rolling(Month.parse(last))
        if split:
            found = cls(Month.parse(first), Month.parse(last))
        elif "-Q" in text:
            found = _quarter(text)
        elif "-" in text:
            found = cls(Month.parse(text), Month.parse(text))
        else:
            found = cls(Month.parse(f"{text}-01"), Month.parse(f"{text}-12"))
        if not 1 <= found.months <= _LONGEST:
            raise ValueError("not a stretch of months")
        return found

    def __str__(self) -> str:
        if self.first == self.last:
            return str(self.first)
        if self.months == 3 and self.first.quarter == self.last.quarter:
            return self.first.quarter
        if self.months == 12:
            return f"{self.first.year:04}" if self.first.month == 1 else f"12..{self.last}"
        return f"{self.first}..{self.last}"

    @property
    def months(self) -> int:
        """How many months it has."""
        return self.first.until(self.last)

    @property
    def first_day(self) -> date:
        """Its first day."""
        return self.first.first_day

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.last.plus(1).first_day - timedelta(days=1)

    def so_far(self, now: datetime) -> "Period | None":
        """Its months that are over; none where none is."""
        last = min(self.last, Month.of(now).plus(-1))
        return Period(self.first, last) if self.first <= last else None

    @property
    def before(self) -> "Period":
        """As many months as it has, right before it."""
        return Period(self.first.plus(-self.months), self.first.plus(-1))

    def each(self) -> Iterator[Month]:
        """Its months, from the first."""
        return (self.first.plus(number) for number in range(self.months))

    def units(self) -> list[str]:
        """The fewest years, quarters and months that are together this stretch."""
        found: list[str] = []
        at = self.first
        while at <= self.last:
            left = at.until(self.last)
            size = 12 if at.month == 1 and left >= 12 else 3 if at.month % 3 == 1 and left >= 3 else 1
            found.append({1: str(at), 3: at.quarter, 12: f"{at.year:04}"}[size])
            at = at.plus(size)
        return found


def _quarter(text: str) -> Period:
    year, _, number = text.partition("-Q")
    if number not in {"1", "2", "3", "4"}:
        raise ValueError("not a quarter")
    first = Month.parse(f"{year}-{int(number) * 3 - 2:02}")
    return Period(first, first.plus(2))

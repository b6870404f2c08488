"""When centres are closed. None of them has a calendar here: the same is taken for all, and a sign is no verdict.

Closed from eight in the evening to seven in the morning, on Sundays, and on Latvia's public holidays with the days off
that the government moves.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Final

from gateway.days import beginning_of, day_of, end_of
from ui.formats import ZONE

OPENS: Final = time(7)
CLOSES: Final = time(20)
_SUNDAY: Final = 6
_DAY: Final = timedelta(days=1)


def is_closed_on(day: date) -> bool:
    """Whether centres are closed all day."""
    return day.weekday() == _SUNDAY or is_holiday(day)


def is_holiday(day: date) -> bool:
    """Whether it is a public holiday in Latvia, or a day off in its place."""
    return day in _holidays(day.year)


def closed_between(since: datetime, until: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """The times between two instants at which centres are closed: beginning and end, aware UTC, one after another."""
    return tuple(
        (max(begin, since), min(end, until))
        for begin, end in _closed(day_of(since), day_of(until))
        if (begin < until and end > since)
    )


def _closed(first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Each time closed that touches the days from `first` to `last`, nights and days off taken together."""
    begin = beginning_of(first)
    day = first
    while day <= last:
        if not is_closed_on(day):
            yield begin, _at(day, OPENS)
            begin = _at(day, CLOSES)
        day += _DAY
    yield begin, end_of(last)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, ZONE).astimezone(UTC)


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[date]:
    # Loaded when first asked for: it brings the calendars of every country, and one page needs one of them.
    calendar = import_module("holidays").country_holidays("LV", years=year)
    return frozenset(calendar.keys())

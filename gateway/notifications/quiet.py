"""When residents are left in peace: in the evening, at night, and on public holidays, by the clock in Latvia."""

from datetime import UTC, date, datetime, timedelta

from gateway.config import Settings
from gateway.days import day_of
from gateway.visits.calendar import is_holiday
from ui.formats import ZONE

_LONGEST = 31
"""Days looked ahead: no row of holidays is longer."""


def earliest(settings: Settings, at: datetime) -> datetime:
    """The first instant from `at` on, aware UTC, at which something may be sent that nobody waits for.

    Where the clock jumps, the hours on the wall count: the morning begins at the same hour in March and in October.
    """
    begin, end = settings.quiet_hours
    if begin == end:
        return at
    for number in range(_LONGEST):
        day = day_of(at) + timedelta(days=number)
        for first, last in _open_hours(settings, day):
            if at < last:
                return max(at, first)
    return at


def _open_hours(settings: Settings, day: date) -> list[tuple[datetime, datetime]]:
    """The times of a day at which it may be sent, the earlier first."""
    begin, end = settings.quiet_hours
    if is_holiday(day):
        return []
    midnight, next_midnight = _at(day, 0, 0), _at(day + timedelta(days=1), 0, 0)
    falls, rises = _at(day, begin.hour, begin.minute), _at(day, end.hour, end.minute)
    if rises < falls:
        return [(rises, falls)]
    return [(midnight, falls), (rises, next_midnight)]


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)

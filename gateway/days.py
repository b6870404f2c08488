"""Days as people mean them: in Latvia, from the first instant to the last. "Until the 25th" holds all of the 25th.

What is kept is an instant; the end of a day is the instant at which the next one begins.
"""

from datetime import UTC, date, datetime, time, timedelta

from ui.formats import ZONE

_MOMENT = timedelta(microseconds=1)


def beginning_of(day: date) -> datetime:
    """The first instant of a day, aware UTC. Raises `OverflowError` at the ends of the calendar."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The instant at which a day is over, aware UTC. Raises `OverflowError` at the ends of the calendar."""
    return beginning_of(day + timedelta(days=1))


def day_of(at: datetime) -> date:
    """The day on which an instant falls."""
    return at.astimezone(ZONE).date()


def last_day(until: datetime) -> date:
    """The last day on which something holds that ends at an instant."""
    return day_of(until - _MOMENT)

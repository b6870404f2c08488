"""When centres are closed, in Latvia's time."""

from datetime import UTC, date, datetime

import pytest

from gateway.visits.calendar import closed_between, is_closed_on


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 11, 1),  # a Sunday
        date(2026, 11, 18),  # the proclamation of the republic
        date(2026, 4, 3),  # Good Friday
        date(2026, 6, 22),  # a Monday that the government took off
    ],
)
def test_closed_on_sundays_holidays_and_days_that_were_moved(day: date) -> None:
    assert is_closed_on(day)


def test_open_on_an_ordinary_saturday() -> None:
    assert not is_closed_on(date(2026, 11, 7))


def test_a_sunday_and_the_nights_around_it_are_one_time_closed() -> None:
    friday, tuesday = datetime(2026, 11, 6, 10, tzinfo=UTC), datetime(2026, 11, 10, 10, tzinfo=UTC)
    assert closed_between(friday, tuesday) == (
        (datetime(2026, 11, 6, 18, tzinfo=UTC), datetime(2026, 11, 7, 5, tzinfo=UTC)),
        (datetime(2026, 11, 7, 18, tzinfo=UTC), datetime(2026, 11, 9, 5, tzinfo=UTC)),
        (datetime(2026, 11, 9, 18, tzinfo=UTC), datetime(2026, 11, 10, 5, tzinfo=UTC)),
    )


def test_summer_time_moves_the_hour() -> None:
    begin, end = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 2, 12, tzinfo=UTC)
    assert closed_between(begin, end) == ((datetime(2026, 7, 1, 17, tzinfo=UTC), datetime(2026, 7, 2, 4, tzinfo=UTC)),)

"""Days begin and end in Latvia, also where the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.days import beginning_of, day_of, end_of, last_day


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 11, 22), 24), (date(2027, 3, 28), 23), (date(2026, 10, 25), 25)]
)
def test_a_day_is_as_long_as_it_is_in_latvia(day: date, hours: int) -> None:
    assert end_of(day) - beginning_of(day) == timedelta(hours=hours)
    assert day_of(beginning_of(day)) == last_day(end_of(day)) == day


def test_what_ends_at_an_instant_of_a_day_still_holds_on_it() -> None:
    assert last_day(datetime(2026, 11, 22, 14, 45, tzinfo=UTC)) == date(2026, 11, 22)

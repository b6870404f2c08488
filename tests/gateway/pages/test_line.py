"""Assistant, phone and display say where the application stands in the line, until somebody has taken it up."""

import pytest

from tests.gateway.callers import Answer
from tests.gateway.pages.facing import Facing

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
PLACE = "You are number 1 in line"


def says(answer: Answer) -> bool:
    return PLACE in answer.text


def test_the_residents_phone_and_screen_say_it_until_it_is_taken_up(facing: Facing) -> None:
    facing.counter.open(language="en").ask()
    phone, screen = facing.granted(), facing.display()
    assert [says(page) for page in (phone.see(), screen.see("/display"))] == [False, False]
    facing.counter.fill()
    assert [says(page) for page in (phone.see(), screen.see("/display"))] == [True, True]
    facing.counter.begin()
    assert [says(page) for page in (phone.see(), screen.see("/display"))] == [False, False]

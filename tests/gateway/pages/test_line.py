"""Assistant, phone and display say where the application stands in the line, until somebody has taken it up."""

import pytest

from connectors.runner.errors import PortalUnavailableError
from gateway.services import catalogue
from gateway.visits import troubles
from gateway.visits.trouble_tables import WHOLE, TroubleKind
from tests.gateway.answers import Answer
from tests.gateway.pages.facing import Facing
from tests.gateway.visits.counter import BENEFIT

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
PLACE = "Your place in line: 1"


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


def test_of_a_portal_that_is_out_of_order_they_say_that_it_waits_for_that(facing: Facing) -> None:
    counter = facing.counter
    counter.open(language="en").ask()
    phone, screen = facing.granted(), facing.display()
    counter.fill()
    portal = counter.read(lambda conn: catalogue.find(conn, BENEFIT)).portal_id or ""
    away = (portal, WHOLE, TroubleKind.UNWELL, PortalUnavailableError.code, ())
    counter.write(lambda conn: troubles.begin(conn, *away, counter.clock.now()))
    for page in (phone.see(), screen.see("/display")):
        assert "The portal is out of order now" in page.text
        assert not says(page)
    benefit = counter.read(lambda conn: catalogue.find(conn, BENEFIT))
    counter.write(lambda conn: troubles.well(conn, benefit, counter.clock.now()))
    assert [says(page) for page in (phone.see(), screen.see("/display"))] == [True, True]

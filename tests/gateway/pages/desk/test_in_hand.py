"""Of several open visits at one computer the display shows the one in hand, and after its end no other by itself."""

import pytest

from gateway.visits import facing, handing_over
from gateway.visits.facing import Phase
from gateway.visits.tables import Channel
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import ILZE


def shown(desk: Desk) -> tuple[Phase, str | None]:
    """What the display is about."""
    found = desk.read(lambda conn: facing.on_screen(conn, desk.store, desk.display))
    return found.phase, found.view.id if found.view else None


@pytest.fixture
def two(desk: Desk) -> tuple[str, str]:
    """Two open visits at the desk; the second is the one that was opened last."""
    first = desk.open(language="en").visit_id
    return first, desk.open(language="en").visit_id


def test_the_end_of_one_leads_to_its_farewell_and_then_to_nothing(desk: Desk, two: tuple[str, str]) -> None:
    assert shown(desk) == (Phase.VISIT, two[1])
    desk.close()
    assert shown(desk) == (Phase.FAREWELL, two[1])
    desk.clock.move(facing.FAREWELL)
    assert shown(desk) == (Phase.NOTHING, None)


def test_the_other_comes_when_its_page_is_opened(desk: Desk, two: tuple[str, str]) -> None:
    desk.close()
    desk.visit_id = two[0]
    assert desk.look().status == 200
    assert shown(desk) == (Phase.VISIT, two[0])


def test_a_page_that_asks_for_itself_in_another_tab_brings_nothing(desk: Desk, two: tuple[str, str]) -> None:
    desk.visit_id = two[0]
    assert desk.browser.get(desk.path, **{"sec-fetch-dest": "empty"}).status == 200
    assert shown(desk) == (Phase.VISIT, two[1])


def test_one_that_is_ended_from_another_tab_has_its_farewell_too(desk: Desk, two: tuple[str, str]) -> None:
    desk.visit_id = two[0]
    answer = desk.press_button("close", {"ending": "abandoned"})
    assert answer.location == desk.path
    assert shown(desk) == (Phase.FAREWELL, two[0])


def test_a_visit_of_which_a_colleague_elsewhere_takes_over_brings_no_other(desk: Desk, two: tuple[str, str]) -> None:
    berta = a_colleague(desk)
    seen = desk.read(lambda conn: handing_over.one_in_centre(conn, berta, two[1])).seen
    desk.write(
        lambda conn: handing_over.take_over(conn, desk.store, berta, two[1], seen=seen, code=ILZE.code, document="id")
    )
    assert shown(desk) == (Phase.NOTHING, None)


def test_the_page_of_a_visit_that_is_over_says_where_it_is_asked_how_it_went(desk: Desk) -> None:
    desk.open(language="en")
    desk.close()
    assert "The display asks them" in desk.look().text


def test_that_page_speaks_of_no_display_to_whoever_was_elsewhere(desk: Desk) -> None:
    desk.open(language="en", channel=Channel.PHONE)
    desk.close()
    page = desk.look().text
    assert "They answer on their own phone, or later" in page
    assert "The display asks them" not in page

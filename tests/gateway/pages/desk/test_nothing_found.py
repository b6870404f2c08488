"""Where no service fits what somebody says, the assistant sees what is nearest and what to do next."""

from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk


def test_the_assistant_is_told_what_to_do_and_may_take_what_is_nearest(desk: Desk) -> None:
    desk.at(Stage.SERVICE)
    page = desk.press_button("search", {"query": "kosmoss"}).text
    assert "No service was found" in page
    assert "Search with no words to see all services" in page
    assert "say where, when and with which papers it is done" in page
    assert page.index("Written most like it") < page.index('value="lv.civil_registry.birth_registration"')

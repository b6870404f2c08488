"""The keys of the desk: they lead, they never send, they rest while somebody types, and they can be switched off."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.windows import address, go, open_as

__all__ = ["address"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def page(browser: Browser, address: str, desk: Desk) -> Iterator[Page]:
    """The page of a visit in which a service is to be chosen."""
    desk.at(Stage.SERVICE)
    opened = open_as(browser, address, desk.browser).new_page()
    go(opened, address + desk.path)
    yield opened
    opened.context.close()


def test_lead_to_the_search_and_rest_while_somebody_types(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#query")).to_be_focused()
    page.keyboard.type("d/l?n")
    expect(page.locator("#query")).to_have_value("d/l?n")


def test_lead_to_the_next_steps_button_and_press_nothing(page: Page, address: str, desk: Desk) -> None:
    desk.at(Stage.REQUEST)
    go(page, address + desk.path)
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="Ask for the yes")).to_be_focused()
    assert not desk.has_asked()


def test_lead_past_what_a_lost_connection_would_show(page: Page, address: str, desk: Desk) -> None:
    desk.ready()
    go(page, address + desk.path)
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="Fill in the portal’s form")).to_be_focused()


def test_lead_to_the_desk_to_their_list_and_lock(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys", exact=True)).to_be_visible()
    page.keyboard.press("d")
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()
    page.wait_for_load_state("load")  # its scripts listen from then on, a little after it is seen
    page.keyboard.press("l")
    page.wait_for_url(re.compile("/unlock"))


def test_can_be_switched_off_and_on_again(page: Page, address: str, desk: Desk) -> None:
    go(page, f"{address}/keys")
    page.get_by_role("button", name="Switch the keys off").click()
    expect(page.get_by_text("The keys are switched off at this computer.")).to_be_visible()
    go(page, address + desk.path)
    page.keyboard.press("/")
    expect(page.locator("#query")).not_to_be_focused()
    go(page, f"{address}/keys")
    page.get_by_role("button", name="Switch the keys on again").click()
    page.keyboard.press("d")
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()


def test_are_found_from_ones_own_page_and_stay_off_at_a_shared_computer(page: Page, address: str, desk: Desk) -> None:
    go(page, f"{address}/account")
    page.get_by_role("link", name="Keys, and how to switch them off").click()
    page.get_by_role("button", name="Switch the keys off").click()
    page.get_by_role("button", name="Lock").click()
    page.wait_for_url(re.compile("/unlock"))
    token = desk.another_assistant().cookies["pilnvara_staff"]
    page.context.add_cookies([{"name": "pilnvara_staff", "value": token, "url": address}])
    go(page, f"{address}/keys")
    expect(page.get_by_text("The keys are switched off at this computer.")).to_be_visible()


def test_with_another_key_held_are_the_browsers(page: Page) -> None:
    page.keyboard.press("Control+/")
    expect(page.locator("#query")).not_to_be_focused()

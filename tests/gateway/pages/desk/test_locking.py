"""Whoever unlocks goes on at the page that was locked, and at no other."""

import re
from html import unescape

import pytest

from gateway.visits.reading import Stage
from tests.gateway.answers import Answer
from tests.gateway.callers import PASSWORD
from tests.gateway.pages.desk.desk import Desk


@pytest.fixture
def at_service(desk: Desk) -> Desk:
    desk.at(Stage.SERVICE)
    return desk


def lock(desk: Desk, **fields: str) -> Answer:
    """Press the lock of the visit's page."""
    form = re.search(r'<form method="post" action="/lock".*?</form>', desk.look().text, re.DOTALL)
    assert form
    sent = {name: unescape(value) for name, value in re.findall(r'name="(next)" value="([^"]*)"', form[0])}
    return desk.browser.post("/lock", sent | fields)


def test_the_password_leads_back_to_the_page_that_was_locked(at_service: Desk) -> None:
    answer = lock(at_service)
    assert answer.location == f"/unlock?next={at_service.path}"
    page = at_service.browser.get(answer.location)
    assert page.text.count(f'name="next" value="{at_service.path}"') == page.text.count('name="next"') > 0
    at_service.browser.csrf = page.csrf
    assert at_service.browser.post("/unlock", {"password": "wrong", "next": at_service.path}).status == 403
    unlocked = at_service.browser.post("/unlock", {"password": PASSWORD, "next": at_service.path})
    assert unlocked.location == at_service.path


def test_a_page_that_locked_itself_is_gone_back_to_as_well(at_service: Desk) -> None:
    answer = lock(at_service, why="idle")
    assert answer.location == f"/unlock?why=idle&next={at_service.path}"
    assert "It locked itself" in at_service.browser.get(answer.location).text


@pytest.mark.parametrize("elsewhere", ["", "https://other.example/desk", "//other.example", "/\\other.example"])
def test_a_lock_leads_to_no_other_site(at_service: Desk, elsewhere: str) -> None:
    assert lock(at_service, next=elsewhere).location == "/unlock"


def test_somebody_else_at_the_computer_is_not_led_to_the_page(at_service: Desk) -> None:
    lock(at_service)
    at_service.browser.csrf = at_service.browser.get("/unlock").csrf
    answer = at_service.browser.post("/park", {"next": at_service.path})
    assert answer.location == "/sign-in"
    assert at_service.path not in at_service.browser.get(answer.location).text

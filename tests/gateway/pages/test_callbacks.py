"""The pages of calls: number and script for one colleague, by keyboard too; nothing of anybody before or after."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.callbacks.ending import Without
from gateway.feedback.tables import Called
from gateway.people.roles import Role
from tests.gateway.callbacks.owed import NUMBER, calls, given, invitations, owes
from tests.gateway.callers import Caller
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.pages.second_look.conftest import callers, colleague, desk, parts, renderer
from tests.gateway.visits.counter import ILZE
from tests.gateway.windows import address, go, listen, open_as
from tests.wcag import ensure_accessible

__all__ = ["address", "callers", "colleague", "desk", "parts", "renderer"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
HERE = "/callbacks"
CALL = f"{HERE}/call"
FILLED = {"satisfaction": "2", "done": "partly", "clear": "no", "comment": "Rakstīja anna@piemers.example"}


@pytest.fixture
def code(desk: Desk) -> str:
    """Of an invitation whose call waits."""
    return owes(desk)


def test_number_and_script_are_shown_to_whoever_took_it_and_to_nobody_else(
    desk: Desk, code: str, colleague: Caller
) -> None:
    assert NUMBER not in colleague.get(HERE).text
    assert colleague.get(CALL).location == f"{HERE}?said=lapsed"
    assert colleague.post(f"{HERE}/take").location == CALL
    shown = colleague.get(CALL)
    assert NUMBER in shown.text
    assert "Labdien! Mani sauc Berta Otrā" in shown.text, "in the resident's language, whatever the colleague reads"
    assert "Good day! My name is Berta Otrā" in colleague.get(f"{CALL}?in=en").text
    assert ILZE.name not in shown.text
    assert code not in shown.text
    manager = desk.callers.staff(Role.MANAGER)
    assert NUMBER not in manager.get(CALL).text
    assert NUMBER not in colleague.get(HERE).text


def test_an_answer_is_taken_once_and_the_number_is_gone(desk: Desk, code: str, colleague: Caller) -> None:
    colleague.post(f"{HERE}/take")
    missing = colleague.post(f"{CALL}/answer", {"satisfaction": "2"})
    assert missing.status == 422
    assert NUMBER in missing.text
    assert given(desk) == []
    assert colleague.post(f"{CALL}/answer", FILLED).location == f"{HERE}?said=answered"
    (kept,) = given(desk)
    assert (kept.satisfaction, kept.done, kept.clear) == (2, "partly", "no")
    assert "@" not in kept.comment
    assert NUMBER not in colleague.get(CALL).text
    assert colleague.post(f"{CALL}/answer", FILLED).location == f"{HERE}?said=lapsed"
    assert len(given(desk)) == 1


def test_a_form_that_somebody_else_sends_ends_nothing(desk: Desk, code: str, colleague: Caller) -> None:
    colleague.post(f"{HERE}/take")
    for role in (Role.ASSISTANT, Role.MANAGER):
        other = desk.callers.staff(role)
        assert other.post(f"{CALL}/answer", FILLED).location == f"{HERE}?said=lapsed"
        assert other.post(f"{CALL}/end", {"how": Without.NEVER}).location == f"{HERE}?said=lapsed"
    assert given(desk) == []
    assert len(calls(desk)) == 1


def test_whoever_served_is_told_why_they_do_not_call(desk: Desk, code: str) -> None:
    refused = desk.callers.staff(Role.ASSISTANT).post(f"{HERE}/take")
    assert refused.status == 409
    assert "you took part in serving them" in refused.text
    assert NUMBER not in refused.text


def test_a_claim_that_lapsed_takes_no_answer(desk: Desk, code: str, colleague: Caller) -> None:
    colleague.post(f"{HERE}/take")
    desk.clock.move(timedelta(minutes=10))
    colleague.get(HERE)
    desk.clock.move(timedelta(minutes=10))
    colleague.get(HERE)
    desk.clock.move(timedelta(minutes=11))
    assert colleague.post(f"{CALL}/answer", FILLED).location == f"{HERE}?said=lapsed"
    assert given(desk) == []


def test_the_link_itself_takes_no_answer_in_a_browser_of_staff(desk: Desk, code: str, colleague: Caller) -> None:
    colleague.post(f"{HERE}/take")
    assert colleague.get(f"/f/{code}").status == 403
    assert colleague.post(f"/f/{code}", FILLED).status == 403
    assert given(desk) == []


def test_by_keyboard_alone(browser: Browser, address: str, desk: Desk, code: str, colleague: Caller) -> None:
    context = open_as(browser, address, colleague)
    page = context.new_page()
    said = listen(page)
    go(page, address + HERE)
    page.get_by_role("button", name="Take the next call").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your call")
    ensure_accessible(page)
    for question, downs in (("satisfaction", 1), ("done", 0), ("clear", 2)):
        page.locator(f"input[name={question}]").first.focus()
        page.keyboard.press("Space")
        for _ in range(downs):
            page.keyboard.press("ArrowDown")
    _send(page, "Keep the answer and end the call")
    expect(page.get_by_text("The answer is kept.")).to_be_visible()
    (kept,) = given(desk)
    assert (kept.satisfaction, kept.done, kept.clear) == (4, "yes", "no")
    assert invitations(desk)[0].called is Called.REACHED
    assert said == []
    context.close()


def _send(page: Page, button: str) -> None:
    """On with the Tab key to a button, and press it."""
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").strip() == button:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{button} is not reached")

"""The display in a real window: keys type, focus and words follow what changes, and each target is large enough."""

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from delegation.assurance import Route
from gateway.visits.reading import Stage
from tests.browser import attend
from tests.gateway.pages.facing import Facing
from tests.gateway.terminal_key import BROWSER
from tests.gateway.windows import go, serving

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
_SMALL = """(least) => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), summary")]
    .filter((each) => each.checkVisibility() && !each.matches(".govuk-skip-link"))
    .map((each) => [each.textContent.trim(), each.getBoundingClientRect()])
    .filter(([, box]) => box.width < least || box.height < least)
    .map(([words]) => words)"""
_KEYS = """() => Math.min(...[...document.querySelectorAll("[data-keypad] button")]
    .flatMap((each) => [each.offsetWidth, each.offsetHeight]))"""


@pytest.fixture
def asked(known: Facing) -> Facing:
    known.counter.open(language="en").ask(Route.DISPLAY)
    return known


@pytest.fixture(params=[True], ids=["scripts"])
def screen(browser: Browser, asked: Facing, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window on the statement."""
    with socket.create_server(("127.0.0.1", 0)) as listening, serving(asked.app, listening) as address:
        context = browser.new_context(
            viewport={"width": 800, "height": 1280}, user_agent=BROWSER, java_script_enabled=request.param
        )
        context.add_cookies([{"name": "pilnvara_display", "value": "d", "url": address}])
        page = context.new_page()
        page = attend(page) if request.param else page
        go(page, f"{address}/display")
        yield page
        context.close()


def press(page: Page, digits: str) -> None:
    for digit in digits:
        page.locator(f"[data-keypad] button[value='{digit}']").click()


def test_keys_type_and_delete_beside_any_keyboard(screen: Page, asked: Facing) -> None:
    code = screen.locator("#code")
    press(screen, "12")
    code.press("End")
    code.press("3")
    screen.locator("[data-keypad] button[value=delete]").click()
    expect(code).to_have_value("12")
    screen.locator("[data-keypad] button[value=delete]").click(click_count=2)
    expect(code).to_have_value("")
    press(screen, asked.counter.sent_code())
    code.press("Enter")
    expect(screen.get_by_role("heading", level=1)).to_have_text("You gave your permission")
    assert asked.counter.view().stage is Stage.QUESTIONS


def test_digits_can_be_hidden_and_shown(screen: Page) -> None:
    press(screen, "1")
    screen.get_by_role("button", name="Hide the digits").click()
    hidden = "getComputedStyle(document.querySelector('#code')).webkitTextSecurity"
    assert screen.evaluate(hidden) == "disc"
    screen.get_by_role("button", name="Show the digits").click()
    assert screen.evaluate(hidden) == "none"
    expect(screen.locator("#code")).to_have_value("1")


@pytest.mark.parametrize("screen", [False], indirect=True, ids=["no scripts"])
def test_without_scripts_the_same_keys_type(screen: Page, asked: Facing) -> None:
    press(screen, asked.counter.sent_code())
    expect(screen.locator("#code")).to_have_value(asked.counter.sent_code())
    screen.locator("#code").press("Enter")
    expect(screen.get_by_role("heading", level=1)).to_have_text("You gave your permission")


def test_two_switches_are_enough_to_say_yes(screen: Page, asked: Facing) -> None:
    """One moves on, the other presses: no key is a trap, and nothing is out of reach."""
    screen.wait_for_selector("body.js-enabled")
    for digit in asked.counter.sent_code():
        _move_to(screen, f"[data-keypad] button[value='{digit}']")
        screen.keyboard.press("Space")
    expect(screen.locator("#code")).to_have_value(asked.counter.sent_code())
    _move_to(screen, ".app-ways button")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("heading", level=1)).to_have_text("You gave your permission")


def test_focus_goes_to_what_it_says_now_and_that_is_said(screen: Page, asked: Facing) -> None:
    screen.locator("[data-keypad] button[value='1']").focus()
    asked.counter.close()
    heading = screen.get_by_role("heading", level=1)
    expect(heading).to_have_text("Thank you. How were you helped?")
    expect(heading).to_be_focused()
    expect(screen.locator("[data-live-said]")).to_have_text("Thank you. How were you helped?")


@pytest.mark.parametrize("path", ["/display/no", "/display/stop"])
def test_a_question_whether_it_is_meant_goes_with_its_visit(screen: Page, asked: Facing, path: str) -> None:
    counter = asked.counter
    if path == "/display/stop":
        press(screen, counter.sent_code())
        screen.locator("#code").press("Enter")
        expect(screen.get_by_role("heading", level=1)).to_have_text("You gave your permission")
    go(screen, screen.url.replace("/display", path))
    expect(screen.get_by_role("heading", level=1)).to_contain_text("?")
    counter.close()
    expect(screen.get_by_role("heading", level=1)).to_have_text("Thank you. How were you helped?")


@pytest.mark.parametrize("width", [600, 800, 1280])
def test_each_target_is_large_enough_for_a_finger(screen: Page, asked: Facing, width: int) -> None:
    screen.set_viewport_size({"width": width, "height": 800})
    assert screen.evaluate(_SMALL, 44) == []
    assert screen.evaluate(_KEYS) >= 60
    asked.counter.close()
    expect(screen.locator("[name=rating]")).to_have_count(5)
    assert screen.evaluate(_SMALL, 44) == []
    assert screen.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _move_to(page: Page, target: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(target) => document.activeElement.matches(target)", target):
            return
    raise AssertionError(f"Tab does not reach {target}")

"""Pages of endings in a real browser: they come by themselves, break no policy and pass axe, narrow and wide."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from gateway.visits.tables import Ending
from gateway.visits.view import Stage
from tests.flow.endings.conftest import ON_SQLITE
from tests.flow.endings.counter import Case, Counter
from tests.flow.endings.window import WAIT_SECONDS, Window
from tests.gateway.windows import go, listen
from tests.wcag import ensure_accessible

pytestmark = ON_SQLITE


def same(browser: Browser, window: Window) -> BrowserContext:
    """A real browser with the cookies of `window`."""
    context = browser.new_context(locale="lv-LV", user_agent=window.name)
    context.set_default_timeout(WAIT_SECONDS * 1000)
    context.add_cookies([{"name": name, "value": value, "url": window.url} for name, value in window.cookies.items()])
    return context


def stopped(counter: Counter) -> Case:
    case = counter.visit().read_back()
    case.phone.stop()
    return case


def refused_by_the_portal(counter: Counter) -> Case:
    counter.stack.switch("refuses_values", at="step")
    case = counter.visit().answered()
    case.wait_for(Stage.QUESTIONS)
    return case


def form_changed(counter: Counter) -> Case:
    counter.stack.switch("form_changed")
    case = counter.visit().answered()
    case.wait_for(Stage.FAILED)
    return case


def for_a_person(counter: Counter) -> Case:
    case = counter.visit().read_back()
    counter.stack.switch("resets_final")
    case.phone.approve(case.resident)
    case.wait_for(Stage.NEEDS_HUMAN)
    return case


@pytest.mark.parametrize("come", [stopped, refused_by_the_portal, form_changed, for_a_person])
def test_an_ending_is_told_accessibly_to_both(browser: Browser, counter: Counter, come: Callable[..., Case]) -> None:
    case = come(counter)
    for window, path in ((case.desk, f"/desk/visits/{case.visit_id}"), (case.phone, "/approve")):
        context = same(browser, window)
        page = context.new_page()
        said = listen(page)
        go(page, f"{case.counter.stack.url}{path}")
        ensure_accessible(page)
        assert said == []
        context.close()


def test_a_stop_on_the_phone_comes_to_the_desk_by_itself(browser: Browser, counter: Counter) -> None:
    case = counter.visit().read_back()
    context = same(browser, case.desk)
    page = context.new_page()
    go(page, f"{counter.stack.url}/desk/visits/{case.visit_id}")
    expect(page.locator("#all-controls").first).to_be_attached()
    case.phone.stop()
    expect(page.locator(f"a[href$='{case.visit_id}?panel=again']")).to_be_visible(timeout=WAIT_SECONDS * 1000)
    context.close()
    case.ends(Ending.STOPPED)
    assert case.counted == (0, 0)

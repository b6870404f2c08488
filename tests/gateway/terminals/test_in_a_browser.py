"""A terminal's key in a real browser: made at enrolment, proven by itself, of no use to whoever copies the cookies."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from audit.events import EventName
from gateway.people.proven import GRACE
from tests.browser import attend
from tests.gateway.callers import PASSWORD, Callers
from tests.gateway.terminals.serving import Served, at_its_own_address
from tests.wcag import ensure_accessible

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
_COPY_KEY = """async () => {
  const open = indexedDB.open("pilnvara-terminal");
  const base = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const all = base.transaction("keys").objectStore("keys").getAll();
  const [keys] = await new Promise((done) => { all.onsuccess = () => done(all.result); });
  base.close();
  const said = [];
  for (const form of ["jwk", "pkcs8", "raw"]) {
    said.push(await crypto.subtle.exportKey(form, keys.privateKey).then(() => "given away", (error) => error.name));
  }
  return [keys.privateKey.extractable, ...said];
}"""


@pytest.fixture
def served(callers: Callers) -> Iterator[Served]:
    with at_its_own_address(callers) as found:
        yield found


@pytest.fixture
def terminal(browser: Browser, served: Served) -> Iterator[Page]:
    """The counter's computer, enrolled and signed in."""
    context = browser.new_context(locale="en-GB")
    page = served.enrol(context)
    served.sign_in(page)
    yield page
    context.close()


def give(context: BrowserContext, page: Page, served: Served, *, only: str = "pilnvara_") -> None:
    """Copy what a browser carries to the gateway into another one: all of it, or what has a name."""
    for each in page.context.cookies(served.address):
        if each["name"].startswith(only):
            context.add_cookies([{"name": each["name"], "value": each["value"], "url": served.address}])


def copied(browser: Browser, page: Page, served: Served, *, name: str | None = None) -> Page:
    """Another browser with all cookies of this one, on a page of the desk; it may call itself otherwise."""
    context = browser.new_context(locale="en-GB", user_agent=name)
    give(context, page, served)
    thief = context.new_page()
    thief.goto(f"{served.address}/account")
    return thief


def test_its_key_cannot_be_read_out(terminal: Page) -> None:
    assert terminal.evaluate(_COPY_KEY) == [False, "InvalidAccessError", "InvalidAccessError", "InvalidAccessError"]


def test_cookies_copied_elsewhere_open_nothing(browser: Browser, terminal: Page, served: Served) -> None:
    thief = copied(browser, terminal, served, name="another browser")
    expect(thief.locator("[data-terminal-problem=missing]")).to_be_visible()
    assert "Anna" not in thief.content()
    ensure_accessible(thief, (320, 1280))
    terminal.goto(f"{served.address}/account")
    expect(terminal.locator("main").get_by_text("Anna Paraudziņa").first).to_be_visible()
    assert served.reasons(EventName.STAFF_SESSION_REFUSED) == ["other_connection"]
    thief.context.close()


def test_cookies_copied_to_a_browser_like_it_die_within_the_minute(
    browser: Browser, terminal: Page, served: Served
) -> None:
    thief = copied(browser, terminal, served)
    expect(thief.locator("main").get_by_text("Anna Paraudziņa").first).to_be_visible()
    terminal.evaluate("localStorage.removeItem('pilnvara.proven')")  # a minute is over
    with terminal.expect_response("**/terminal/prove") as proved:
        terminal.reload()
    assert proved.value.status == 204
    served.callers.clock.move(GRACE)
    thief.reload()
    expect(thief.locator("[data-terminal-problem=missing]")).to_be_visible()
    assert "Anna" not in thief.content()
    terminal.reload()
    assert served.reasons(EventName.STAFF_SESSION_REFUSED) == ["old_proof"]
    thief.context.close()


def test_it_comes_back_by_itself_after_a_pause(terminal: Page, served: Served) -> None:
    terminal.goto("about:blank")
    served.callers.clock.move(served.callers.parts.settings.terminal_proof * 5)
    terminal.goto(f"{served.address}/account?from=pause")
    expect(terminal.locator("main").get_by_text("Anna Paraudziņa").first).to_be_visible()
    assert terminal.url.endswith("/account?from=pause")
    assert served.reasons(EventName.TERMINAL_PROOF_REFUSED) == []


def test_a_form_filled_in_over_a_pause_is_sent(terminal: Page, served: Served) -> None:
    terminal.goto(f"{served.address}/desk")
    terminal.wait_for_function("localStorage.getItem('pilnvara.proven') !== null")
    served.callers.clock.move(served.callers.parts.settings.terminal_proof * 5)
    terminal.evaluate("localStorage.setItem('pilnvara.proven', String(Date.now() - 300_000))")
    terminal.locator("input[name=channel]").first.check()
    terminal.locator("input[name=language]").first.check()
    terminal.locator("form[action$='/desk/visits'] button").first.click()
    terminal.wait_for_url("**/desk/visits/*")


def test_it_unlocks_with_its_key(terminal: Page, served: Served) -> None:
    terminal.locator("form[action='/lock'] button").click()
    terminal.wait_for_url(re.compile("/unlock"))
    terminal.locator("#password").fill(PASSWORD)
    terminal.locator("form[action='/unlock'] button").click()
    terminal.wait_for_url(lambda url: "/unlock" not in url)
    assert served.reasons(EventName.TERMINAL_PROOF_REFUSED) == []


def test_without_scripts_the_sign_in_says_what_is_missing(browser: Browser, terminal: Page, served: Served) -> None:
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    give(context, terminal, served, only="pilnvara_terminal")
    page = context.new_page()
    page.goto(f"{served.address}/sign-in")
    expect(page.get_by_text("The key needs JavaScript")).to_be_visible()
    context.close()


def test_whoever_left_it_to_somebody_else_comes_back_by_name_and_password(terminal: Page, served: Served) -> None:
    terminal.locator("form[action='/park'] button").click()
    terminal.wait_for_url("**/sign-in")
    ensure_accessible(terminal, (320, 1280))
    terminal.locator("form[action='/sign-in/back'] button").click()
    terminal.wait_for_url(re.compile("/unlock"))
    terminal.locator("#password").fill(PASSWORD)
    terminal.locator("form[action='/unlock'] button").click()
    terminal.wait_for_url(lambda url: "/unlock" not in url)
    terminal.goto(f"{served.address}/account")
    expect(terminal.locator("main").get_by_text("Anna Paraudziņa").first).to_be_visible()
    assert served.reasons(EventName.TERMINAL_PROOF_REFUSED) == []


def test_a_display_proves_itself_and_its_copied_cookies_show_nothing(browser: Browser, served: Served) -> None:
    screen = browser.new_context(locale="en-GB")
    page = attend(screen.new_page())
    page.goto(f"{served.address}/display/enrol")
    page.locator("#code").fill(served.display_code())
    page.get_by_role("button", name="Enrol").click()
    with page.expect_response("**/display/prove") as proved:
        page.wait_for_url("**/display")
    assert proved.value.status == 204
    expect(page.get_by_role("heading", name="This screen waits for a computer")).to_be_visible()
    served.callers.clock.move(served.callers.parts.settings.terminal_proof * 5)
    page.goto(f"{served.address}/display")
    expect(page.get_by_role("heading", name="This screen waits for a computer")).to_be_visible()
    thief = browser.new_context(locale="en-GB", user_agent="another browser")
    give(thief, page, served)
    stolen = thief.new_page()
    stolen.goto(f"{served.address}/display")
    expect(stolen.locator("[data-terminal-problem=missing]")).to_be_visible()
    assert "Screen 7" not in stolen.content()
    assert served.reasons(EventName.DISPLAY_REFUSED) == ["other_connection"]
    thief.close()
    screen.close()

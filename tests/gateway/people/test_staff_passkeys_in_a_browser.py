"""Staff at an enrolled computer in a real browser, with Chromium's virtual security keys."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.people.staff import Created
from gateway.people.staff_passkeys import FRESH
from tests.gateway.people.staff_keys import an_assistant
from tests.gateway.security_keys import SecurityKeys
from tests.gateway.terminals.serving import Served
from tests.gateway.terminals.test_in_a_browser import served
from tests.gateway.windows import listen
from tests.wcag import ensure_accessible

__all__ = ["served"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
EXPECTED = ("status of", "Clear-Site-Data")
PICTURES = os.environ.get("PILNVARA_TEST_PICTURES")


@dataclass
class Counter:
    """A terminal's browser, and the security keys that people hold to the computer."""

    page: Page
    served: Served
    keys: SecurityKeys
    said: list[str]

    def open(self, path: str) -> None:
        self.page.goto(self.served.address + path)
        self.page.wait_for_selector("body.app-has-passkeys")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def look(self, state: str) -> None:
        ensure_accessible(self.page, (320, 1280))
        if PICTURES:
            self.page.screenshot(path=str(Path(PICTURES) / f"staff-passkey-{state}.png"), full_page=True)

    def add(self, account: Created, login: str, key: str, name: str) -> None:
        """Somebody signs in with password and code, adds a key and locks nothing."""
        self.served.come_in(self.page, account, login)
        self.page.wait_for_url("**/desk")
        self.open("/account/passkeys")
        self.keys.touch(key)
        self.page.get_by_label("What do you call it?").fill(name)
        self.press("Add a passkey")
        expect(self.page.get_by_text("The passkey was added.")).to_be_visible()


@pytest.fixture
def counter(browser: Browser, served: Served) -> Iterator[Counter]:
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "pilnvara_lang", "value": "en", "url": served.address}])
    page = served.enrol(context)
    said = listen(page)
    yield Counter(page, served, SecurityKeys(context, page, 2), said)
    context.close()


def test_a_key_is_added_and_opens_the_desk_in_one_step(counter: Counter, served: Served) -> None:
    page, key = counter.page, counter.keys.names[0]
    berta = an_assistant(served.callers)
    served.come_in(page, berta, "berta")
    expect(page.get_by_text("Berta Otrā")).to_be_visible()
    counter.open("/account/passkeys")
    counter.look("none")
    counter.keys.touch(key, known=False)
    counter.press("Add a passkey")
    expect(page.locator("[data-passkey-problem]:visible")).to_have_count(1)
    counter.keys.touch(key)
    page.get_by_label("What do you call it?").fill("Blue key")
    counter.press("Add a passkey")
    expect(page.get_by_text("The passkey was added.")).to_be_visible()
    expect(page.get_by_role("heading", name="Blue key")).to_be_visible()
    counter.look("one")
    served.callers.clock.move(FRESH + timedelta(seconds=1))
    counter.open("/account/passkeys")
    counter.press("Confirm with a passkey")
    expect(page.get_by_role("button", name="Remove: Blue key")).to_be_visible()

    counter.press("Sign out")
    page.wait_for_url("**/sign-in")
    counter.open("/sign-in?next=/desk")
    counter.look("sign-in")
    counter.keys.touch(key, known=False)
    counter.press("Sign in with a passkey")
    expect(page.get_by_text("You cancelled it, or there was no passkey")).to_be_visible()
    counter.look("cancelled")
    counter.keys.touch(key)
    counter.press("Sign in with a passkey")
    page.wait_for_url("**/desk")

    counter.press("Lock")
    page.wait_for_url(re.compile("/unlock"))
    page.wait_for_selector("body.app-has-passkeys")
    counter.look("locked")
    counter.press("Unlock with a passkey")
    page.wait_for_url(lambda address: "/unlock" not in address)
    expect(page.get_by_text("Berta Otrā")).to_be_visible()
    assert [line for line in counter.said if not any(known in line for known in EXPECTED)] == []


def test_whoevers_key_is_held_to_a_locked_terminal_decides_who_goes_on(counter: Counter, served: Served) -> None:
    page, (bertas, ciemas) = counter.page, counter.keys.names
    berta, ciema = an_assistant(served.callers), an_assistant(served.callers, "ciema", "Ciema Trešā")
    counter.add(ciema, "ciema", ciemas, "Green key")
    counter.press("Sign out")
    page.wait_for_url("**/sign-in")
    counter.add(berta, "berta", bertas, "Blue key")
    for key, name in ((ciemas, "Ciema Trešā"), (bertas, "Berta Otrā")):
        counter.press("Lock")
        page.wait_for_url(re.compile("/unlock"))
        page.wait_for_selector("body.app-has-passkeys")
        counter.keys.touch(key)
        counter.press("Unlock with a passkey")
        page.wait_for_url(lambda address: "/unlock" not in address)
        expect(page.get_by_text(name)).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Ciema Trešā")).to_have_count(0)


def test_without_scripts_the_page_says_that_password_and_code_remain(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{served.address}/sign-in")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)
    expect(page.get_by_text("Here you sign in with password and code")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    context.close()

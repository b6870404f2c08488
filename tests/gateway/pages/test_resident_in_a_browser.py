"""Phone and display in a real browser: they follow the visit by themselves, and hold together without scripts.

What they look like in every state is seen in `tests/states`.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from delegation.readback import Attachment, Item, ReadBack
from tests.browser import attend
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.terminal_key import BROWSER
from tests.gateway.visits.counter import BENEFIT, QUEUE
from tests.gateway.visits.test_setting_aside import set_aside, take_up
from tests.gateway.windows import go, listen, serving

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

FULL = ReadBack(
    items=(
        Item("dati", "darbiba", "Darbība", "radio", "pieprasit", "Pieprasīt slimības pabalstu"),
        Item("dati", "lapa", "Darbnespējas lapa B", "select", "B-1", "Nr. B-26-00001-1 (02.11.2026.–12.11.2026.)"),
        Item("dati", "konts", "Konta numurs (IBAN)", "text", "LV78PARA0000000000001", "LV78PARA0000000000001"),
        Item("dati", "epasts", "E-pasts", "email", "", ""),
        Item("parskats", "", "Darbība", "shown", "Pieprasīt slimības pabalstu", "Pieprasīt slimības pabalstu"),
        Item("parskats", "", "Periods", "shown", "02.11.2026.–12.11.2026.", "02.11.2026.–12.11.2026."),
        Item("parskats", "", "Konta numurs (IBAN)", "shown", "LV78PARA0000000000001", "LV78PARA0000000000001"),
        Item("parskats", "csrf", "", "hidden", "abc", ""),
        Item("parskats", "melnraksts", "", "hidden", "d-1", ""),
        Item("parskats", "versija", "", "hidden", "7", ""),
    ),
    attachments=(Attachment("izzina", "izzina-no-darba-devēja.pdf", "ab" * 32, 182_000),),
    fee="0,00 EUR",
    language="lv",
)


@pytest.fixture
def address(facing: Facing) -> Iterator[str]:
    """The gateway over HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as listening, serving(facing.app, listening) as found:
        yield found


@dataclass
class Watcher:
    """A browser window that looks at one caller's pages."""

    page: Page
    address: str
    caller: Phone
    said: list[str]
    widths: tuple[int, ...]
    name: str

    @classmethod
    def of(
        cls, browser: Browser, address: str, caller: Phone, name: str, widths: tuple[int, ...], *, scripts: bool = True
    ) -> "Watcher":
        context = browser.new_context(
            viewport={"width": widths[-1], "height": 844}, java_script_enabled=scripts, user_agent=BROWSER
        )
        page = attend(context.new_page())
        return cls(page, address, caller, listen(page), widths, name)

    def go(self, path: str) -> None:
        pairs = self.caller.cookies.items()
        self.page.context.add_cookies([{"name": key, "value": value, "url": self.address} for key, value in pairs])
        go(self.page, self.address + path)

    def close(self) -> None:
        self.page.context.close()
        assert [line for line in self.said if "the server responded with a status of" not in line] == []


def test_the_phone_follows_by_itself_and_what_is_typed_stays(browser: Browser, address: str, facing: Facing) -> None:
    counter = facing.counter
    counter.open().ask()
    phone = facing.entered()
    phone.see()
    see = Watcher.of(browser, address, phone, "phone", (390,))
    see.go("/approve")
    see.page.wait_for_selector("body.js-enabled")
    see.page.locator("#number").fill("7")
    wrong = "10" if counter.invitation().match_number != "10" else "11"
    with see.page.expect_response("**/approve") as looked:
        phone.send("/approve/number", number=wrong)
    looked.value.finished()
    expect(see.page.locator("#number")).to_have_value("7")
    phone.send("/approve/number", number=counter.invitation().match_number)
    expect(see.page.locator(".app-statement")).to_be_visible()
    facing.approve(phone)
    see.go("/approve")
    counter.fill()
    expect(see.page.locator(".app-waiting")).to_be_visible()
    counter.prepare(FULL)
    expect(see.page.get_by_text("LV78PARA0000000000001").first).to_be_visible()
    counter.close()
    expect(see.page.locator('a[href*="/f/"]')).to_be_visible()
    expect(see.page.get_by_text("LV78PARA0000000000001")).to_have_count(0)
    see.close()


def test_the_phone_goes_on_by_itself_when_a_visit_set_aside_is_taken_up(
    browser: Browser, address: str, facing: Facing
) -> None:
    counter = facing.counter
    counter.open_several(BENEFIT, QUEUE).ask(another_day=True)
    phone = facing.granted()
    see = Watcher.of(browser, address, phone, "phone", (390,))
    see.go("/approve")
    title = see.page.get_by_role("heading", level=1)
    expect(title).to_have_text("Jūs devāt atļauju")
    set_aside(counter)
    expect(title).to_have_text("Atlikušais gaida citu dienu")
    assert take_up(counter)
    expect(title).to_have_text("Jūs devāt atļauju")
    see.close()


def test_the_display_goes_blank_by_itself(browser: Browser, address: str, facing: Facing) -> None:
    counter = facing.counter
    see = Watcher.of(browser, address, facing.display(), "display", (1280,))
    see.go("/display")
    expect(see.page.locator(".app-calm")).to_be_visible()
    counter.open().ask()
    expect(see.page.locator(".app-qr")).to_be_visible()
    counter.close()
    expect(see.page.locator(".app-code")).to_have_count(0)
    see.close()


def test_the_phone_works_without_scripts(browser: Browser, address: str, facing: Facing) -> None:
    counter = facing.counter
    counter.open().ask()
    see = Watcher.of(browser, address, facing.phone(), "phone", (390,), scripts=False)
    see.go("/a")
    see.page.locator("#code").fill(counter.invitation().code)
    see.page.locator("main button").click()
    see.page.locator("#number").fill(counter.invitation().match_number)
    see.page.locator("main button").click()
    expect(see.page.locator(".app-statement")).to_be_visible()
    see.page.locator(".app-stop a").first.click()
    see.page.locator("main button").click()
    assert counter.view().stage.value == "refused"
    see.close()

"""Phone, display and audit in a real browser, in every state: WCAG 2.2 AA by axe, nothing cut off, no policy broken.

`PILNVARA_TEST_PICTURES=folder` keeps a picture of each.
"""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from delegation.assurance import Route
from delegation.readback import Attachment, Item, ReadBack
from gateway.ledger.sequencer import sequence
from gateway.people import residents
from gateway.visits import approvals, confirming
from tests.gateway.pages.audit.test_audit import auditor
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.counter import BENEFIT, ILZE, QUEUE
from tests.gateway.visits.played import declined, filed, unknown
from tests.gateway.visits.test_setting_aside import set_aside, take_up
from tests.gateway.windows import go, listen, serving
from tests.wcag import ensure_accessible

__all__ = ["auditor"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
PICTURES = os.environ.get("PILNVARA_TEST_PICTURES")

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
        context = browser.new_context(viewport={"width": widths[-1], "height": 844}, java_script_enabled=scripts)
        page = context.new_page()
        return cls(page, address, caller, listen(page), widths, name)

    def go(self, path: str) -> None:
        pairs = self.caller.cookies.items()
        self.page.context.add_cookies([{"name": key, "value": value, "url": self.address} for key, value in pairs])
        go(self.page, self.address + path)

    def look(self, state: str, path: str) -> None:
        """Open a page and hold it to everything that is asked of pages."""
        self.go(path)
        ensure_accessible(self.page, self.widths)
        if PICTURES:
            self.page.set_viewport_size({"width": self.widths[-1], "height": 844})
            self.page.screenshot(path=str(Path(PICTURES) / f"{self.name}-{state}.png"), full_page=True)
        self.page.goto("about:blank")  # else the page follows the next step by itself while the next state is opened

    def close(self) -> None:
        self.page.context.close()
        assert [line for line in self.said if "the server responded with a status of" not in line] == []


def aside(work: Callable[[], object]) -> None:
    """Run something with an event loop of its own, beside the browser's."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_the_phone_in_every_state(browser: Browser, address: str, facing: Facing) -> None:
    counter = facing.counter
    phone = facing.phone()
    see = Watcher.of(browser, address, phone, "phone", (320, 390))
    see.look("code", "/a")
    see.look("stop-ways", "/stop")
    counter.open().ask()
    see.look("link", f"/a/{counter.invitation().link}")
    facing.entered(phone)
    see.look("number", "/approve")
    counter.write(
        lambda conn: approvals.renew_invitation(
            conn, counter.store, counter.by, counter.visit_id, counter.approval().id
        )
    )
    see.look("code-again", "/approve")
    facing.matched(phone)
    see.look("statement", "/approve")
    see.look("refuse", "/approve/refuse")
    facing.approve(phone)
    see.look("granted", "/approve")
    see.look("stop", "/approve/stop")
    counter.fill()
    see.look("filling", "/approve")
    counter.prepare(FULL)
    see.look("readback", "/approve")
    see.look("refuse-permit", "/approve/refuse")
    new = facing.matched()
    see_new = Watcher.of(browser, address, new, "phone", (320, 390))
    see_new.look("recognise", "/approve")
    see_new.close()
    facing.approve(phone)
    see.look("sending", "/approve")
    counter.press()
    phone.see("/approve/stop")
    phone.send("/approve/stop")
    see.look("stop-too-late", "/approve/stop")
    counter.answer(filed(counter.clock.now()))
    see.look("filed", "/approve")
    counter.close()
    see.look("closed", "/approve")
    see.look("sign-in-refused", "/approve/return?state=used")
    see.close()


def test_the_phone_after_each_ending(browser: Browser, address: str, facing: Facing) -> None:
    counter = facing.counter

    def asked() -> Watcher:
        counter.open().ask()
        return Watcher.of(browser, address, facing.matched(), "phone", (320, 390))

    def sent() -> Watcher:
        see = asked()
        facing.approve(see.caller)
        counter.fill()
        counter.prepare(FULL)
        facing.approve(see.caller)
        counter.press()
        return see

    see = asked()
    see.caller.see("/approve/refuse")
    see.caller.send("/approve/refuse", approval=counter.approval().id)
    see.look("refused", "/approve")
    see.close()
    counter.close()
    see = asked()
    counter.clock.move(counter.store.settings.approval_lapse)
    counter.write(lambda conn: confirming.lapse(conn, counter.store, counter.approval().id))
    see.look("lapsed", "/approve")
    see.close()
    counter.close()
    see = sent()
    counter.answer(declined(counter.clock.now()))
    see.look("declined", "/approve")
    see.caller.see("/approve/stop")
    see.caller.send("/approve/stop")
    assert counter.view().stage.value == "stopped"
    see.look("stopped", "/approve")
    see.close()
    counter.close()
    see = sent()
    counter.answer(unknown(counter.clock.now()))
    see.look("looking-up", "/approve")
    see.close()


def test_the_display_in_every_state(browser: Browser, address: str, facing: Facing) -> None:
    counter = facing.counter
    counter.knows(residents.Profile(name=ILZE.name, code=ILZE.code, phone="+37120000001"))
    screen = facing.display()
    see = Watcher.of(browser, address, screen, "display", (800, 1280))
    see.look("blank", "/display")
    counter.open().ask()
    see.look("invite", "/display")
    facing.entered()
    see.look("number", "/display")
    see.look("no", "/display/no")
    screen.see("/display/no")
    screen.send("/display/no", approval=counter.approval().id)
    see.look("refused", "/display")
    counter.close()
    see.look("farewell", "/display")
    counter.open()
    see.look("greeting", "/display")
    counter.ask(Route.DISPLAY)
    see.look("statement", "/display")
    screen.see("/display")
    screen.send("/display/yes", approval=counter.approval().id, code=counter.sent_code())
    counter.fill()
    see.look("progress", "/display")
    see.look("stop", "/display/stop")
    counter.prepare(FULL)
    see.look("readback", "/display")
    screen.see("/display")
    screen.send("/display/yes", approval=counter.approval().id, code=counter.sent_code())
    see.look("sending", "/display")
    counter.press()
    counter.answer(filed(counter.clock.now()))
    see.look("filed", "/display")
    see.close()


def test_the_audit_pages(browser: Browser, address: str, facing: Facing, auditor: Phone) -> None:
    counter = facing.counter
    see = Watcher.of(browser, address, auditor, "audit", (320, 1280))
    see.look("empty", "/audit")
    counter.open().grant()
    counter.fill()
    counter.prepare(FULL)
    counter.sign_in()
    counter.press()
    counter.answer(filed(counter.clock.now()))
    counter.close()
    first = counter.visit_id
    counter.open()

    async def publish() -> None:
        await sequence(counter.store.database)
        await counter.store.publisher.publish()

    aside(lambda: asyncio.run(publish()))
    auditor.see("/audit")
    auditor.send("/audit/verify")
    see.look("visits", "/audit")
    see.look("reason", f"/audit/visits/{first}")
    auditor.see(f"/audit/visits/{first}")
    auditor.send(f"/audit/visits/{first}", reason="routine")
    see.look("visit", f"/audit/visits/{first}")
    see.close()


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

"""A passkey in a real browser, with Chromium's virtual authenticator: added, and used in place of a second sign-in."""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from delegation.assurance import Route
from gateway.parts import Parts
from gateway.visits.reading import Stage
from tests.gateway.pages.facing import Facing
from tests.gateway.pages.test_resident_in_a_browser import FULL
from tests.gateway.visits.counter import Counter
from tests.gateway.windows import address_of, go, serving
from tests.wcag import ensure_accessible

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
PICTURES = os.environ.get("PILNVARA_TEST_PICTURES")


@dataclass
class Served:
    """A gateway whose public address is the one that it listens at: origins are compared exactly."""

    facing: Facing
    address: str


@pytest.fixture
def served(counter: Counter) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        store = counter.store
        settings = replace(store.settings, public_url=address_of(listening))
        counter.store = Parts(settings, store.database, store.clock, store.sealer, store.keys, store.renderer)
        facing = Facing.at(counter)
        with serving(facing.app, listening) as address:
            yield Served(facing, address)


@dataclass
class Window:
    """A phone's browser with a passkey authenticator in it."""

    page: Page
    address: str
    cdp: CDPSession
    authenticator: str
    said: list[str]

    @classmethod
    def of(cls, browser: Browser, address: str, cookies: dict[str, str]) -> "Window":
        context = browser.new_context(viewport={"width": 390, "height": 844})
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda line: said.append(line.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        cdp = context.new_cdp_session(page)
        cdp.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made: dict[str, Any] = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return cls(page, address, cdp, made["authenticatorId"], said)

    def go(self, path: str) -> None:
        go(self.page, self.address + path)
        self.page.wait_for_selector("body.app-has-passkeys")

    def finger(self, *, known: bool) -> None:
        """Whether the next touch is its holder's."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.authenticator, "isUserVerified": known})

    def look(self, state: str) -> None:
        ensure_accessible(self.page, (320, 1280, 390))
        if PICTURES:
            self.page.screenshot(path=str(Path(PICTURES) / f"passkey-{state}.png"), full_page=True)


def test_a_passkey_is_added_and_approves_what_is_sent(browser: Browser, served: Served) -> None:
    facing, counter = served.facing, served.facing.counter
    counter.open(language="en").ask(Route.PHONE)
    phone = facing.granted()
    window = Window.of(browser, served.address, phone.cookies)
    page = window.page

    window.go("/approve")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_selector("body.app-has-passkeys")
    expect(page.locator("[data-passkey-problem]:visible")).to_have_count(0)
    window.look("new")
    window.finger(known=False)
    page.locator("#passkey button").click()
    expect(page.get_by_text("You cancelled it. Nothing was added.")).to_be_visible()
    expect(page.locator("[data-passkey-problem]:visible")).to_have_count(1)
    window.look("cancelled")
    window.finger(known=True)
    page.locator("#passkey button").click()
    expect(page.get_by_role("heading", name="The passkey was added")).to_be_visible()
    window.look("added")

    counter.fill()
    counter.prepare(FULL)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Approve by signing in and send")).to_be_visible()
    window.look("readback")
    window.finger(known=False)
    page.locator("#passkey button").click()
    expect(page.get_by_text("You cancelled it, or this phone has no passkey")).to_be_visible()
    assert counter.view().stage is Stage.PERMIT
    window.finger(known=True)
    page.get_by_role("button", name="Approve with a passkey and send").click()
    expect(page.get_by_role("button", name="Approve with a passkey and send")).to_have_count(0)
    assert counter.view().stage is Stage.SENDING
    assert counter.press().allowed
    page.context.close()
    assert [line for line in window.said if "the server responded with a status of" not in line] == []

"""A tab that goes back, in a browser that keeps the pages it has left; and the product without what hides them."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Connection, update

from gateway.pages import account, guest, rendering
from gateway.pages.desk import steps
from gateway.people import sign_in
from gateway.people.access import StaffSession
from gateway.people.tables import Session
from gateway.web import headers
from gateway.web.redirects import see_other
from tests.gateway.callers import Caller
from tests.gateway.terminal_key import BROWSER
from tests.gateway.windows import go
from ui.environment import Renderer

_IN_SIGHT = "(document.body?.innerText || '')"


class Protection(StrEnum):
    """What keeps a page that was left from being shown again."""

    NO_STORE = "no-store"
    NEW_COOKIE = "a new cookie at the lock"
    TURN = "another mark with each page"
    GUARD = "the guard"
    CLEARING = "the cache is cleared"
    """By what answers a POST. It takes away what was left before; the page that sent the form is left only then."""


@dataclass
class Window:
    """One tab, and what its pages showed at the instant they were brought back."""

    context: BrowserContext
    page: Page
    address: str
    brought_back: list[str]

    @classmethod
    def of(cls, browser: Browser, address: str, caller: Caller, *, scripts: bool) -> "Window":
        context = browser.new_context(java_script_enabled=scripts, user_agent=BROWSER)
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in caller.cookies.items()])
        context.add_init_script(f"addEventListener('pageshow', e => e.persisted && console.log('back:' + {_IN_SIGHT}))")
        page, said = context.new_page(), []
        page.on("console", lambda line: said.append(line.text) if line.text.startswith("back:") else None)
        return cls(context, page, address, said)

    def go(self, path: str) -> None:
        go(self.page, self.address + path)

    def go_back(self) -> None:
        self.page.go_back(wait_until="commit")

    def see(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def ensure_hidden(self, text: str) -> None:
        """Nothing of it is shown, nor was for an instant when a page was brought back."""
        expect(self.page.locator("body")).not_to_contain_text(text, use_inner_text=True)
        assert [each for each in self.brought_back if text in each] == []


def take_out(patch: pytest.MonkeyPatch, *protections: Protection) -> None:
    """The product without these protections."""
    for each in protections:
        match each:
            case Protection.NO_STORE:
                _answer_as_if_cacheable(patch)
            case Protection.NEW_COOKIE:
                _lock_in_place(patch)
            case Protection.TURN:
                patch.setattr(rendering, "_turned", lambda *_given: [])
            case Protection.CLEARING:
                for module in (account, guest, steps):
                    patch.setattr(
                        module, "see_other", lambda path, **given: see_other(path, cookies=given.get("cookies", ()))
                    )
            case Protection.GUARD:
                patch.setattr(Renderer, "render", _without_guard(Renderer.render))


def _answer_as_if_cacheable(patch: pytest.MonkeyPatch) -> None:
    protect = headers.protect
    for module in [each for name, each in sys.modules.items() if name.startswith("gateway.")]:
        if getattr(module, "protect", None) is protect:
            patch.setattr(
                module, "protect", lambda given, *, cacheable, secure: protect(given, cacheable=True, secure=secure)
            )


def _lock_in_place(patch: pytest.MonkeyPatch) -> None:
    """Lock the session as it is, and set no cookie at all: the same one set again counts as changed."""

    def lock(conn: Connection, session: StaffSession, now: datetime, *, is_idle: bool = False) -> str:
        conn.execute(update(Session).where(Session.token_hash == session.token_hash).values(locked_at=now))
        return ""

    patch.setattr(sign_in, "lock", lock)
    patch.setattr(account, "see_other", lambda path, **given: see_other(path, clear_cache=given["clear_cache"]))


def _without_guard(render: Callable[..., str]) -> Callable[..., str]:
    def rendered(*given: Any, **named: Any) -> str:
        return render(*given, **named).replace(" data-guard>", ">")

    return rendered

"""The browser of the people in a visit, and a window for each of them, as on a computer of their own."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, BrowserType, sync_playwright

from connectors.browser.launch import executable

WAIT_SECONDS = 30
"""How long a page may take to come to what is waited for; the connector's browser works meanwhile."""
DESK_SIZE = {"width": 1280, "height": 900}
PHONE_SIZE = {"width": 390, "height": 844}
DISPLAY_SIZE = {"width": 1280, "height": 800}


@contextmanager
def browser() -> Iterator[Browser]:
    """The browser of the people in the visit; the connectors have their own."""
    with sync_playwright() as playwright:
        opened = launch(playwright.chromium)
        try:
            yield opened
        finally:
            opened.close()


def launch(chromium: BrowserType) -> Browser:
    """Start a browser for people's windows."""
    return chromium.launch(executable_path=executable(), chromium_sandbox=os.geteuid() != 0)


def window(opened: Browser, size: Mapping[str, int], *, is_phone: bool = False) -> BrowserContext:
    """A window of its own, as on a computer of its own: it shares no cookie with another."""
    context = opened.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        is_mobile=is_phone,
        has_touch=is_phone,
        device_scale_factor=2 if is_phone else 1,
        locale="lv-LV",
        timezone_id="Europe/Riga",
        service_workers="block",
    )
    context.set_default_timeout(WAIT_SECONDS * 1000)
    return context

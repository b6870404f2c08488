"""The browser that provisioning found, for pytest-playwright's fixtures.

Tests that hold a browser run after all others: Playwright keeps an event loop running in the main thread until the
session ends, and `asyncio.run` refuses to work under it.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

RECORD = Path(__file__).resolve().parent.parent / ".build" / "browser"
"""Where provisioning notes the browser's executable."""
WHOLE = RECORD.with_name("browser-full")
"""Where it notes a browser that keeps pages it has left; the quick one does not."""
_NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
_PATIENCE_MS = 20_000
"""How long an expected change may take: a machine that is busy with other tests is no failure."""


def find_browser() -> str | None:
    """The executable to launch: `$CHROMIUM_PATH`, the recorded one, or one on the PATH."""
    recorded = RECORD.read_text(encoding="utf-8").strip() if RECORD.is_file() else None
    found = (path for path in (os.environ.get("CHROMIUM_PATH"), recorded) if path and os.access(path, os.X_OK))
    return next(found, None) or next(filter(None, map(shutil.which, _NAMES)), None)


def pytest_configure() -> None:
    """Tell the product which browser its connectors start, where nobody has said so; be patient with pages."""
    path = find_browser()
    if path:
        os.environ.setdefault("PILNVARA_CHROMIUM", path)
    expect.set_options(timeout=_PATIENCE_MS)


def attend(page: Page) -> Page:
    """Be told of every request of a page from now on: for `expect_request` and `expect_response`.

    The driver tells of requests only while somebody listens, and learns that somebody does by a message which a
    request may overtake. Whoever begins to listen when the request is due may wait for it in vain.
    """
    page.on("request", lambda _request: None)
    page.on("response", lambda _response: None)
    return page


@pytest.fixture(scope="session")
def browser_executable() -> str:
    """The path of a Chromium."""
    path = find_browser()
    if path is None:
        pytest.fail("no browser was found: `make setup` finds or fetches one, or set CHROMIUM_PATH")
    return path


@pytest.fixture(scope="session")
def whole_browser(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium that brings left pages back from memory, as people's browsers do and Playwright's own does not."""
    path = WHOLE.read_text(encoding="utf-8").strip() if WHOLE.is_file() else ""
    if not os.access(path, os.X_OK):
        pytest.fail("no whole Chromium was found: install your system's package chromium, then run `make setup`")
    launched = playwright.chromium.launch(
        executable_path=path,
        chromium_sandbox=os.geteuid() != 0,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object], browser_executable: str) -> dict[str, object]:
    """pytest-playwright's arguments, with our executable; sandboxed unless root, which Chromium refuses."""
    return {
        **browser_type_launch_args,
        "executable_path": browser_executable,
        "chromium_sandbox": os.geteuid() != 0,
    }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that hold a browser or a whole stack last, keeping the order otherwise."""
    items.sort(key=lambda item: not {"playwright", "stack"}.isdisjoint(getattr(item, "fixturenames", ())))

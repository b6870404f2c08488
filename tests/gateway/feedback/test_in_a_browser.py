"""The feedback pages on a phone and on a computer: accessible, within the policy, and usable without scripts."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from gateway import long_codes
from gateway.feedback.tables import FeedbackAnswer
from tests.gateway.feedback.conftest import Phones
from tests.gateway.visits.counter import Counter
from tests.gateway.windows import go, listen
from tests.wcag import ensure_accessible

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
PICTURES = os.environ.get("PILNVARA_TEST_PICTURES")
"""A folder for pictures of the pages, when somebody wants to look at them."""


@pytest.fixture
def address(phones: Phones) -> Iterator[str]:
    """The gateway over HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(phones.app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
        thread.start()
        try:
            yield f"http://localhost:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def phone(browser: Browser, address: str, language: str, *, scripts: bool = True) -> BrowserContext:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
    context.add_cookies([{"name": "pilnvara_lang", "value": language, "url": address}])
    return context


def look(page: Page, name: str) -> None:
    ensure_accessible(page)
    if PICTURES:
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"), full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})


def kept(counter: Counter) -> list[Any]:
    return list(counter.read(lambda conn: conn.execute(select(FeedbackAnswer.__table__)).all()))


@pytest.mark.parametrize("language", ["lv", "en"])
def test_every_page_of_an_answer_is_accessible_and_breaks_no_policy(
    browser: Browser, address: str, counter: Counter, token: str, language: str
) -> None:
    context = phone(browser, address, language)
    page = context.new_page()
    said = listen(page)
    go(page, f"{address}/f")
    look(page, f"code-{language}")
    page.locator("button[type=submit]").last.click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, f"code-wrong-{language}")
    page.locator("#code").fill(long_codes.printed(token).lower())
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"**/f/{token}")
    look(page, f"questions-{language}")
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, f"questions-missing-{language}")
    for name, value in (("satisfaction", "5"), ("done", "yes"), ("clear", "yes")):
        page.locator(f"input[name={name}][value='{value}']").check()
    page.locator("#comment").fill("Paldies! Mans tālrunis ir +371 2000 0001.")
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/f/thanks")
    look(page, f"thanks-{language}")
    go(page, f"{address}/f/{token}")
    look(page, f"used-{language}")
    go(page, f"{address}/f/{'7' * 26}")
    look(page, f"wrong-{language}")
    assert [line for line in said if not any(status in line for status in ("400", "404", "410"))] == []
    assert [row.comment for row in kept(counter)] == ["Paldies! Mans tālrunis ir […]."]
    context.close()


def test_an_answer_can_be_given_without_scripts(browser: Browser, address: str, counter: Counter, token: str) -> None:
    context = phone(browser, address, "en", scripts=False)
    page = context.new_page()
    go(page, f"{address}/f/{token}")
    page.get_by_label("Very dissatisfied").check()
    page.get_by_role("group", name="Could you do what you came for?").get_by_label("No").check()
    page.get_by_role("group", name="Did you understand").get_by_label("Partly").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    (row,) = kept(counter)
    assert (row.satisfaction, row.done, row.clear, row.comment) == (1, "no", "partly", None)
    context.close()

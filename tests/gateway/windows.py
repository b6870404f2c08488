"""Browser windows onto a gateway over HTTP: who looks is signed in already; what the browser complains of is kept."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from litestar import Litestar
from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.gateway.callers import Caller, Callers
from tests.gateway.terminal_key import BROWSER

_OVERTAKEN = ("net::ERR_ABORTED", "interrupted by another navigation")
"""What the browser says where a page went elsewhere by itself while it was told to go."""
_TRIES = 5


def address_of(listening: socket.socket) -> str:
    """What a browser calls the gateway behind a listening socket."""
    return f"http://localhost:{listening.getsockname()[1]}"


@contextmanager
def serving(app: Litestar, listening: socket.socket) -> Iterator[str]:
    """The application over HTTP, in a thread of its own; gives its address."""
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    try:
        yield address_of(listening)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def address(callers: Callers) -> Iterator[str]:
    """The gateway over HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as listening, serving(callers.app, listening) as found:
        yield found


def open_as(browser: Browser, address: str, caller: Caller) -> BrowserContext:
    """A window at a desk that holds a caller's cookies."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, user_agent=BROWSER)
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in caller.cookies.items()])
    return context


def go(page: Page, url: str) -> None:
    """Open an address in a window whose live page may just be on its way elsewhere by itself."""
    for _overtaken in range(_TRIES):
        try:
            page.goto(url, wait_until="load")
        except Error as error:
            if not any(sign in error.message for sign in _OVERTAKEN):
                raise
            page.wait_for_load_state("load")
        else:
            return
    raise AssertionError(f"{page.url} kept going elsewhere instead of {url}")


def listen(page: Page) -> list[str]:
    """What the browser complains of on a page: errors, and whatever the policy refused."""
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said

"""What was shown, served again to a browser: the same bytes under the same policy, without the gateway behind them."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import quote, unquote

from playwright.sync_api import Page

from gateway.web import assets
from tests.serving import WebServer, serve
from tests.states import losing
from tests.states.shown import File, Shown
from ui.i18n import Language


@dataclass
class Site:
    """Pages by address; their pictures by path."""

    base: str = ""
    pages: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    ending: threading.Event = field(default_factory=threading.Event)

    def add(self, shown: Iterable[Shown]) -> None:
        """Serve these too."""
        for each in shown:
            self.files |= each.files
            for language, html in each.html.items():
                self.pages[_path(each, language)] = (each.status, each.policies[language], html.encode())

    def address(self, shown: Shown, language: Language) -> str:
        """Where a page is served."""
        return self.base + _path(shown, language)


def show(page: Page, site: Site, shown: Shown, language: Language) -> None:
    """Open a page, and let happen in it what makes its state."""
    losing.recover(page)
    page.goto(site.address(shown, language), wait_until="load")
    if shown.then is not None:
        shown.then(page)


def _path(shown: Shown, language: Language) -> str:
    return f"/{language}/{quote(shown.name)}"


class Handler(BaseHTTPRequestHandler):
    """Answers from `site`. A stream is never answered: a page that followed one would look up what it shows, and that
    of a form's answer is nowhere else; nor does it believe its connection lost."""

    site: Site
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the base class's
        """Say nothing."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path in self.site.pages:
            status, policy, body = self.site.pages[path]
            headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
            self.answer(File("text/html; charset=utf-8", body), status, headers)
        elif path in self.site.files:
            self.answer(self.site.files[path])
        elif path.startswith("/assets/"):
            self.give_asset(unquote(path.removeprefix("/assets/")))
        elif path.endswith("/events"):
            self.site.ending.wait()
        else:
            self.answer(File("text/plain", b""), 404)

    def give_asset(self, name: str) -> None:
        found = ASSETS.get(name)
        if found is None:
            self.answer(File("text/plain", b""), 404)
        else:
            self.answer(File(found.media_type, found.content), headers={"Cache-Control": "max-age=3600"})

    def answer(self, file: File, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        sent = {"Content-Type": file.kind, "Content-Length": str(len(file.body)), "X-Content-Type-Options": "nosniff"}
        for name, value in (sent | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(file.body)


ASSETS = assets.load()


def serve_always(site: Site) -> Site:
    """Serve `site` on a free loopback port until the process ends."""
    _start(site)
    return site


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serve `site` on a free loopback port until the block ends."""
    server = _start(site)
    try:
        yield site
    finally:
        site.ending.set()
        server.shutdown()
        server.server_close()


def _start(site: Site) -> WebServer:
    server = WebServer(("127.0.0.1", 0), type("SiteHandler", (Handler,), {"site": site}))
    server.daemon_threads = True
    serve(server)
    site.base = f"http://localhost:{server.server_port}"
    return server

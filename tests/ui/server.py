"""A little web server for pages under test: the policy of the real one, and a stream of events to send by hand."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from mimetypes import guess_type
from pathlib import Path
from typing import TypeAlias

from tests.serving import WebServer, serve
from ui.manifest import STATIC

NONCE = "bm9uY2U"
POLICY = (
    f"default-src 'none'; style-src 'self'; script-src 'nonce-{NONCE}'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


PATIENCE_SECONDS = 20.0
Write: TypeAlias = Callable[..., str]
"""Writes a page from the source of a template and what it needs."""
GUARDED = """{% extends "layout/desk.html" %}{% block title %}Anna{% endblock %}
{% block content %}<h1>Anna Paraudziņa</h1>{% endblock %}"""
"""A page with somebody's name."""


@dataclass
class Site:
    """Pages by path, streams of events, and what was posted."""

    base: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    """Pages that answer a form, and nothing else."""
    streams: "list[queue.Queue[str | None]]" = field(default_factory=list)
    """One for each stream that was asked for, also those of pages that were left."""
    heeds: threading.Event = field(default_factory=threading.Event)
    """Set while forms are answered; cleared, they wait."""
    posts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.heeds.set()

    def tell(self, *events: str) -> None:
        """Send events to every stream that is open."""
        for stream in tuple(self.streams):
            for event in events:
                stream.put(event)

    def changed(self) -> None:
        """Say what the gateway says of every change; a page whose stream begins later looks by itself."""
        self.tell("event: changed\ndata: 1\n\n")

    def end(self) -> None:
        """End the streams that are open, and let the forms that wait go."""
        self.heeds.set()
        for stream in tuple(self.streams):
            stream.put(None)


class Handler(BaseHTTPRequestHandler):
    """Answers from `site`, which each running server sets for itself."""

    site: Site

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the base class's
        """Say nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.site.posts.append(self.path)
        self.site.heeds.wait(PATIENCE_SECONDS)
        posted = "<!DOCTYPE html><html lang='en'><title>posted</title><p>posted"
        self.answer(self.site.answers.get(self.path, posted).encode(), "text/html; charset=utf-8")

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.endswith("/events"):
            self.stream()
        elif path in self.site.moved:
            self.send_response(303)
            self.send_header("Location", self.site.moved[path])
            self.end_headers()
        elif path in self.site.pages:
            self.answer(self.site.pages[path].encode(), "text/html; charset=utf-8")
        elif path in self.site.answers:
            self.send_error(405)
        else:
            self.give_file(STATIC / path.removeprefix("/assets/"))

    def give_file(self, file: Path) -> None:
        if file.is_file():
            self.answer(file.read_bytes(), guess_type(file.name)[0] or "text/javascript")
        else:
            self.send_error(404)

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def stream(self) -> None:
        events: queue.Queue[str | None] = queue.Queue()
        self.site.streams.append(events)  # before the answer: a page whose stream is open misses nothing
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        while (event := events.get()) is not None:
            self.wfile.write(event.encode())
            self.wfile.flush()


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serve `site` on a free loopback port until the block ends."""
    server = WebServer(("127.0.0.1", 0), type("SiteHandler", (Handler,), {"site": site}))
    server.daemon_threads = True
    serve(server)
    site.base = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        site.end()
        server.shutdown()
        server.server_close()

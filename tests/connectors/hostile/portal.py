"""A portal that wants its form filed twice, or its visitor's values elsewhere; it counts what reaches it."""

import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from types import MappingProxyType
from typing import Self

from tests.serving import WebServer, serve

PAGES = Path(__file__).parent
REFERENCE = "HOST-2026-000001"


@dataclass
class HostilePortal:
    """Run it with `with HostilePortal() as portal:`; two origins, a UDP port, and a list of what came."""

    host: str = "127.0.0.7"
    tls: ssl.SSLContext | None = None
    finals: int = 0
    seen: list[str] = field(default_factory=list)
    """Method and path of every request that is not one of an honest form; `udp` for a datagram."""
    page: str = "calm.html"
    """What stands on the form's page besides the form."""
    overview: str = "calm.html"
    done: str = "calm.html"
    ways: list[str] = field(default_factory=list)
    """Ways out of a browser: whoever opens the form next gets a page that tries what the first of these names, and no
    more."""
    signed: list[str] = field(default_factory=list)
    """Bodies of the requests that follow the final one, where a form has such."""
    sign_answer: int = 200
    """What they are answered; 307 leads to themselves, 0 is no answer."""

    def __enter__(self) -> Self:
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                portal.get(self)

            def do_POST(self) -> None:
                portal.post(self)

            def do_CONNECT(self) -> None:
                portal.seen.append(f"CONNECT {self.path}")

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Keep quiet."""

        self._servers = [WebServer((self.host, 0), Handler) for _ in range(2)]
        for server in self._servers:
            server.daemon_threads = True
            if self.tls is not None:
                server.socket = self.tls.wrap_socket(server.socket, server_side=True)
            serve(server)
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind((self.host, 0))
        Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._udp.close()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self._servers[0].server_address[1]}"

    @property
    def other_url(self) -> str:
        return f"http://{self.host}:{self._servers[1].server_address[1]}"

    def reset(self, page: str = "calm.html", overview: str = "calm.html") -> None:
        self.finals, self.page, self.overview, self.done, self.sign_answer = 0, page, overview, "calm.html", 200
        self.seen.clear()
        self.signed.clear()
        self.ways.clear()

    def _listen(self) -> None:
        try:
            while True:
                self._udp.recv(2000)
                self.seen.append("udp")
        except OSError:
            return

    def get(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path.partition("?")[0]
        first = handler.server is self._servers[0]
        if first and path in ("/form", "/asks", "/one", "/overview", "/done", "/worker.js"):
            if handler.headers.get("Upgrade"):
                self.seen.append("socket")
            kind = "text/javascript" if path.endswith(".js") else "text/html; charset=utf-8"
            way = self.ways.pop(0) if path == "/form" and self.ways else ""
            self._answer(handler, 200, kind, self._content(path, way).encode(), headers=self._headers(way))
            return
        self.seen.append(f"GET {handler.path}")
        self._answer(handler, 200, "text/plain", b"caught")

    def post(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        first = handler.server is self._servers[0]
        if first and handler.path == "/form":
            self._answer(handler, 303, "text/plain", b"", "/overview")
        elif first and handler.path == "/send":
            self.finals += 1
            self._answer(handler, 303, "text/plain", b"", "/done")
        elif first and handler.path == "/sign":
            self.signed.append(body.decode())
            if self.sign_answer:
                self._answer(handler, self.sign_answer, "text/plain", b"", "/sign" if self.sign_answer == 307 else "")
            else:
                handler.close_connection = True
        else:
            self.seen.append(f"POST {handler.path}")
            self._answer(handler, 200, "text/plain", b"caught")

    def _headers(self, way: str) -> dict[str, str]:
        """By what a portal's answer makes the browser send something, without a script."""
        there = f"{self.other_url}/escape/{way}?values"
        report = f'{{"group": "default", "max_age": 60, "endpoints": [{{"url": "{there}"}}]}}'
        made = {
            "header-preload": {"Link": f"<{there}>; rel=preload; as=script"},
            "header-refresh": {"Refresh": f"0; url={there}"},
            "header-report": {
                "Content-Security-Policy-Report-Only": f"img-src 'none'; report-uri {there} /escape/{way}",
                "Reporting-Endpoints": f'default="{there}"',
                "Report-To": report,
                "NEL": '{"report_to": "default", "max_age": 60, "success_fraction": 1}',
            },
            "header-service": {"Alt-Svc": f'h2="{self.other_url.partition("://")[2]}"; ma=60'},
        }
        return made.get(way, {})

    def _content(self, path: str, way: str = "") -> str:
        names = {
            "here": self.url,
            "there": self.other_url,
            "socket": self.url.replace("http", "ws"),
            "udp": f"{self.host}:{self._udp.getsockname()[1]}",
        }
        settings = f"<script>window.out = {json.dumps(names)}; window.way = {json.dumps(way)};</script>"
        if path == "/worker.js":
            return f"const out = {json.dumps(names)};\n" + (PAGES / "worker.js").read_text(encoding="utf-8")
        if path == "/form":
            return _page("Form", _form("/form", '<label>Name <input name="name"></label>', "Next"), settings, self.page)
        if path == "/asks":
            own = '<input type="hidden" name="checked"><button type="button" id="check">Check the name</button>'
            form = _form("/form", f'<label>Name <input name="name"></label>{own}', "Next")
            return _page("Asks", form, settings, "checking.html")
        if path == "/one":
            return _page(
                "One", _form("/send", '<label>Name <input name="name"></label>', "Send"), settings, self.overview
            )
        if path == "/overview":
            return _page(
                "Overview",
                _form("/send", '<input type="hidden" name="token" value="t">', "Send"),
                settings,
                self.overview,
            )
        return _page("Done", f"<form></form><p>{REFERENCE}</p>", settings, self.done)

    def _answer(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        kind: str,
        body: bytes,
        location: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        if location:
            handler.send_header("Location", location)
        handler.end_headers()
        handler.wfile.write(body)


def _form(action: str, inner: str, button: str) -> str:
    return f'<form method="post" action="{action}">{inner}<button>{button}</button></form>'


def _page(title: str, body: str, settings: str, extra: str) -> str:
    more = (PAGES / extra).read_text(encoding="utf-8")
    return f"<!doctype html><title>{title}</title>{settings}<h1>{title}</h1>{body}{more}"

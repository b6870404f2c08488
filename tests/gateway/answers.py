"""One request over plain ASGI and what came back: no server, no threads."""

import asyncio
import html
import re
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Litestar


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    @property
    def code(self) -> str | None:
        """The code of a problem, if it is one."""
        if self.headers.get("content-type", "").startswith("application/problem+json"):
            return str(msgspec.json.decode(self.body)["code"])
        return None

    @property
    def csrf(self) -> str:
        """The token of the page's forms."""
        found = re.search(r'name="_csrf" value="([^"]+)"', self.text)
        assert found, "the page has no form with a token"
        return found[1]


async def request(
    app: Litestar, method: str, target: str, headers: dict[str, str], body: bytes = b"", *, patience: float = 20
) -> Answer:
    """Send one request over ASGI; of a stream of events only the beginning is awaited."""
    path = urlsplit(target)
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path.path,
        "raw_path": path.path.encode(),
        "query_string": path.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 40000),
        "server": ("localhost", 8000),
    }
    got: dict[str, Any] = {"body": b""}
    streaming, answered = asyncio.Event(), asyncio.Event()
    inbox = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if inbox:
            return inbox.pop()
        await answered.wait()
        return {"type": "http.disconnect"}  # as servers say it once all is sent

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            got["status"] = message["status"]
            got["headers"] = [(name.decode().lower(), value.decode()) for name, value in message["headers"]]
            if any(value.startswith("text/event-stream") for _name, value in got["headers"]):
                streaming.set()
        else:
            got["body"] += message.get("body", b"")
            if not message.get("more_body", False):
                answered.set()

    answering = asyncio.ensure_future(app(scope, receive, send))  # type: ignore[arg-type]  # ASGI messages are plain dicts
    stream = asyncio.ensure_future(streaming.wait())
    await asyncio.wait({answering, stream}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    finished = answering.done()
    for task in (answering, stream):
        if not task.done():
            task.cancel()
    await asyncio.gather(answering, stream, return_exceptions=True)
    if finished:
        answering.result()
    assert "status" in got, f"{method} {target} was not answered within {patience} s"
    return Answer(got["status"], dict(got["headers"]), _cookies(got["headers"]), got["body"])


def statement_on(page: str) -> str:
    """The characters of the statement that a page shows, as a reader would copy them."""
    found = re.search(r'<div class="app-statement__text"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert found, "the page shows no statement"
    return html.unescape(re.sub(r"</?strong\b[^>]*>", "", found[1]))


def _cookies(headers: list[tuple[str, str]]) -> dict[str, str]:
    jar = SimpleCookie()
    for name, value in headers:
        if name == "set-cookie":
            jar.load(value)
    return {name: morsel.value for name, morsel in jar.items()}

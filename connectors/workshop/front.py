"""A server in front of any portal's test system, which makes it misbehave and counts the final requests that reach it.

A portal that nobody of us wrote has no switches. This one changes its pages, loses its sessions, holds its answers back
or cuts them off, and knows from the connector which request is the final one.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from http.cookiejar import CookieJar, DefaultCookiePolicy

import h11
import httpx2

from connectors.runner.errors import RunError
from connectors.runner.origins import normal_origin
from connectors.sdk.connector import Connector
from connectors.sdk.paths import path_fits
from connectors.sdk.steps import Request
from connectors.workshop.breaking import BreakBody

_CHUNK = 65536
_NO_LINGER = struct.pack("ii", 1, 0)
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "proxy-connection"})
_CHANGED = frozenset({"content-length", "transfer-encoding", "content-encoding", "connection", "keep-alive"})
_POLICY = "content-security-policy"
_READABLE = ("text/html", "text/javascript", "application/javascript", "application/json")
_HTML = "text/html"

ChangePage = Callable[[str], str]


class AtFinal(StrEnum):
    """What becomes of the final request."""

    REDIRECTED = "redirected"
    """Taken, and answered with 307: a browser would send it once more."""
    RESET = "reset"
    """Cut off before the portal has seen it."""
    UNANSWERED = "unanswered"
    """Taken, and then cut off."""


@dataclass(kw_only=True)
class Trouble:
    """What goes wrong; nothing at first."""

    at_final: AtFinal | None = None
    change: tuple[str, ChangePage] | None = None
    """Of the page at this path, what becomes of its HTML."""
    late_by: float = 0.0
    """Seconds until the portal is asked."""
    final_late_by: float = 0.0
    """Seconds until the answer to the final request is passed on."""
    loses_session_at: Request | None = None
    breaks: tuple[Request, BreakBody] | None = None
    """Of this request, what becomes of its body, given its content type."""
    has_come: bool = False
    """Whether anything of it came to pass: a check that waited for what never came has shown nothing."""


@dataclass
class Front:
    """Run it with `async with Front(portal, connector) as front:`; `front.origin` is where the portal now is."""

    portal: str
    connector: Connector
    finals: int = 0
    """Final requests that have arrived."""
    requests: int = 0
    """Requests of any kind that have arrived."""
    troubles: list[Trouble] = field(default_factory=lambda: [Trouble()])
    """What went wrong one after the other; the last is what goes wrong now."""
    _has_forgotten: bool = False
    """The session was lost: no cookie of before reaches the portal any more."""

    async def __aenter__(self) -> "Front":
        self.portal = normal_origin(self.portal)
        # The browser keeps the cookies, not the front: kept here, a lost session would be none.
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._http = httpx2.AsyncClient(follow_redirects=False, trust_env=False, timeout=60, cookies=no_cookies)
        self._server = await asyncio.start_server(self._connected, "127.0.0.6", 0)
        self.origin = f"http://127.0.0.6:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._http.aclose()

    def calm(self) -> None:
        """Nothing goes wrong any more, and nothing was counted."""
        self.troubles, self.finals, self.requests, self._has_forgotten = [Trouble()], 0, 0, False

    @property
    def trouble(self) -> Trouble:
        """What goes wrong now."""
        return self.troubles[-1]

    @trouble.setter
    def trouble(self, trouble: Trouble) -> None:
        self.troubles.append(trouble)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, h11.ProtocolError, asyncio.CancelledError):
            http = h11.Connection(h11.SERVER)
            while await self._exchange(http, reader, writer):
                http.start_next_cycle()
        writer.close()

    async def _exchange(self, http: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request, body = None, b""
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                http.receive_data(await reader.read(_CHUNK))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                break
            else:
                return False
        answer = await self._answer(request, body)
        if answer is None:
            _cut(writer)
            return False
        head, content = answer
        writer.write((http.send(head) or b"") + (http.send(h11.Data(data=content)) or b""))
        writer.write(http.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        return http.our_state is h11.DONE and http.their_state is h11.DONE

    async def _answer(self, request: h11.Request, body: bytes) -> tuple[h11.Response, bytes] | None:
        method, target = request.method.decode(), request.target.decode()
        headers = [(name.decode(), value.decode("latin-1")) for name, value in request.headers]
        content_type = next((value for name, value in headers if name == "content-type"), "")
        is_final = self._is(self.connector.final.request, method, target, content_type, body)
        trouble = self.trouble
        self.requests += 1
        trouble.has_come |= trouble.late_by > 0
        await asyncio.sleep(trouble.late_by)
        if is_final:
            self.finals += 1
            trouble.has_come |= trouble.at_final is not None
            if trouble.at_final is AtFinal.RESET:
                return None
        if trouble.breaks is not None and self._is(trouble.breaks[0], method, target, content_type, body):
            broken = trouble.breaks[1](content_type, body)
            trouble.has_come |= broken != body
            body = broken
        lost = trouble.loses_session_at
        if lost is not None and self._is(lost, method, target, content_type, body):
            trouble.has_come = self._has_forgotten = True
        if self._http.is_closed:  # the browser outlives the front by a moment
            return None
        try:
            answer = await self._http.request(method, self.portal + target, headers=self._inward(headers), content=body)
        except httpx2.HTTPError:
            return _plain(502, b"")
        if is_final and trouble.at_final is AtFinal.UNANSWERED:
            return None
        if is_final and trouble.at_final is AtFinal.REDIRECTED:
            return _plain(307, b"", (b"location", target.encode()))
        await asyncio.sleep(trouble.final_late_by if is_final else 0)
        return self._outward(answer, target)

    def _is(self, declared: Request, method: str, target: str, content_type: str, body: bytes) -> bool:
        if method != declared.method or not path_fits(declared.path, target):
            return False
        fixed = getattr(declared, "fixed", None)
        if not fixed:
            return True
        try:
            sent = {item.name: item.value for item in declared.read(content_type, body)}
        except (RunError, ValueError):
            return False
        return all(sent.get(name) == value for name, value in fixed.items())

    def _inward(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        kept = [
            (name, value)
            for name, value in headers
            if name not in _OURS and not (self._has_forgotten and name == "cookie")
        ]
        return [(name, value.replace(self.origin, self.portal.removesuffix(":80"))) for name, value in kept]

    def _outward(self, answer: httpx2.Response, target: str) -> tuple[h11.Response, bytes]:
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        content = answer.content
        if media_type in _READABLE:
            text = self._moved(answer.text)
            change = self.trouble.change
            if media_type == _HTML and change is not None and path_fits(change[0], target):
                changed = change[1](text)
                self.trouble.has_come |= changed != text
                text = changed
            content = text.encode(answer.encoding or "utf-8")
        headers = [
            (name.encode(), self._outward_header(name.lower(), value).encode("latin-1"))
            for name, value in answer.headers.multi_items()
            if name.lower() not in _CHANGED and not (self.trouble.change and name.lower() == _POLICY)
        ]
        headers.append((b"content-length", str(len(content)).encode()))
        return h11.Response(status_code=answer.status_code, headers=headers), content

    def _outward_header(self, name: str, value: str) -> str:
        if name == "location":
            return self._moved(value)
        if name == "set-cookie":
            parts = [part.strip() for part in value.split(";")]
            return "; ".join(part for part in parts if not part.lower().startswith(("domain=", "secure")))
        return value

    def _moved(self, text: str) -> str:
        return text.replace(self.portal, self.origin).replace(self.portal.removesuffix(":80"), self.origin)


def _plain(status: int, body: bytes, *headers: tuple[bytes, bytes]) -> tuple[h11.Response, bytes]:
    return h11.Response(status_code=status, headers=[(b"content-length", str(len(body)).encode()), *headers]), body


def _cut(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()

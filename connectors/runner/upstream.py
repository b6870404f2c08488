"""The portal's side of the gate: one HTTP/1.1 exchange over a connection that nobody else is using.

Requests that change nothing use connections again. One that changes something always goes out on a fresh one, so that
a stale connection can never leave it unclear whether it left.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from connectors.runner.certificates import why_untrusted

_CHUNK = 65536
_CONNECT_TIMEOUT = 10.0
_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""RFC 9110 section 7.6.1."""

Headers = list[tuple[bytes, bytes]]


class UpstreamError(Exception):
    """The portal cannot be reached, or broke off."""


class UntrustedError(UpstreamError):
    """Whoever answers there does not prove to be the portal; the message says why."""


def end_to_end(headers: Headers) -> Headers:
    """`headers` without those meant for the next hop alone."""
    named = {
        token.strip().lower() for name, value in headers if name == b"connection" for token in value.split(b",")
    } - {b"close", b"keep-alive"}
    return [(name, value) for name, value in headers if name not in _HOP_BY_HOP and name not in named]


@dataclass
class Answer:
    """The head of the portal's answer; the body follows from `Upstream.body`."""

    status: int
    reason: bytes
    headers: Headers

    def header(self, name: bytes) -> str:
        """The value of a header, or the empty string."""
        return next((value.decode("latin-1") for key, value in self.headers if key == name), "")


class Upstream:
    """One connection to the portal."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT)
        self.reused = False
        """It carried a request before, so the portal may have closed it meanwhile."""

    @classmethod
    async def connect(cls, origin: str, trust: ssl.SSLContext) -> "Upstream":
        """A fresh connection; over TLS, to whom `trust` accepts as `origin` alone.

        Raises:
            UntrustedError: its certificate was refused.
            UpstreamError: nobody listens there.
        """
        parts = urlsplit(origin)
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                secured = trust if parts.scheme == "https" else None
                reader, writer = await asyncio.open_connection(parts.hostname, parts.port, ssl=secured)
        except ssl.SSLCertVerificationError as error:
            raise UntrustedError(why_untrusted(error)) from error
        except (OSError, TimeoutError) as error:
            raise UpstreamError("nobody answers there") from error
        return cls(reader, writer)

    async def send(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        """Send one request and wait for the head of its answer.

        Raises:
            UpstreamError: the connection broke, or what came back is no HTTP.
        """
        try:
            self._writer.write(
                (self._http.send(h11.Request(method=method, target=target, headers=headers)) or b"")
                + (self._http.send(h11.Data(data=body)) or b"" if body else b"")
                + (self._http.send(h11.EndOfMessage()) or b"")
            )
            await self._writer.drain()
            while True:
                event = await self._next_event()
                if isinstance(event, h11.Response):
                    return Answer(event.status_code, event.reason, list(event.headers))
                if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
                    raise UpstreamError("the portal broke off")
        except (OSError, h11.ProtocolError) as error:
            raise UpstreamError("the portal broke off") from error

    async def body(self) -> AsyncIterator[bytes]:
        """The answer's body as it comes.

        Raises:
            UpstreamError: it broke off before its end.
        """
        try:
            while True:
                event = await self._next_event()
                if isinstance(event, h11.Data):
                    yield bytes(event.data)
                elif isinstance(event, h11.EndOfMessage):
                    return
                else:
                    raise UpstreamError("the portal broke off")
        except (OSError, h11.ProtocolError) as error:
            raise UpstreamError("the portal broke off") from error

    async def _next_event(self) -> object:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            self._http.receive_data(await self._reader.read(_CHUNK))

    def again(self) -> bool:
        """Whether the connection can carry another request."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE and not self._reader.at_eof():
            self._http.start_next_cycle()
            self.reused = True
            return True
        return False

    def close(self) -> None:
        """Close at once."""
        self._writer.close()


class Pool:
    """Idle connections of one run; only for requests that change nothing."""

    def __init__(self) -> None:
        self._idle: dict[str, list[Upstream]] = {}
        self._closed = False

    def take(self, origin: str) -> Upstream | None:
        """An idle connection to `origin`, if there is one."""
        idle = self._idle.get(origin)
        return idle.pop() if idle else None

    def give_back(self, origin: str, upstream: Upstream) -> None:
        """Keep a connection whose answer was read to its end; anything else is closed."""
        if not self._closed and upstream.again():
            self._idle.setdefault(origin, []).append(upstream)
        else:
            upstream.close()

    def close(self) -> None:
        """Close all."""
        self._closed = True
        for idle in self._idle.values():
            for upstream in idle:
                upstream.close()
        self._idle.clear()

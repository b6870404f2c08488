"""The gate: a forward proxy beneath each run's browser, and its only way out.

Playwright's own routing is no gate: a beacon, a keepalive fetch, a worker or a socket passes it by, and Chromium sends
a POST again by itself when the portal closes a reused connection. Here nothing can: each request is read whole, then
examined by the run's `Guard`, and one that changes something goes to the portal at most once, on a connection of its
own.

A browser that asks for a tunnel (CONNECT) to the portal gets one that ends here, TLS included: what comes through it is
examined too, and goes on only over a connection on which the portal has proved who it is.
"""

import asyncio
import base64
import hmac
import logging
import secrets
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import h11

from connectors.runner.api import TicketSource
from connectors.runner.certificates import BrowserSide, portal_context
from connectors.runner.errors import RunStoppedError
from connectors.runner.forwarding import host_of, outgoing
from connectors.runner.guard import Guard, Incoming, Leave, RefusedError
from connectors.runner.origins import normal_origin
from connectors.runner.upstream import Answer, Headers, Pool, UntrustedError, Upstream, UpstreamError, end_to_end

_log = logging.getLogger(__name__)

_CHUNK = 65536
_OUT_OF_ORDER = 500
_SANDBOX = ("/.well-known/pilnvara-sandbox", b"pilnvara-sandbox", "made-up")
"""Where the sandbox says of itself that it is one, and by which header."""
_HEAD_LIMIT = 64 * 1024
REFUSED_BODY = b"This request does not leave."


@dataclass(eq=False)
class Lane:
    """One run's way through the gate."""

    guard: Guard
    ticket: TicketSource
    user: str
    password: str
    pool: Pool = field(default_factory=Pool)
    exchanges: set["asyncio.Task[None]"] = field(default_factory=set)

    async def settle(self) -> None:
        """Wait until every exchange under way has ended."""
        if self.exchanges:
            await asyncio.wait(set(self.exchanges))


class Gate:
    """The proxy of one worker; each run has credentials of its own."""

    def __init__(self, *, request_timeout: float, body_limit: int, authorities: str | None = None) -> None:
        self._request_timeout = request_timeout
        self.trust = portal_context(authorities)
        """How portals are verified."""
        self.browser_side = BrowserSide()
        """How this gate's own browsers are answered in a portal's place."""
        self._body_limit = body_limit
        self._lanes: dict[str, Lane] = {}
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Where browsers reach it."""
        if self._server is None:
            raise RuntimeError("the gate is not open")
        port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def open(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        for lane in tuple(self._lanes.values()):
            self.remove(lane)

    def add(self, guard: Guard, ticket: TicketSource) -> Lane:
        """A lane for a run, with fresh credentials."""
        lane = Lane(guard, ticket, secrets.token_urlsafe(12), secrets.token_urlsafe(24))
        self._lanes[lane.user] = lane
        return lane

    def remove(self, lane: Lane) -> None:
        """The run's credentials are worth nothing from now on."""
        self._lanes.pop(lane.user, None)
        lane.guard.end(RunStoppedError("the run is over"))
        lane.pool.close()

    async def answers(self, origin: str, path: str) -> bool:
        """Whether a portal answers to a GET, and not that it is out of order."""
        answer = await self._asked(origin, path)
        return answer is not None and answer.status < _OUT_OF_ORDER

    async def is_sandbox(self, origin: str) -> bool:
        """Whether whoever answers there says itself that it is the sandbox, with nobody real behind it."""
        path, name, word = _SANDBOX
        answer = await self._asked(origin, path)
        return answer is not None and answer.header(name) == word

    async def _asked(self, origin: str, path: str) -> Answer | None:
        try:
            async with asyncio.timeout(self._request_timeout):
                upstream = await Upstream.connect(origin, self.trust)
                try:
                    return await upstream.send("GET", path, [(b"host", host_of(origin))], b"")
                finally:
                    upstream.close()
        except (UpstreamError, TimeoutError):
            return None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._connections.add(task)
        try:
            await _Connection(self, reader, writer).serve()
        except (OSError, h11.ProtocolError):
            pass  # The browser went away or spoke no HTTP: there is nobody left to tell.
        except asyncio.CancelledError:
            pass  # By `close` alone; passed on, the library would write a traceback for each browser still connected.
        finally:
            self._connections.discard(task)
            writer.close()

    def lane_for(self, authorization: bytes) -> Lane | None:
        """The lane whose credentials these are (RFC 7617)."""
        scheme, _, encoded = authorization.partition(b" ")
        try:
            user, _, password = base64.b64decode(encoded).decode().partition(":")
        except ValueError:
            return None
        lane = self._lanes.get(user)
        if lane is None or scheme.lower() != b"basic":
            return None
        return lane if hmac.compare_digest(lane.password.encode(), password.encode()) else None

    @property
    def body_limit(self) -> int:
        """Bytes one request may carry."""
        return self._body_limit

    @property
    def request_timeout(self) -> float:
        """Seconds until the head of an answer must have come."""
        return self._request_timeout


class _Connection:
    """One connection of a browser."""

    def __init__(self, gate: Gate, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._gate = gate
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_LIMIT)
        self._tunnel: tuple[Lane, str] | None = None

    async def serve(self) -> None:
        """Carry requests until either side ends it."""
        while True:
            event = await self._next_event()
            if not isinstance(event, h11.Request):
                return
            body = await self._read_body()
            if body is None:
                await self.respond(413, b"Too large.")
                return
            await self._handle(event, body)
            if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
                self._http.start_next_cycle()
            elif self._http.their_state is not h11.IDLE:  # idle: a tunnel has just begun
                return

    async def _read_body(self) -> bytes | None:
        chunks: list[bytes] = []
        size = 0
        while True:
            event = await self._next_event()
            if isinstance(event, h11.Data):
                size += len(event.data)
                if size > self._gate.body_limit:
                    return None
                chunks.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage | h11.PAUSED):
                return b"".join(chunks)
            else:
                raise ConnectionResetError

    async def _next_event(self) -> object:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            self._http.receive_data(await self._reader.read(_CHUNK))

    async def _handle(self, request: h11.Request, body: bytes) -> None:
        lane = self._tunnel[0] if self._tunnel else self._lane(request)
        if lane is None:
            await self.respond(407, b"", [(b"proxy-authenticate", b'Basic realm="gate"')])
            return
        if request.method == b"CONNECT":
            await self._open_tunnel(lane, request.target.decode("latin-1"))
            return
        try:
            incoming = self._incoming(request, body)
        except ValueError:
            await self.respond(400, b"This is no address of a portal.")
            return
        try:
            leave = lane.guard.examine(incoming)
        except RefusedError:
            await self.respond(403, REFUSED_BODY)
            return
        exchange = asyncio.create_task(_Exchange(self, self._gate, lane, incoming, leave).run())
        lane.exchanges.add(exchange)
        exchange.add_done_callback(lane.exchanges.discard)
        exchange.add_done_callback(_heard)
        # What has begun to leave is followed to its end even when the browser dies meanwhile.
        await asyncio.shield(exchange)

    def _lane(self, request: h11.Request) -> Lane | None:
        for name, value in request.headers:
            if name == b"proxy-authorization":
                return self._gate.lane_for(value)
        return None

    async def _open_tunnel(self, lane: Lane, authority: str) -> None:
        origins = (origin for origin in lane.guard.origins if origin.partition("://")[2] == authority.lower())
        origin = next(origins, None)
        if lane.guard.ended is not None or origin is None or self._tunnel is not None:
            lane.guard.refused.append(f"CONNECT {authority}")
            await self.respond(403, REFUSED_BODY)
            return
        self._writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await self._writer.drain()
        self._tunnel = (lane, origin)
        if origin.startswith("https://"):
            host = urlsplit(origin).hostname or ""
            await self._writer.start_tls(self._gate.browser_side.context(host))
        trailing = self._http.trailing_data[0]
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_LIMIT)
        if trailing:
            self._http.receive_data(trailing)

    def _incoming(self, request: h11.Request, body: bytes) -> Incoming:
        target = request.target.decode("ascii")
        if self._tunnel:
            origin, path = self._tunnel[1], target
        else:
            origin = normal_origin(target)
            authority, _, rest = target.partition("://")[2].partition("/")
            if "?" in authority or "#" in authority:
                raise ValueError("a target names a path")
            path = "/" + rest
        if not path.startswith("/") or "#" in path:
            raise ValueError("a target names a path")
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers)
        return Incoming(method=request.method.decode("ascii"), origin=origin, path=path, headers=headers, body=body)

    async def begin_answer(self, answer: Answer) -> None:
        """Pass on the head of the portal's answer."""
        headers = end_to_end(answer.headers)
        self._write(h11.Response(status_code=answer.status, reason=answer.reason, headers=headers))

    async def continue_answer(self, chunk: bytes) -> None:
        """Pass on a piece of its body."""
        self._write(h11.Data(data=chunk))
        await self._writer.drain()

    async def end_answer(self) -> None:
        """The answer is complete."""
        self._write(h11.EndOfMessage())
        await self._writer.drain()

    async def respond(self, status: int, body: bytes, headers: Headers | None = None) -> None:
        """Answer in the portal's place."""
        head: Headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            *(headers or []),
        ]
        self._write(h11.Response(status_code=status, headers=head), h11.Data(data=body), h11.EndOfMessage())
        await self._writer.drain()

    def _write(self, *events: h11.Event) -> None:
        self._writer.write(b"".join(self._http.send(event) or b"" for event in events))


def _heard(exchange: "asyncio.Task[None]") -> None:
    """A browser that went away before its answer was through is nobody's error; the record of what left is kept."""
    if not exchange.cancelled():
        exchange.exception()


class _Exchange:
    """One request on its way to the portal and back."""

    def __init__(self, connection: _Connection, gate: Gate, lane: Lane, incoming: Incoming, leave: Leave) -> None:
        self._connection = connection
        self._timeout = gate.request_timeout
        self._trust = gate.trust
        self._lane = lane
        self._incoming = incoming
        self._leave = leave

    async def run(self) -> None:
        """Carry it out. Each way ends in an answer to the browser, or it would send again by itself."""
        try:
            upstream = await self._reach()
        except UntrustedError as error:
            self._lane.guard.untrusted(self._leave, str(error))
            await self._connection.respond(502, b"Whoever answers there is not the portal.")
            return
        except UpstreamError:
            self._lane.guard.unanswered(self._leave, timed_out=False)
            await self._connection.respond(502, b"The portal cannot be reached.")
            return
        headers = await self._allowed()
        if headers is None:
            upstream.close()
            await self._connection.respond(403, REFUSED_BODY)
            return
        try:
            upstream, answer = await self._send(upstream, headers)
        except (UpstreamError, TimeoutError) as error:
            upstream.close()
            self._lane.guard.unanswered(self._leave, timed_out=isinstance(error, TimeoutError))
            await self._connection.respond(504, b"The portal did not answer.")
            return
        if not self._lane.guard.answered(self._leave, answer.status, answer.header(b"location")):
            upstream.close()
            await self._connection.respond(502, b"The portal's answer is for a person.")
            return
        await self._pass_on(upstream, answer)

    async def _reach(self) -> Upstream:
        """A connection: connecting comes before the question, so that a yes is not spent on a portal that is away."""
        reused = self._lane.pool.take(self._incoming.origin) if self._leave.kind is None else None
        return reused or await Upstream.connect(self._incoming.origin, self._trust)

    async def _allowed(self) -> Headers | None:
        try:
            permit = (await self._lane.guard.allow(self._incoming, self._leave)).encode("ascii")
            ticket = (await self._lane.ticket()).encode("ascii") if self._leave.kind == "sign_in" else b""
        except RefusedError:
            return None
        except Exception as error:  # noqa: BLE001 - whatever goes wrong where a verdict is formed, nothing leaves
            _log.error("no verdict: %s", type(error).__name__, extra={"run": self._lane.guard.run_id})
            self._lane.guard.end(RunStoppedError("no verdict could be had"))
            return None
        own = self._lane.guard.final_headers if self._leave.kind == "final" else ()
        return outgoing(self._incoming, ticket=ticket, permit=permit, own=own)

    async def _send(self, upstream: Upstream, headers: Headers) -> tuple[Upstream, Answer]:
        incoming = self._incoming
        async with asyncio.timeout(self._timeout):
            try:
                return upstream, await upstream.send(incoming.method, incoming.path, headers, incoming.body)
            except UpstreamError:
                if self._leave.kind is not None or not upstream.reused:
                    raise
                # The portal had closed an idle connection; the request changes nothing and may be sent again.
                upstream.close()
                fresh = await Upstream.connect(incoming.origin, self._trust)
                return fresh, await fresh.send(incoming.method, incoming.path, headers, incoming.body)

    async def _pass_on(self, upstream: Upstream, answer: Answer) -> None:
        try:
            await self._connection.begin_answer(answer)
            async with asyncio.timeout(self._timeout):
                async for chunk in upstream.body():
                    self._lane.guard.heard(self._leave, chunk)
                    await self._connection.continue_answer(chunk)
            await self._connection.end_answer()
        except (UpstreamError, TimeoutError) as error:
            upstream.close()
            raise ConnectionAbortedError from error
        except OSError:
            upstream.close()
            raise
        self._lane.pool.give_back(self._incoming.origin, upstream)

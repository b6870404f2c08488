"""A gate without a browser, in front of a portal that counts: what the gate's tests are made on."""

import asyncio
import atexit
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.hazmat.primitives.serialization import Encoding

from connectors.runner import GateRequest, Verdict
from connectors.runner.errors import RunError
from connectors.runner.gate import Gate, Lane
from connectors.runner.guard import Guard, utc_now
from connectors.runner.origins import normal_origin
from connectors.sdk import registry
from delegation.readback import Item, ReadBack
from tests.connectors.runner.authorities import Authority

CONNECTOR = registry.find("lv.vsaa.sickness_benefit")
STEP = CONNECTOR.steps[0]
STEP_BODY = b"csrf=t&melnraksts=&iepazinos=ja"
FINAL_BODY = b"csrf=u&melnraksts=d&versija=v"
FORM = "Content-Type: application/x-www-form-urlencoded"
STEP_PAGE = ReadBack(
    (
        Item(STEP.name, "csrf", "", "hidden", "t", ""),
        Item(STEP.name, "melnraksts", "", "hidden", "", ""),
        Item(STEP.name, "iepazinos", "Iepazinos", "checkbox", "ja", "Iepazinos"),
    ),
    (),
    "",
    "lv",
)
FINAL_PAGE = ReadBack(
    (
        Item("parskats", "csrf", "", "hidden", "u", ""),
        Item("parskats", "melnraksts", "", "hidden", "d", ""),
        Item("parskats", "versija", "", "hidden", "v", ""),
    ),
    (),
    "0",
    "lv",
)


@dataclass
class Portal:
    """A server that answers one thing and keeps what it was sent."""

    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    address: str = ""
    connections: int = 0
    release: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def requests(self) -> list[str]:
        return [head.split("\r\n")[0].rpartition(" ")[0] for head in self.heads]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(
                    (int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-len")),
                    0,
                )
                self.heads.append(head)
                self.bodies.append(await reader.readexactly(length))
                self.reached.set()
                if self.release is not None:
                    await self.release.wait()
                if not self.answer:
                    break
                writer.write(self.answer)
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@dataclass
class Setup:
    gate: Gate
    guard: Guard
    lane: Lane
    portal: Portal
    issuer: Portal
    asked: list[GateRequest]
    ends: list[RunError]
    verdict: Verdict = field(default_factory=lambda: Verdict(True))

    def authorization(self) -> str:
        pair = base64.b64encode(f"{self.lane.user}:{self.lane.password}".encode()).decode()
        return f"Proxy-Authorization: Basic {pair}"

    async def raw(self, request: bytes) -> bytes:
        host, _, port = self.gate.address.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(request)
            async with asyncio.timeout(5):
                return await reader.read()
        finally:
            writer.close()

    async def ask(
        self, method: str, path: str, body: bytes = b"", *headers: str, origin: str = "", tunnel: bool = False
    ) -> int:
        origin = origin or self.portal.address
        target = path if tunnel else origin + path
        lines = [
            f"{method} {target} HTTP/1.1",
            f"Host: {origin.removeprefix('http://')}",
            "Connection: close",
            f"Content-Length: {len(body)}",
            *([] if tunnel else [self.authorization()]),
            *headers,
        ]
        request = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        if tunnel:
            host = origin.removeprefix("http://")
            connect = f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n{self.authorization()}\r\n\r\n".encode()
            answer = (await self.raw(connect + request)).partition(b"\r\n\r\n")[2]
        else:
            answer = await self.raw(request)
        return int(answer.split()[1]) if answer else 0

    async def send_step(self, body: bytes = STEP_BODY) -> int:
        return await self.ask("POST", STEP.request.path, body, FORM)

    async def send_final(self, body: bytes = FINAL_BODY) -> int:
        return await self.ask("POST", CONNECTOR.final.request.path, body, FORM)

    def arm(self) -> None:
        self.guard.expect(CONNECTOR.final, FINAL_PAGE)
        self.guard.arm(self.guard.decide)


@asynccontextmanager
async def listening(portal: Portal) -> AsyncIterator[Portal]:
    server = await asyncio.start_server(portal.serve, "127.0.0.6", 0)
    portal.address = normal_origin("http://127.0.0.6:" + str(server.sockets[0].getsockname()[1]))
    yield portal
    server.close()


@cache
def _one_authority() -> str:
    """A file of authorities that nobody here needs: to read all that the machine knows takes longer than a test."""
    with NamedTemporaryFile(suffix=".pem", delete=False) as file:
        file.write(Authority("Nobody").own.public_bytes(Encoding.PEM))
    atexit.register(Path(file.name).unlink)
    return file.name


@asynccontextmanager
async def standing() -> AsyncIterator[Setup]:
    """A gate with one lane, between a portal and an issuer of its own."""
    async with listening(Portal()) as portal, listening(Portal()) as issuer:
        asked: list[GateRequest] = []
        ends: list[RunError] = []
        gate = Gate(request_timeout=1, body_limit=1000, authorities=_one_authority())
        await gate.open()

        async def decide(request: GateRequest) -> Verdict:
            asked.append(request)
            return made.verdict

        async def ticket() -> str:
            return "the-ticket"

        guard = Guard(
            run_id="run",
            portal_origin=portal.address,
            issuer_origin=issuer.address,
            authorize_path="/oauth/authorize",
            connector=CONNECTOR,
            decide=decide,
            clock=utc_now,
            on_end=ends.append,
        )
        made = Setup(gate, guard, gate.add(guard, ticket), portal, issuer, asked, ends)
        yield made
        await gate.close()

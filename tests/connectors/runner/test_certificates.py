"""A portal behind TLS: ended at the gate for its own browser, and verified strictly on the way out."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from connectors.runner import GateRequest, Verdict
from connectors.runner.errors import PortalUntrustedError, RunError
from connectors.runner.gate import Gate
from connectors.runner.guard import Guard, utc_now
from tests.connectors.runner.authorities import DAY, NOW, Authority, server_context
from tests.connectors.runner.gate_stand import CONNECTOR, FORM, STEP, STEP_BODY, STEP_PAGE, Portal, Setup

pytestmark = pytest.mark.anyio

KNOWN = Authority("Known")
UNKNOWN = Authority("Unknown")
GOOD, GOOD_PEM = KNOWN.signed("localhost")


@asynccontextmanager
async def standing(folder: Path, pem: bytes, authorities: bytes) -> AsyncIterator[Setup]:
    """A gate that trusts `authorities`, before a portal that answers with the certificate in `pem`."""
    trusted = folder / "authorities.pem"
    trusted.write_bytes(authorities)
    portal, asked, ends = Portal(), list[GateRequest](), list[RunError]()
    server = await asyncio.start_server(portal.serve, "127.0.0.1", 0, ssl=server_context(folder, pem))
    portal.address = f"https://localhost:{server.sockets[0].getsockname()[1]}"
    gate = Gate(request_timeout=5, body_limit=1000, authorities=str(trusted))
    await gate.open()

    async def decide(request: GateRequest) -> Verdict:
        asked.append(request)
        return Verdict(True)

    async def ticket() -> str:
        return "the-ticket"

    guard = Guard(
        run_id="run",
        portal_origin=portal.address,
        issuer_origin="http://127.0.0.6:1",
        authorize_path="/oauth/authorize",
        connector=CONNECTOR,
        decide=decide,
        clock=utc_now,
        on_end=ends.append,
    )
    yield Setup(gate, guard, gate.add(guard, ticket), portal, portal, asked, ends)
    await gate.close()
    server.close()


def own(authority: Authority) -> bytes:
    return authority.own.public_bytes(Encoding.PEM)


async def through(setup: Setup, request: bytes) -> bytes:
    """The answer to a request that goes through a tunnel, as a browser that trusts the gate sends it."""
    host, _, port = setup.gate.address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    authority = setup.portal.address.removeprefix("https://")
    writer.write(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{setup.authorization()}\r\n\r\n".encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    await writer.start_tls(anybody, server_hostname="localhost")
    writer.write(request)
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    return answer


async def ask(setup: Setup, method: str, path: str, body: bytes = b"", *headers: str) -> int:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", f"Content-Length: {len(body)}", *headers]
    return int((await through(setup, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)).split()[1])


async def test_what_comes_through_is_examined_and_goes_on_over_tls(tmp_path: Path) -> None:
    async with standing(tmp_path, GOOD_PEM, own(KNOWN)) as setup:
        assert await ask(setup, "GET", "/receipt.pdf") == 200
        setup.guard.expect(STEP, STEP_PAGE)
        assert await ask(setup, "POST", STEP.request.path, STEP_BODY, FORM) == 200
        assert setup.portal.bodies[-1] == STEP_BODY
        assert [request.origin for request in setup.asked] == [setup.portal.address]
        assert await ask(setup, "POST", "/escape", b"x") == 403
        assert len(setup.portal.heads) == 2


@pytest.mark.parametrize(
    ("certificate", "authorities", "why"),
    [
        (lambda: KNOWN.signed("localhost", NOW - DAY)[1], lambda: own(KNOWN), "has expired"),
        (lambda: KNOWN.signed("elsewhere.example")[1], lambda: own(KNOWN), "for another name"),
        (lambda: UNKNOWN.signed("localhost")[1], lambda: own(KNOWN), "authority that is not trusted"),
        (lambda: GOOD_PEM, lambda: own(KNOWN) + KNOWN.revoked(GOOD), "was revoked"),
        (lambda: GOOD_PEM, lambda: own(KNOWN) + UNKNOWN.revoked(), "no list of revoked"),
    ],
)
async def test_a_portal_that_cannot_prove_who_it_is_gets_nothing(
    tmp_path: Path, certificate: Callable[[], bytes], authorities: Callable[[], bytes], why: str
) -> None:
    async with standing(tmp_path, certificate(), authorities()) as setup:
        setup.guard.expect(STEP, STEP_PAGE)
        assert await ask(setup, "POST", STEP.request.path, STEP_BODY, FORM) == 502
        assert (setup.portal.heads, setup.asked) == ([], [])
        (end,) = setup.ends
        assert isinstance(end, PortalUntrustedError)
        assert why in str(end)


async def test_a_list_of_revoked_certificates_refuses_nobody_else(tmp_path: Path) -> None:
    revoked, _ = KNOWN.signed("localhost")
    async with standing(tmp_path, GOOD_PEM, own(KNOWN) + KNOWN.revoked(revoked)) as setup:
        assert await ask(setup, "GET", "/") == 200

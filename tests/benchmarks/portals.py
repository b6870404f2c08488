"""How many requests a second one process answers portals, beside a bare route of Litestar that reads one row by key.

In process over ASGI, eight in flight: what a socket costs is the same for each. A code is redeemed durably, with its
event; the bare route writes nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Litestar, get
from litestar.params import FromPath
from sqlalchemy import bindparam, select

from gateway.database.engine import Database
from gateway.demo import catalogue
from gateway.oauth import clients, tickets
from gateway.oauth.clients import ClientRegistration
from gateway.oauth.tables import OAuthClient
from gateway.visits.tables import RunKind
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.gateways import BusyDesk, Gateway, a_gateway
from tests.databases import Databases
from tests.gateway.answers import Answer, request
from tests.gateway.oauth.portal import REDIRECT_URI, SECRET, basic, challenge

_AT_ONCE = 8
_CLIENT = "portal"
_VERIFIER = "v" * 64
_HEADERS = {"content-type": "application/x-www-form-urlencoded", "authorization": basic(_CLIENT, SECRET)}
_ROW = select(OAuthClient.client_id, OAuthClient.portal_id).where(OAuthClient.client_id == bindparam("client"))


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """The token endpoint and introspection, each beside the bare route, on both databases."""
    for kind, each in databases.items():
        with a_gateway(each) as gateway:
            yield from _on(kind, gateway, effort)


def _on(kind: str, gateway: Gateway, effort: Effort) -> Iterator[Figure]:
    count = effort.grants * _AT_ONCE
    desk = _at_work(gateway)
    codes = iter(_codes(gateway, desk, count * effort.rounds))
    tokens = [msgspec.json.decode(_token(gateway, next(codes)).body)["access_token"]]
    bare = _bare(gateway.parts.database)
    samples: list[tuple[float, float, float]] = []
    for _ in range(effort.rounds):
        redeemed = [_redemption(next(codes)) for _ in range(count - 1)]
        samples.append(
            (
                _rate(lambda app: request(app, "GET", f"/{_CLIENT}", {}), [bare] * count),
                _rate(lambda body: request(gateway.callers.app, "POST", "/oauth/token", _HEADERS, body), redeemed),
                _rate(
                    lambda token: request(
                        gateway.callers.app, "POST", "/oauth/introspect", _HEADERS, urlencode({"token": token}).encode()
                    ),
                    tokens * count,
                ),
            )
        )
    rows, redemptions, introspections = (max(each) for each in zip(*samples, strict=True))
    for name, rate in (("token endpoint", redemptions), ("introspection", introspections)):
        yield Figure(
            name=f"{name}, {kind}", value=rate, unit="requests/s", beside=f"one row {rows:.0f}/s", ratio=rate / rows
        )


def _rate(ask: Callable[[Any], Awaitable[Answer]], each: Sequence[Any]) -> float:
    """Requests a second, eight in flight; each is answered with 200."""

    async def all_of_them() -> float:
        free = asyncio.Semaphore(_AT_ONCE)

        async def one(what: Any) -> None:
            async with free:
                answer = await ask(what)
            assert answer.status == 200, answer.body

        started = time.perf_counter()
        await asyncio.gather(*(one(what) for what in each))
        return len(each) / (time.perf_counter() - started)

    return asyncio.run(all_of_them())


def _bare(database: Database) -> Litestar:
    @get("/{client:str}")
    async def row(client: FromPath[str]) -> dict[str, str]:
        found = await database.read(lambda conn: conn.execute(_ROW, {"client": client}).one())
        return {"client": found.client_id, "portal": found.portal_id}

    return Litestar([row], openapi_config=None)


def _at_work(gateway: Gateway) -> BusyDesk:
    """A visit whose connector is at work, and its portal as a client."""
    registration = ClientRegistration(
        client_id=_CLIENT,
        portal_id=catalogue.PORTAL_ID,
        secret=SECRET,
        redirect_uris=[REDIRECT_URI],
        personal_code_allowed=True,
    )
    gateway.parts.database.write_now(lambda conn: clients.register(conn, gateway.parts, registration))
    desk = gateway.desk()
    desk.open().grant()
    desk.fill()
    desk.begin()
    return desk


def _codes(gateway: Gateway, desk: BusyDesk, count: int) -> Iterator[str]:
    run, database = desk.run_of(RunKind.PREPARE).id, gateway.parts.database
    query = {
        "response_type": "code",
        "client_id": _CLIENT,
        "redirect_uri": REDIRECT_URI,
        "scope": "openid e_service",
        "code_challenge": challenge(_VERIFIER),
        "code_challenge_method": "S256",
    }
    for _ in range(count):
        headers = {"pilnvara-run-ticket": database.write_now(lambda conn: tickets.issue(conn, gateway.parts, run))}
        answer = asyncio.run(request(gateway.callers.app, "GET", f"/oauth/authorize?{urlencode(query)}", headers))
        yield answer.location.partition("code=")[2].partition("&")[0]


def _token(gateway: Gateway, code: str) -> Answer:
    return asyncio.run(request(gateway.callers.app, "POST", "/oauth/token", _HEADERS, _redemption(code)))


def _redemption(code: str) -> bytes:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": _VERIFIER,
    }
    return urlencode(form).encode()

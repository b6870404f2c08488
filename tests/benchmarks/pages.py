"""What each page of a visit costs: CPU, SQL statements, weight; beside a bare Litestar route in the same run."""

import gzip
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import uvloop
from litestar import Litestar, get
from litestar.enums import MediaType

from gateway.database.counting import count_statements
from gateway.pages.qr import qr
from gateway.web import assets
from tests.benchmarks.effort import Effort, cpu, lowest_ms, settle
from tests.benchmarks.figures import Aim, Figure
from tests.benchmarks.gateways import Gateway, a_gateway
from tests.benchmarks.limits import AIM_MS, AIM_STATEMENTS
from tests.benchmarks.states import Page, pages_of
from tests.databases import Databases
from tests.gateway.terminal_key import BROWSER

BARE = Page("bare Litestar route", "/bare")
_WHY = (
    "two fifths of a page is Jinja writing it, a quarter is reading what it shows and opening what is sealed, "
    "the rest is Litestar and two turns into the database's thread"
)
_A_LINK = "http://localhost:8000/a/" + "x" * 22
_BARE_BODY = "<p>" + "x" * 12_000
_HEADERS = [(b"accept", b"text/html"), (b"host", b"localhost:8000"), (b"user-agent", BROWSER.encode())]


@dataclass
class Cost:
    """What requests of one page took."""

    samples: list[float] = field(default_factory=list)
    """Seconds of CPU, each of all requests of a round."""
    statements: int = 0
    body: bytes = b""


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Every page on both databases, each round through all of them; a line a page."""
    costs: dict[str, dict[str, Cost]] = {}
    for kind, each in itertools.islice(databases.items(), effort.pages_on):
        with a_gateway(each) as gateway:
            costs[kind] = uvloop.run(_look(gateway, pages_of(gateway), effort))
    bare = {kind: lowest_ms(each.pop(BARE.name).samples, effort.pages) for kind, each in costs.items()}
    first = next(iter(costs))
    yield Figure(name=BARE.name, value=bare[first], unit="ms CPU", beside="no database")
    for name in costs[first]:
        yield _figure(name, {kind: each[name] for kind, each in costs.items()}, bare[first], effort)
    yield _code_drawn(effort)
    yield _assets()


async def _look(gateway: Gateway, pages: Sequence[Page], effort: Effort) -> dict[str, Cost]:
    bare = Litestar([answer_bare], openapi_config=None, logging_config=None)
    todo = [(bare, BARE), *((gateway.callers.app, page) for page in pages)]
    costs = {page.name: Cost() for _, page in todo}
    for app, page in todo:
        for _ in range(effort.warm_up):  # the first look may be put on record
            await ask(app, page)
        with count_statements() as counted:
            status, costs[page.name].body = await ask(app, page)
        assert status == 200, f"{page.name}: {status}"
        costs[page.name].statements = counted.total
    for _ in range(effort.rounds):
        settle()
        for app, page in todo:
            costs[page.name].samples.append(await _cpu_of(app, page, effort.pages))
    return costs


async def _cpu_of(app: Litestar, page: Page, times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        await ask(app, page)
    return time.process_time() - started


async def ask(app: Litestar, page: Page) -> tuple[int, bytes]:
    """Ask for a page over plain ASGI, with as little around it as can be: status and body."""
    address = urlsplit(page.path)
    cookie = "; ".join(f"{name}={value}" for name, value in page.cookies.items()).encode()
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": address.path,
        "raw_path": address.path.encode(),
        "query_string": address.query.encode(),
        "root_path": "",
        "headers": [*_HEADERS, (b"cookie", cookie)] if cookie else [*_HEADERS],
        "client": ("127.0.0.1", 40000),
        "server": ("localhost", 8000),
    }
    status, body = 0, b""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status, body
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            body += message.get("body", b"")

    answer: Callable[..., Awaitable[None]] = app
    await answer(scope, receive, send)
    return status, body


def _figure(name: str, costs: Mapping[str, Cost], bare_ms: float, effort: Effort) -> Figure:
    ms = {kind: lowest_ms(cost.samples, effort.pages) for kind, cost in costs.items()}
    statements = max(cost.statements for cost in costs.values())
    (first, value), *others = ms.items()
    body = costs[first].body
    weight, packed = len(body) / 1024, len(gzip.compress(body, 6)) / 1024
    return Figure(
        name=name,
        value=value,
        unit="ms CPU",
        beside="".join(f"{kind} {other:.2f} ms; " for kind, other in others)
        + f"{statements} statements; {weight:.1f} kB, packed {packed:.1f}",
        ratio=value / bare_ms,
        aims=(
            *(Aim(f"ms on {kind}", each, AIM_MS) for kind, each in ms.items()),
            Aim("statements", statements, AIM_STATEMENTS),
        ),
        why=_WHY,
    )


def _code_drawn(effort: Effort) -> Figure:
    """A page that leads a phone here is written many times while it waits; its code is drawn once in each process."""
    drawn = [cpu(lambda: qr.__wrapped__(_A_LINK)) for _ in range(effort.rounds)]
    return Figure(name="QR code, once for each link", value=lowest_ms(drawn, 1), unit="ms CPU")


def _assets() -> Figure:
    files = assets.load()
    packed = sum(len(each.packed or each.content) for name, each in files.items() if name.endswith((".css", ".js")))
    return Figure(name="style sheet and scripts, packed, once", value=packed / 1024, unit="kB")


@get("/bare", media_type=MediaType.HTML)
async def answer_bare() -> str:
    """What a page is held against: as many signs, and nothing behind them."""
    return _BARE_BODY

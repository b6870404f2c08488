"""What gate, fingerprint and read-back add to a run, each for itself, at each of the three portals.

The bare script does by the way what a run does at each page: a look when the page is reached and the comparison with
the committed form (fingerprint), a look once it is filled and the comparison with what was asked (read-back). What a
request pays for its way through the gate is the difference between a page fetched through it and directly, in turn.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx2
import msgspec
from playwright.async_api import Browser, Page, Request

from connectors.browser.run import READER
from connectors.runner import judge
from connectors.runner.gate import Gate
from connectors.runner.guard import Guard, utc_now
from connectors.runner.origins import normal_origin
from connectors.sdk import registry
from connectors.sdk.connector import Connector
from connectors.sdk.page import PageState
from connectors.sdk.shapes import settled
from connectors.sdk.steps import Final, Step, Values
from tests.benchmarks.bare import file_by_script
from tests.benchmarks.connector import SERVICES, Service, a_browser, at_work
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.connectors.desk import Desk
from tests.databases import Databases

_FETCHES = 10
"""Of one page, directly and through the gate, for each round."""


@dataclass
class Costs:
    """Seconds of one filing by the script, and of what it did by the way."""

    connector: Connector
    script: float = 0.0
    fingerprint: float = 0.0
    readback: float = 0.0
    requests: int = 1
    """The browser's, with that for the first page."""
    each_request: float = 0.0

    async def look(self, page: Page, form: Step | Final, values: Values, is_filled: bool) -> None:
        """What a run does at a page."""
        if not self.fingerprint:
            page.on("request", self._count)
        # A click returns once the next document has begun; what of it is not there yet would be read as gone.
        await page.wait_for_load_state("domcontentloaded")
        started = time.perf_counter()
        marks = self.connector.marks
        asked = {"button": form.button, "beside": marks.beside, "summary": marks.summary}
        found = await page.evaluate(READER, asked | {"withText": isinstance(form, Final)})
        state = msgspec.convert(found | {"status": 200}, PageState)
        judge.check_shape(self.connector, form, settled(form, state.form))
        if is_filled:
            judge.check_filled(self.connector, form, state, values)
            judge.items(form, state)
            self.readback += time.perf_counter() - started
        else:
            judge.check_arrival(self.connector, form, state, None)
            self.fingerprint += time.perf_counter() - started

    def _count(self, _request: Request) -> None:
        self.requests += 1


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """One service of each portal."""
    del databases
    for service, costs in zip(SERVICES, asyncio.run(_all(effort)), strict=True):
        yield from figures(service, costs)


def figures(service: Service, costs: Sequence[Costs]) -> Iterator[Figure]:
    """Each cost beside what the script takes without it; the least of all rounds."""
    without = min(each.script - each.fingerprint - each.readback for each in costs)
    requests, each_request = costs[0].requests, statistics.median(each.each_request for each in costs)
    found = {
        f"gate, {requests} requests at {each_request * 1000:.1f} ms": requests * each_request,
        "fingerprint": min(each.fingerprint for each in costs),
        "read-back": min(each.readback for each in costs),
    }
    for name, seconds in found.items():
        yield Figure(
            name=f"{service.id}: {name}",
            value=seconds * 1000,
            unit="ms",
            beside=f"bare Playwright script {without:.2f} s",
            ratio=seconds / without,
        )


async def _all(effort: Effort) -> list[list[Costs]]:
    async with at_work() as desks, a_browser() as browser:
        return [await of(browser, desk, each, effort) for desk, each in zip(desks, SERVICES, strict=True)]


async def of(browser: Browser, desk: Desk, service: Service, effort: Effort) -> list[Costs]:
    """As many rounds of one service as runs are wanted."""
    return [await _one(browser, desk, service) for _ in range(effort.runs)]


async def _one(browser: Browser, desk: Desk, service: Service) -> Costs:
    costs = Costs(registry.find(service.id))
    costs.script = await file_by_script(browser, desk, costs.connector, service.sample, costs.look)
    costs.each_request = await _through_the_gate(desk, costs.connector)
    return costs


async def _through_the_gate(desk: Desk, connector: Connector) -> float:
    """Seconds that one request takes longer through the gate."""
    gate = Gate(request_timeout=10, body_limit=1_000_000)
    await gate.open()
    guard = Guard(
        run_id="bench",
        portal_origin=normal_origin(desk.portal),
        issuer_origin=normal_origin(desk.issuer.url),
        authorize_path="/oauth/authorize",
        connector=connector,
        decide=desk.decide,
        clock=utc_now,
    )
    lane = gate.add(guard, desk.issuer.ticket)
    proxy = httpx2.Proxy(gate.address, auth=(lane.user, lane.password))
    more = []
    async with httpx2.AsyncClient(trust_env=False) as direct, httpx2.AsyncClient(proxy=proxy) as through:
        for number in range(_FETCHES + 1):
            took = [await _fetch(client, desk.portal) for client in (direct, through)]
            if number:  # the first opens the connections
                more.append(took[1] - took[0])
    await gate.close()
    return statistics.median(more)


async def _fetch(client: httpx2.AsyncClient, url: str) -> float:
    started = time.perf_counter()
    await client.get(url)
    return time.perf_counter() - started

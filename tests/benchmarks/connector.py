"""A connector's run, gate and read-back included, against the bare Playwright script on the same form.

One service of each portal. Sign-in, picture and waiting for people are apart: both sides are timed from the first page
of the form to the PDF, with the same browser, portal and answers, in turn. Of all rounds the quickest counts: what
others do on the machine can only add.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, async_playwright

from connectors.runner import Filed, RunnerSettings
from connectors.runner.runner import Runner
from connectors.sandbox import Sandbox, SandboxSettings
from connectors.sdk import registry
from connectors.workshop.issuer import StandInIssuer
from tests.benchmarks.bare import file_by_script
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.browser import find_browser
from tests.connectors.desk import SICKNESS, Desk
from tests.databases import Databases

AIM = 1.2


@dataclass(frozen=True)
class Service:
    """What is filed, and where."""

    id: str
    sample: int
    portal: str


SERVICES = (
    Service(SICKNESS, 0, "latvija"),
    Service("lv.nva.unemployed_status", 1, "eiestades"),
    Service("lv.vzd.cadastre_statement", 1, "registri"),
)
"""One of each portal: pages of a server, a single page that a script draws, old tables."""


@dataclass(frozen=True)
class Turn:
    """Seconds of one filing by each."""

    bare: float
    run: float
    sign_in: float
    picture: float


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Each service by run and by script, in turn."""
    del databases
    for service, turns in zip(SERVICES, asyncio.run(_all(effort)), strict=True):
        yield figure(service, turns)


def figure(service: Service, turns: Sequence[Turn]) -> Figure:
    """The run beside the bare script."""
    bare, run, sign_in, picture = (
        min(getattr(turn, name) for turn in turns) for name in ("bare", "run", "sign_in", "picture")
    )
    return Figure(
        name=f"run of {service.id}, gate and read-back included",
        value=run,
        unit="s",
        beside=f"bare Playwright script {bare:.2f} s; apart: sign-in {sign_in:.2f} s, picture {picture:.2f} s",
        ratio=run / bare,
        aims=(Aim("ratio", run / bare, AIM),),
    )


async def _all(effort: Effort) -> list[list[Turn]]:
    async with at_work() as desks:
        return [await in_turn(desk, each, effort) for desk, each in zip(desks, SERVICES, strict=True)]


@asynccontextmanager
async def at_work() -> AsyncIterator[list[Desk]]:
    """A desk in front of each service's portal."""
    runner = Runner(RunnerSettings(chromium=find_browser()))
    stand_in = StandInIssuer(services=tuple(registry.all()))
    with stand_in as issuer, Sandbox(settings_for(issuer)) as world:
        await runner.start()
        try:
            yield [Desk(runner, world.portals[each.portal].url, issuer) for each in SERVICES]
        finally:
            await runner.close()


def settings_for(issuer: StandInIssuer) -> SandboxSettings:
    """Portals that take `issuer` for the gateway."""
    return SandboxSettings.for_tests().with_gateway(issuer.url, issuer.client_id, issuer.client_secret)


async def in_turn(desk: Desk, service: Service, effort: Effort) -> list[Turn]:
    """File by script and by run, in turn, after one of each to warm up if there is more than one."""
    connector, turns = registry.find(service.id), []
    async with a_browser() as browser:
        warm_up = min(effort.runs - 1, 1)
        for _ in range(effort.runs + warm_up):
            bare = await file_by_script(browser, desk, connector, service.sample)
            turns.append(Turn(bare, *await _file_by_run(desk, service)))
    return turns[warm_up:]


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """The browser of the bare script: the connectors' own, without what is switched off in it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(), chromium_sandbox=os.geteuid() != 0)
        yield browser
        await browser.close()


async def _file_by_run(desk: Desk, service: Service) -> tuple[float, float, float]:
    task = desk.prepare_task(service.id, service.sample)
    started = time.perf_counter()
    prepared = await desk.runner.prepare(task, desk.decide, desk.progress)
    between = {timing.part: timing.seconds for timing in prepared.timings}
    sent = await desk.runner.send(desk.send_task(task, prepared.readback), desk.decide, desk.progress)
    whole = time.perf_counter() - started
    assert isinstance(sent, Filed), sent
    assert sent.pdf
    return whole - between["sign_in"] - between["picture"], between["sign_in"], between["picture"]

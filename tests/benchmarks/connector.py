"""A connector's run, gate and read-back included, against the bare Playwright script on the same form.

Sign-in, picture and waiting for people are apart: both sides are timed from the first page of the form to the PDF.
Both use the same browser, portal and answers, in turn; the figures are medians.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from playwright.async_api import Browser, Page, async_playwright

from connectors.runner import Filed, RunnerSettings
from connectors.runner.runner import Runner
from connectors.sandbox import Sandbox, SandboxSettings
from connectors.sdk import registry
from connectors.sdk.connector import Connector
from connectors.sdk.steps import How
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.browser import find_browser
from tests.connectors.desk import SICKNESS, Desk
from tests.connectors.issuer import CLIENT, SECRET, TICKET_HEADER, FakeIssuer
from tests.databases import Databases

AIM = 1.2


@dataclass(frozen=True)
class Times:
    """Seconds, medians."""

    bare: float
    run: float
    sign_in: float
    picture: float


async def _fill_bare(page: Page, connector: Connector, values: dict[str, str | list[str]]) -> None:
    for step in connector.steps_for(values):
        for action in (action for fill in step.fills for action in fill.actions(values)):
            if not action.value or action.how is How.FILE:
                continue
            scope = page.get_by_role("group", name=action.within, exact=True) if action.within else page
            control = scope.get_by_label(action.label, exact=True)
            match action.how:
                case How.TEXT:
                    await control.fill(action.value)
                case How.SELECT:
                    await control.select_option(action.value)
                case _:
                    await control.check()
        await page.get_by_role("button", name=step.button, exact=True).click()


async def _bare(browser: Browser, desk: Desk) -> float:
    """What one would write without any of this."""
    connector = registry.find(SICKNESS)
    values = dict(desk.prepare_task().values)
    context = await browser.new_context(
        extra_http_headers={TICKET_HEADER: await desk.issuer.ticket()}, java_script_enabled=connector.javascript
    )
    page = await context.new_page()
    await page.goto(desk.portal + connector.sign_in.path)
    started = time.perf_counter()
    await _fill_bare(page, connector, values)
    await page.get_by_role("button", name=connector.final.button, exact=True).click()
    assert await page.locator("#numurs").text_content()
    path = await page.get_by_role("link", name=connector.receipt.pdf_link or "", exact=True).get_attribute("href")
    await (await context.request.get(desk.portal + (path or ""))).body()
    await context.close()
    return time.perf_counter() - started


async def _run(runner: Runner, desk: Desk) -> tuple[float, float, float]:
    task = desk.prepare_task()
    started = time.perf_counter()
    prepared = await runner.prepare(task, desk.decide, desk.progress)
    between = {timing.part: timing.seconds for timing in prepared.timings}
    sent = await runner.send(desk.send_task(task, prepared.readback), desk.decide, desk.progress)
    whole = time.perf_counter() - started
    assert isinstance(sent, Filed), sent
    assert sent.pdf
    return whole - between["sign_in"] - between["picture"], between["sign_in"], between["picture"]


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """The run and the bare script, in turn."""
    del databases
    yield figure(asyncio.run(_alone(effort)))


def figure(times: Times) -> Figure:
    """The run beside the bare script."""
    return Figure(
        name="connector run, gate and read-back included",
        value=times.run,
        unit="s",
        beside=f"bare Playwright script {times.bare:.2f} s; "
        f"apart: sign-in {times.sign_in:.2f} s, picture {times.picture:.2f} s",
        ratio=times.run / times.bare,
        aims=(Aim("ratio", times.run / times.bare, AIM),),
    )


async def _alone(effort: Effort) -> Times:
    runner = Runner(RunnerSettings(chromium=find_browser()))
    with FakeIssuer() as issuer, Sandbox(SandboxSettings.for_tests().with_gateway(issuer.url, CLIENT, SECRET)) as world:
        await runner.start()
        try:
            return await in_turn(Desk(runner, world.portal_url, issuer), effort)
        finally:
            await runner.close()


async def in_turn(desk: Desk, effort: Effort) -> Times:
    """Run both in turn, after one of each to warm up if there is more than one."""
    bare: list[float] = []
    runs: list[tuple[float, float, float]] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(), chromium_sandbox=os.geteuid() != 0)
        warm_up = min(effort.runs - 1, 1)
        for _ in range(effort.runs + warm_up):
            bare.append(await _bare(browser, desk))
            runs.append(await _run(desk.runner, desk))
        await browser.close()
    run, sign_in, picture = (statistics.median(column) for column in zip(*runs[warm_up:], strict=True))
    return Times(statistics.median(bare[warm_up:]), run, sign_in, picture)

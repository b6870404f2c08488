"""The script that one would write with Playwright alone: it fills a portal's form, sends it and fetches the PDF.

It trusts the portal, reads nothing back and is asked by nobody. What `make bench` holds a connector's run against.
"""

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import assert_never
from urllib.parse import urljoin

from playwright.async_api import Browser, Locator, Page

from connectors.sdk.connector import Connector
from connectors.sdk.inputs import Upload
from connectors.sdk.steps import Action, Final, How, Moves, Step, Values
from connectors.workshop.issuer import TICKET_HEADER
from tests.connectors.desk import Desk

Look = Callable[[Page, Step | Final, Values, bool], Awaitable[None]]
"""Called with each page of the form when it is reached, and, then with true, once it is filled in."""


async def file_by_script(
    browser: Browser, desk: Desk, connector: Connector, sample: int, look: Look | None = None
) -> float:
    """File a sample's answers; seconds from the first page of the form to the PDF."""
    task = desk.prepare_task(connector.id, sample)
    context = await browser.new_context(
        extra_http_headers={TICKET_HEADER: await desk.issuer.ticket()}, java_script_enabled=connector.javascript
    )
    page = await context.new_page()
    await page.goto(desk.portal + connector.sign_in.path, wait_until="domcontentloaded")
    started = time.perf_counter()
    for step in connector.steps_for(task.values):
        await _arrive(page, step)
        if look:
            await look(page, step, task.values, False)
        await _fill(page, step, task.values, task.files)
        if look:
            await look(page, step, task.values, True)
        await page.get_by_role("button", name=step.button, exact=True).click()
    await _arrive(page, connector.final)
    if look:
        await look(page, connector.final, task.values, True)
    await page.get_by_role("button", name=connector.final.button, exact=True).click()
    link = page.get_by_role("link", name=connector.receipt.pdf_link or "", exact=True)
    path = await link.get_attribute("href")
    assert re.search(connector.receipt.reference or "", await page.locator("body").inner_text())
    pdf = await (await context.request.get(urljoin(page.url, path or ""))).body()
    assert pdf.startswith(b"%PDF-")
    await context.close()
    return time.perf_counter() - started


async def _fill(page: Page, step: Step, values: Values, files: Mapping[str, Upload]) -> None:
    for action in (action for fill in step.fills for action in fill.actions(values)):
        if action.value or action.several:
            await _set(page, action, files)


async def _arrive(page: Page, step: Step | Final) -> None:
    """A page that a script draws has to be waited for; another document is."""
    if step.moves is Moves.IN_PAGE:
        await page.get_by_role("heading", name=step.heading or "", exact=True).wait_for()


def _control(page: Page, action: Action) -> Locator:
    """By its label; a portal of old tables has capital names and no labels."""
    around: Page | Locator = page
    for name in (action.row, action.within):
        if name is not None:
            around = around.get_by_role("group", name=name, exact=True)
    if action.control.isupper():
        return around.locator(f'[name="{action.control}"]')
    return around.get_by_label(action.label, exact=True)


async def _set(page: Page, action: Action, files: Mapping[str, Upload]) -> None:
    if action.how is How.ROWS:
        for _ in range(int(action.value)):
            await page.get_by_role("button", name=action.label, exact=True).click()
        return
    control = _control(page, action)
    match action.how:
        case How.TEXT:
            await control.fill(action.value)
        case How.SELECT | How.SELECT_SEVERAL:
            await control.select_option(list(action.several) or action.value)
        case How.RADIO | How.CHECKBOX:
            await control.check()
        case How.TYPEAHEAD:
            await control.fill(action.value[:-1])
            await control.press_sequentially(action.value[-1])
            await page.get_by_role("option", name=action.value, exact=True).click()
        case How.FILE:
            file = files[action.input or ""]
            await control.set_input_files({"name": file.filename, "mimeType": file.media_type, "buffer": file.content})
        case never:
            assert_never(never)

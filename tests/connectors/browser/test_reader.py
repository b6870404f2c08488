"""What is read of a portal's error summary."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from connectors.browser.launch import executable
from connectors.browser.run import READER

pytestmark = pytest.mark.anyio

_PAGE = """<base href="http://portals.test/"><div role="alert"><ul><li><a href="#id-konts">Konts nav derīgs</a></li>
<li><a href="/solis-2?x=1#talrunis">Tālrunis nav derīgs</a></li><li><a href="/palidziba">Palīdzība</a></li>
<li><a href="#kada-grupa">Izvēlieties vienu</a></li></ul></div>
<form><label>Konts <input id="id-konts" name="konts"></label>
<fieldset id="kada-grupa"><legend>Kā?</legend><label><input type="radio" name="ka" value="a"> A</label>
</fieldset></form>"""


@pytest.fixture
async def tab() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), headless=True)
        yield await browser.new_page()
        await browser.close()


async def test_a_message_of_the_summary_is_read_with_the_control_that_it_leads_to(tab: Page) -> None:
    await tab.set_content(_PAGE)
    asked = {"button": "Nosūtīt", "beside": ".kluda", "summary": "[role=alert]", "withText": False}
    state: dict[str, Any] = await tab.evaluate(READER, asked)
    assert state["messages"] == ["Konts nav derīgs", "Tālrunis nav derīgs", "Palīdzība", "Izvēlieties vienu"]
    assert state["pointed"] == {
        "konts": "Konts nav derīgs",
        "talrunis": "Tālrunis nav derīgs",
        "ka": "Izvēlieties vienu",
    }

"""Setting controls on a page that moves while it is filled."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, async_playwright

from connectors.browser.controls import Controls
from connectors.browser.launch import executable
from connectors.sdk.fills import Action, How
from connectors.sdk.page import PageState

pytestmark = pytest.mark.anyio

_PAGE = """<div id="above"></div>
<fieldset><legend>Kur?</legend><label><input type="radio" name="kur" value="seit"> Šeit</label></fieldset>
<label><input type="checkbox" name="jā" value="ja"> Jā</label>
<script>
  var moves = MOVES;
  addEventListener("mousedown", () => { if (moves-- > 0) above.style.height = `${200 - above.offsetHeight}px`; });
</script>"""


@pytest.fixture
async def tab() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), headless=True)
        yield await browser.new_page()
        await browser.close()


def _controls(tab: Page) -> Controls:
    return Controls("run", tab, PageState(path="/"), {})


_RADIO = Action(how=How.RADIO, input=None, control="kur", label="Šeit", value="seit")
_BOX = Action(how=How.CHECKBOX, input=None, control="jā", label="Jā", value="ja")


async def test_a_choice_whose_click_was_lost_as_the_page_moved_is_clicked_again(tab: Page) -> None:
    await tab.set_content(_PAGE.replace("MOVES", "2"))
    for action in (_RADIO, _BOX):
        await _controls(tab).set(action)
    assert await tab.locator(":checked").count() == 2

    await tab.set_content(_PAGE.replace("MOVES", "9"))
    with pytest.raises(PlaywrightError, match="did not change its state"):
        await _controls(tab).set(_RADIO)
    assert await tab.locator(":checked").count() == 0

"""Setting controls on a page that moves while it is filled."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, async_playwright

from connectors.browser.controls import Controls, GiveUpError
from connectors.browser.launch import executable
from connectors.sdk.fills import Action, How
from connectors.sdk.page import ControlState, FieldShape, FormShape, PageState

pytestmark = pytest.mark.anyio

_PAGE = """<div id="above"></div>
<fieldset><legend>Kur?</legend><label><input type="radio" name="kur" value="seit"> Šeit</label></fieldset>
<label><input type="checkbox" name="jā" value="ja"> Jā</label>
<script>
  var moves = MOVES;
  addEventListener("mousedown", () => { if (moves-- > 0) above.style.height = `${200 - above.offsetHeight}px`; });
</script>"""


_TWICE = """<form><input name="vārds"></form>
<form><label>Vārds <input name="vārds"></label><label>Otrs <input name="otrs"></label><button>Tālāk</button></form>"""


@pytest.fixture
async def tab() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), headless=True)
        yield await browser.new_page()
        await browser.close()


def _controls(tab: Page, *fields: FieldShape) -> Controls:
    form = FormShape(action="/", method="post", enctype="", fields=fields)
    return Controls("run", tab, PageState(path="/", form=form), {})


_FOLDED = """<details><summary>More</summary><label for="d">Dog</label><select id="d" name="dogs" multiple>
<option value="a" selected>A<option value="b">B<option value="c">C</select></details>"""
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


async def test_is_done_by_the_name_that_was_read_with_the_label_unless_two_have_it(
    tab: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tab.set_content(_TWICE)
    read = [FieldShape(name=name, type="text", label=label) for name, label in (("vārds", "Vārds"), ("otrs", "Otrs"))]
    for each in read:
        action = Action(how=How.TEXT, input=None, control=each.name, label=each.label, value="jā")
        await _controls(tab, *read).set(action)
    assert await tab.evaluate("[...document.querySelectorAll('input')].map((one) => one.value)") == ["", "jā", "jā"]

    controls = _controls(tab, FieldShape(name="otrs", type="text", label="Trešais"))
    monkeypatch.setattr("connectors.browser.controls.CONTROL_TIMEOUT", 100)
    with pytest.raises(GiveUpError):
        await controls.set(Action(how=How.TEXT, input=None, control="otrs", label="Cits", value="nē"))
    assert await tab.get_by_label("Otrs").input_value() == "jā"


async def test_of_a_list_that_is_folded_away_exactly_what_was_answered_is_chosen(tab: Page) -> None:
    await tab.set_content(_FOLDED)
    list_ = Action(how=How.SELECT_SEVERAL, input=None, control="dogs", label="Dog")
    chosen = tab.locator("option:checked")
    folded = Controls("run", tab, PageState(path="/", folded=("dogs",)), {})
    await folded.set(replace(list_, several=("b", "c")))
    assert await chosen.all_inner_texts() == ["B", "C"]
    held = (ControlState(name="dogs", type="select-multiple", label="Dog", value=each) for each in ("b", "c"))
    await Controls("run", tab, PageState(path="/", controls=tuple(held)), {}).set(list_)
    assert await chosen.count() == 0

"""Every page of the gallery in a real browser: WCAG 2.2 AA by axe, no sideways scrolling, no policy violated."""

from collections.abc import Iterator
from typing import get_args

import pytest
from playwright.sync_api import Browser

from tests.ui.server import NONCE, Site, serving
from tests.wcag import ensure_accessible
from ui.environment import Renderer
from ui.gallery import PAGES, sample_page
from ui.i18n import Language

LANGUAGES: tuple[Language, ...] = tuple(one for one in get_args(Language) if "-" not in one)


@pytest.fixture(scope="module")
def site(renderer: Renderer) -> Iterator[Site]:
    pages = {f"/{name}.{lang}": sample_page(renderer, name, lang, NONCE) for name in PAGES for lang in LANGUAGES}
    with serving(Site(pages=pages)) as running:
        yield running


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_breaks_no_rule_at_a_phones_and_a_desks_width(browser: Browser, site: Site, name: str, language: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 900})
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        page.goto(f"{site.base}/{name}.{language}", wait_until="load")
        ensure_accessible(page)
    finally:
        page.close()
    assert said == []


def test_the_link_at_the_end_of_a_stacked_row_is_in_sight_on_a_phone_and_the_row_is_still_one(
    browser: Browser, site: Site
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    try:
        page.goto(f"{site.base}/components.en", wait_until="load")
        table = page.get_by_role("table", name="Visits that are open elsewhere")
        link = table.get_by_role("row").nth(1).get_by_role("cell").nth(3).get_by_role("link", name="Take over")
        box = link.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
        assert table.get_by_role("columnheader").all_text_contents()[-1] == "Visit"
    finally:
        page.close()


def test_a_live_page_that_is_exchanged_meanwhile_is_asked_again(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 900})
    try:
        page.set_content(
            """<!doctype html><html lang="en"><title>Live</title><body class="js-enabled"><main><h1>Check</h1></main>"""
        )
        page.evaluate(
            """() => Object.defineProperty(window, "seenAt", {configurable: true, set() {
                delete window.seenAt;
                const main = document.querySelector("main");
                setTimeout(() => { main.replaceWith(main.cloneNode(true)); window.exchanged = true; });
            }})"""
        )
        ensure_accessible(page, (320,))
        assert page.evaluate("window.exchanged") is True
    finally:
        page.close()


@pytest.mark.parametrize("name", ["fields", "desk", "readback", "components"])
def test_pages_hold_together_without_scripts(browser: Browser, site: Site, name: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 900}, java_script_enabled=False)
    try:
        page.goto(f"{site.base}/{name}.lv")
        assert page.locator("h1").first.is_visible()
        assert page.locator("[data-print]:visible, [data-copy]:visible").count() == 0
        if name == "desk":
            assert page.get_by_role("link", name="Pārbaudīt vēlreiz").is_visible()
        if name == "fields":
            assert page.get_by_label("Tālrunis", exact=True).is_visible()
    finally:
        page.close()


@pytest.mark.parametrize("name", ["desk", "components"])
def test_paper_shows_nothing_that_is_there_to_be_pressed(browser: Browser, site: Site, name: str) -> None:
    page = browser.new_page()
    try:
        page.goto(f"{site.base}/{name}.lv")
        assert page.locator(".app-languages").is_visible()
        page.emulate_media(media="print")
        offered = page.locator("header a:visible, header button:visible, .govuk-button:visible").all_inner_texts()
        assert offered == ["Pilnvara"], "whose page it is"
    finally:
        page.close()


def test_at_400_per_cent_nothing_is_cut_off(browser: Browser, site: Site) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 256})
    try:
        page.goto(f"{site.base}/desk.lv")
        for button in page.get_by_role("button").all():
            button.scroll_into_view_if_needed()
            box = button.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 320
    finally:
        page.close()


@pytest.mark.parametrize("name", ["desk", "readback", "fields"])
def test_everything_can_be_reached_by_keyboard_and_shows_that_it_was(browser: Browser, site: Site, name: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    try:
        page.goto(f"{site.base}/{name}.en")
        page.wait_for_selector("body.js-enabled")
        page.evaluate("document.activeElement.blur()")
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            seen = page.evaluate(
                """() => { const e = document.activeElement; if (e === document.body) return null;
                const s = getComputedStyle(e);
                const n = e.nextElementSibling && e.matches(".govuk-radios__input, .govuk-checkboxes__input")
                  ? getComputedStyle(e.nextElementSibling, "::before") : s;
                return [e.outerHTML.slice(0, 80), s.outlineStyle, n.boxShadow, s.backgroundColor]; }"""
            )
            if seen is None:
                break
            reached.add(seen[0])
            assert seen[1] != "none" or seen[2] != "none", f"no sign of focus on {seen[0]}"
        assert len(reached) >= 5
    finally:
        page.close()

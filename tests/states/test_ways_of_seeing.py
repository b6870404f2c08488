"""The main pages as people set browsers: wide spacing, own colours, no motion, four times as large, no scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.states.conftest import Played
from tests.states.shown import Shown
from tests.states.site import Site, show
from tests.states.walking import WALKS

SCENES = [
    "anyone.scene_sign_in",
    "desk.scene_questions",
    "phone.scene_by_phone",
    "display.scene_by_code",
    "mine.scene_own_page",
    "auditor.scene_one_visit",
    "administrator.scene_changes",
]
_SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
}"""
"""What WCAG 1.4.12 asks a page to bear."""
_CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((each) => {
    const style = getComputedStyle(each);
    const hides = [style.overflowX, style.overflowY].some((one) => one === "hidden" || one === "clip");
    const apart = each.matches(".govuk-visually-hidden, .govuk-visually-hidden *, .govuk-skip-link") ||
        each.matches("svg, svg *, textarea, input, select") || style.clipPath === "inset(50%)";
    return hides && !apart && each.innerText?.trim() && each.checkVisibility() &&
        (each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1);
}).map((each) => each.outerHTML.slice(0, 120))"""
_BARE = """() => [...document.querySelectorAll("main .govuk-button, main .govuk-input, main .govuk-select")]
    .filter((each) => each.checkVisibility())
    .filter((each) => {
        const style = getComputedStyle(each);
        return parseFloat(style.borderTopWidth) === 0 && style.outlineStyle === "none";
    }).map((each) => each.outerHTML.slice(0, 120))"""
_MOVING = """() => document.getAnimations().filter((each) => each.effect?.getTiming().duration > 10)
    .map((each) => each.effect.target?.outerHTML.slice(0, 120))"""
_COVERING = """() => [...document.querySelectorAll("body *")].filter((each) => {
    const fixed = ["fixed", "sticky"].includes(getComputedStyle(each).position);
    return fixed && each.checkVisibility() && each.getBoundingClientRect().height > innerHeight / 2;
}).map((each) => each.outerHTML.slice(0, 120))"""
_WIDE = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(params=SCENES)
def shown(request: pytest.FixtureRequest, played: Played, site: Site) -> list[Shown]:
    """The main pages of a scene."""
    found = [played(request.param, ("lv",))[name] for name in WALKS[request.param]]
    site.add(found)
    return found


def _opened(page: Page, site: Site, shown: list[Shown]) -> Iterator[str]:
    for each in shown:
        show(page, site, each, "lv")
        yield each.name


def test_bear_wider_spacing_four_times_the_size_own_colours_and_no_motion(
    page: Page, site: Site, shown: list[Shown]
) -> None:
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.set_viewport_size({"width": 320, "height": 256})
    for name in _opened(page, site, shown):
        page.wait_for_selector("body.js-enabled")
        assert page.evaluate(_BARE) == [], f"{name}: in own colours nothing shows where it is"
        assert page.evaluate(_MOVING) == [], f"{name} moves"
        assert page.evaluate(_COVERING) == [], f"{name}: something covers half of a small window"
        page.evaluate(_SPACED)
        assert page.evaluate(_CUT_OFF) == [], f"{name}: wider spacing cuts off"
        assert not page.evaluate(_WIDE), f"{name} scrolls sideways with wider spacing"


def test_hold_together_without_scripts(browser: Browser, site: Site, shown: list[Shown]) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 900})
    page = context.new_page()
    for name in _opened(page, site, shown):
        assert page.locator("h1").first.is_visible(), name
        assert page.locator("button[type=button]:visible").count() == 0, f"{name}: a button that does nothing"
        assert page.locator("main form").count() == page.locator("main form:has(button:not([type=button]))").count()
    context.close()

"""What WCAG 2.2 AA asks of a page, as far as a machine can tell: axe-core's rules at a phone's and a desk's width."""

import os
from typing import Final

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS: Final = (320, 1280)
"""CSS pixels: the least that reflow (1.4.10) asks for, and a desk."""
_OPTIONS: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # What passed is not looked at closer, and no stylesheet is fetched again: the same findings in a third of the time.
    "resultTypes": ["violations"],
    "preload": False,
}
_CONTRAST: Final = "color-contrast"
_AGAIN: Final = {**_OPTIONS, "rules": {_CONTRAST: {"enabled": False}}}
_RUN: Final = """options => {
    const shows = (each) => each.checkVisibility({visibilityProperty: true, opacityProperty: true});
    window.seenAt = new WeakSet([...document.querySelectorAll("body *")].filter(shows));
    return axe.run(document, options).then(({violations}) => ({violations}));
}"""
_RUN_AGAIN: Final = """async (options) => {
    const shows = (each) => each.checkVisibility({visibilityProperty: true, opacityProperty: true});
    const fresh = [...document.querySelectorAll("body *")].filter((each) => shows(each) && !seenAt.has(each));
    fresh.forEach((each) => seenAt.add(each));
    const anew = (only) => axe.run({include: fresh.map((each) => [each])}, {...options, rules: {}, ...only});
    if (ONLY) return fresh.length ? anew({}) : {violations: []};
    const {violations} = await axe.run(document, options);
    if (!fresh.length) return {violations};
    const contrast = await anew({runOnly: ["RULE"]});
    return {violations: [...violations, ...contrast.violations]};
}""".replace("RULE", _CONTRAST).replace("ONLY", str(os.environ.get("PILNVARA_TEST_TWINS") == "core").lower())
"""At a further width, contrast is measured of what did not show before: half of axe's time goes into that one rule, and
no colour of ours depends on the width (`tests/ui/test_build.py` holds that). Where twins are left out (decision 43),
all rules are asked there of what shows anew alone."""


def ensure_accessible(page: Page, widths: tuple[int, ...] = WIDTHS) -> None:
    """See that a loaded page breaks no rule and scrolls in one direction only; its scripts must have started.

    The first width is the narrowest: the letters are smallest there, and contrast is asked most of those.
    """
    page.wait_for_selector("body.js-enabled")
    page.evaluate(Axe().axe_script)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        is_first = width == widths[0]
        found = page.evaluate(_RUN, _OPTIONS) if is_first else page.evaluate(_RUN_AGAIN, _AGAIN)
        result = AxeResults(found)
        assert result.violations_count == 0, f"{page.url} at {width} px\n{result.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} scrolls at {width} px"

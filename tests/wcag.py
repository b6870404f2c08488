"""What WCAG 2.2 AA asks of a page, as far as a machine can tell: axe-core's rules at a phone's and a desk's width."""

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
_RUN = "options => axe.run(document, options).then(({violations}) => ({violations}))"


def ensure_accessible(page: Page, widths: tuple[int, ...] = WIDTHS) -> None:
    """See that a loaded page breaks no rule and scrolls in one direction only; its scripts must have started."""
    page.wait_for_selector("body.js-enabled")
    page.evaluate(Axe().axe_script)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        result = AxeResults(page.evaluate(_RUN, _OPTIONS))
        assert result.violations_count == 0, f"{page.url} at {width} px\n{result.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} scrolls at {width} px"

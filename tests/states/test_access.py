"""Every state breaks no rule of WCAG 2.2 AA and no policy, and whoever made a mistake is taken to it.

CI looks at each page as often as it changes within a scene, in one width; `make test` at every state in both.
"""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.gateway.windows import listen
from tests.states.conftest import Played
from tests.states.registry import SCENES
from tests.states.shown import Kind, Shown
from tests.states.site import Site, show
from tests.wcag import WIDTHS, faults

IS_CORE = os.environ.get("PILNVARA_TEST_TWINS") == "core"
ON_A_DISPLAY = (800, 1280)
"""A screen that faces the resident is never narrower."""
_MEANT = ("the server responded with a status of", "net::ERR_FAILED", "net::ERR_INTERNET_DISCONNECTED")
"""Complaints of a browser about what a state is there for."""
_HAS_FOCUS = """() => {
    const told = document.querySelector(".govuk-error-summary, .govuk-notification-banner[role=alert]");
    return Boolean(told?.contains(document.activeElement));
}"""


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all of them: opening one takes longer than a page."""
    opened = browser.new_context()
    yield opened
    opened.close()


@pytest.fixture
def window(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("scene", [name for name in SCENES if name != "problems.scene_every_code"])
def test_every_state_is_accessible_and_breaks_no_policy(played: Played, site: Site, window: Page, scene: str) -> None:
    shown = list(played(scene, ("lv",)).values())
    site.add(shown)
    complaints, found = listen(window), list[str]()
    for each in _looked_at(shown):
        widths = ON_A_DISPLAY if each.role == "display" else WIDTHS
        window.set_viewport_size({"width": widths[0], "height": 900})
        show(window, site, each, "lv")
        if each.method == "POST" and each.status >= 400 and each.kind is not Kind.PROBLEM:
            window.wait_for_selector("body.js-enabled")
            if not window.evaluate(_HAS_FOCUS):
                found.append(f"{each.name}: the summary of what is wrong has no focus, or there is none")
        window.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        found += faults(window, widths[:1] if IS_CORE else widths)
    found += [line for line in complaints if not any(each in line for each in _MEANT)]
    assert found == [], "\n".join(found)


def _looked_at(shown: list[Shown]) -> Iterator[Shown]:
    """All of them; in CI those that show templates, or an error, that the ones before them in the scene did not."""
    seen: set[tuple[frozenset[str], bool, object]] = set()
    for each in shown:
        what = (each.templates, each.kind is Kind.ERROR, each.then)
        if not IS_CORE or what not in seen:
            yield each
        seen.add(what)

"""What WCAG 2.2 AA asks of a page, as far as a machine can tell: axe-core's rules at a phone's and a desk's width.

What axe leaves to a person fails too, until somebody has looked and says in `REVIEWED` why it is right.
"""

import json
import os
from typing import Final, NamedTuple

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS: Final = (320, 1280)
"""CSS pixels: the least that reflow (1.4.10) asks for, and a desk."""


class Reviewed(NamedTuple):
    """What axe could not decide by itself, and a person has."""

    rule: str
    said: str
    """Axe's own key of why it could not tell."""
    within: str
    """A selector: the element in doubt or one around it."""
    reason: str


REVIEWED: Final = (
    Reviewed(
        "color-contrast",
        "pseudoContent",
        ".govuk-radios, .govuk-checkboxes",
        "the box or circle is drawn before the label by a pseudo element, beside the words and not behind them",
    ),
    Reviewed(
        "color-contrast",
        "pseudoContent",
        ".app-timeline",
        "the line and its points are drawn beside the words by pseudo elements, and not behind them",
    ),
    Reviewed(
        "frame-tested",
        "",
        "iframe",
        "it holds a portal’s own file in a sandbox without scripts, which nobody outside looks into; it has a title",
    ),
    Reviewed(
        "color-contrast",
        "elmPartiallyObscured",
        ".app-scroll",
        "what lies past the edge of a table that scrolls sideways has the colours of what lies before it",
    ),
    Reviewed(
        "color-contrast",
        "shortTextContent",
        ".govuk-table__cell--numeric, .govuk-table",
        "a figure of one digit has the colours of every other cell",
    ),
    Reviewed(
        "color-contrast",
        "elmPartiallyObscuring",
        ".app-statement",
        "a heading stands in the statement’s own lines: nothing lies over it or under it but the page",
    ),
)
_OPTIONS: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # What passed is not looked at closer, and no stylesheet is fetched again: the same findings in a third of the time.
    "resultTypes": ["violations", "incomplete"],
    "preload": False,
}
_CONTRAST: Final = "color-contrast"
_AGAIN: Final = {**_OPTIONS, "rules": {_CONTRAST: {"enabled": False}}}
_STILL: Final = """() => {
    window.still = async (ask) => {
        for (let left = ATTEMPTS; ; left -= 1) {
            let moved = false;
            const look = (records) => {
                moved ||= records.some(({addedNodes, removedNodes}) => [...addedNodes, ...removedNodes].some(
                    (each) => each.nodeType === Node.ELEMENT_NODE && !each.matches("head *")));
            };
            const watcher = new MutationObserver(look);
            watcher.observe(document, {childList: true, subtree: true});
            const found = await ask();
            look(watcher.takeRecords());
            watcher.disconnect();
            if (!moved || left === 1) return found;
        }
    };
}""".replace("ATTEMPTS", "5")
"""A live page may exchange its parts while axe looks at them, and axe then leaves what has gone to a person: it is
asked again until the page stood still."""
_RUN: Final = """options => {
    const shows = (each) => each.checkVisibility({visibilityProperty: true, opacityProperty: true});
    window.seenAt = new WeakSet([...document.querySelectorAll("body *")].filter(shows));
    const told = (rule, node) => {
        const [said] = [...node.any, ...node.all, ...node.none].map(({data}) => data?.messageKey).filter(Boolean);
        const fits = REVIEWED.some((each) => each.rule === rule && each.said === (said ?? "") &&
            document.querySelector(node.target[0])?.closest(each.within));
        return fits ? [] : [`${rule} ${said ?? ""}: ${node.target.join(" ")} ${node.html.slice(0, 160)}`];
    };
    return still(() => axe.run(document, options)).then(({violations, incomplete}) => ({
        violations,
        unreviewed: incomplete.flatMap(({id, nodes}) => nodes.flatMap((node) => told(id, node))),
    }));
}""".replace("REVIEWED", json.dumps([each._asdict() for each in REVIEWED]))
_RUN_AGAIN: Final = """async (options) => {
    const shows = (each) => each.checkVisibility({visibilityProperty: true, opacityProperty: true});
    const fresh = [...document.querySelectorAll("body *")].filter((each) => shows(each) && !seenAt.has(each));
    fresh.forEach((each) => seenAt.add(each));
    const anew = (only) => still(() => {
        const include = fresh.filter((each) => each.isConnected).map((each) => [each]);
        return include.length ? axe.run({include}, {...options, rules: {}, ...only}) : {violations: []};
    });
    if (ONLY) return fresh.length ? anew({}) : {violations: []};
    const {violations} = await still(() => axe.run(document, options));
    if (!fresh.length) return {violations};
    const contrast = await anew({runOnly: ["RULE"]});
    return {violations: [...violations, ...contrast.violations]};
}""".replace("RULE", _CONTRAST).replace("ONLY", str(os.environ.get("PILNVARA_TEST_TWINS") == "core").lower())
"""At a further width, contrast is measured of what did not show before: half of axe's time goes into that one rule, and
no colour of ours depends on the width (`tests/ui/test_build.py` holds that). Where twins are left out (decision 43),
all rules are asked there of what shows anew alone."""


def ensure_accessible(page: Page, widths: tuple[int, ...] = WIDTHS) -> None:
    """See that a loaded page breaks no rule and scrolls in one direction only; its scripts must have started."""
    found = faults(page, widths)
    assert found == [], "\n".join(found)


def faults(page: Page, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """What is wrong with a loaded page, in words.

    The first width is the narrowest: the letters are smallest there, and contrast is asked most of those.
    """
    page.wait_for_selector("body.js-enabled")
    page.evaluate(Axe().axe_script)
    page.evaluate(_STILL)
    return [fault for width in widths for fault in _faults_at(page, width, is_first=width == widths[0])]


def _faults_at(page: Page, width: int, *, is_first: bool) -> list[str]:
    page.set_viewport_size({"width": width, "height": 900})
    found = page.evaluate(_RUN, _OPTIONS) if is_first else page.evaluate(_RUN_AGAIN, _AGAIN)
    result, where = AxeResults(found), f"{page.url} at {width} px"
    told = [f"{where}\n{result.generate_report()}"] if result.violations_count else []
    told += [f"{where}: axe leaves to a person {each}" for each in found.get("unreviewed", ())]
    return told + ([f"{where} scrolls"] if page.evaluate("document.documentElement.scrollWidth") > width else [])

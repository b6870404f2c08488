"""Where the Tab key leads on the main pages, in order: kept as text, one file a page, and compared by a test.

`python -m tests.states.walking` writes the files anew; whoever does so reads what has changed before committing it.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import Page, sync_playwright

from tests.browser import find_browser
from tests.databases import SqliteDatabases
from tests.states.registry import play
from tests.states.shown import Shown
from tests.states.site import Site, serving, show

FOLDER: Final = Path(__file__).with_name("walks")
WALKS: Final[Mapping[str, tuple[str, ...]]] = {
    "anyone.scene_start": ("anyone/start",),
    "anyone.scene_sign_in": ("sign-in/form", "sign-in/wrong"),
    "desk.scene_desk": ("desk/day",),
    "desk.scene_stages": ("desk/service", "desk/request", "desk/approval", "desk/permit", "desk/filed", "desk/stopped"),
    "desk.scene_questions": ("desk/questions-all", "desk/questions-missing"),
    "desk.scene_lost_connection": ("desk/lost-left",),
    "desk.scene_receipt": ("desk/close",),
    "phone.scene_by_phone": ("phone/code", "phone/number", "phone/statement", "phone/readback", "phone/filed"),
    "phone.scene_feedback": ("feedback/questions",),
    "display.scene_by_code": (
        "display/statement",
        "display/statement-large",
        "display/code-wrong",
        "display/questions",
        "display/resting",
        "display/stop",
        "display/readback",
        "display/filed",
    ),
    "display.scene_by_phone": (
        "display/blank",
        "display/greeting",
        "display/invite",
        "display/number",
        "display/no",
        "display/refused",
        "display/farewell",
        "display/thanks",
    ),
    "anyone.scene_new_display": ("display/enrol", "display/enrol-wrong", "display/waiting", "display/prove"),
    "anyone.scene_pairing": ("display/pairing", "desk/display-choose"),
    "mine.scene_own_page": ("mine/overview", "mine/live"),
    "centre.scene_manager": ("manage/start", "manage/delegations"),
    "centre.scene_second_look": ("second-look/address-shown",),
    "auditor.scene_one_visit": ("audit/not-verified", "audit/visit"),
    "administrator.scene_changes": ("admin/changes", "admin/change-to-confirm"),
}
"""By scene, the states whose walk is kept."""
_MOST: Final = 150
_HERE: Final = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    const words = (text) => (text ?? "").replace(/\\s+/g, " ").trim().slice(0, 90);
    const ids = (at.getAttribute("aria-labelledby") ?? "").split(" ");
    const by = ids.map((id) => document.getElementById(id)?.innerText);
    const label = [...(at.labels ?? [])].map((each) => each.textContent).join(" ");
    const legend = at.matches("[type=radio], [type=checkbox]")
        ? at.closest("fieldset")?.querySelector("legend")?.textContent : "";
    const name = words(at.getAttribute("aria-label") ?? "") || words(by.join(" ")) || words(label) ||
        words(at.textContent) || words(at.title);
    const kind = at.getAttribute("role") ?? (at.type && at.tagName !== "A" ? `${at.tagName} ${at.type}` : at.tagName);
    return `${kind.toLowerCase()}: ${legend ? `${words(legend)} / ` : ""}${name}`;
}"""


def walk(page: Page) -> list[str]:
    """What Tab reaches on a loaded page, from its beginning until it leaves the page."""
    page.wait_for_selector("body.js-enabled")
    page.evaluate("document.activeElement?.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
    page.evaluate(
        "document.body.setAttribute('tabindex', '-1'); document.body.focus(); document.body.removeAttribute('tabindex')"
    )
    reached: list[str] = []
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        here = page.evaluate(_HERE)
        if here is None:
            break
        reached.append(here)
    return reached


def file_of(name: str) -> Path:
    """Where a state's walk is kept."""
    return FOLDER / f"{name.replace('/', '-')}.txt"


def walks(page: Page, site: Site, shown: Iterable[Shown]) -> dict[str, list[str]]:
    """The walks over these states at a desk's width, by name."""
    page.set_viewport_size({"width": 1280, "height": 900})
    found = {}
    for each in shown:
        show(page, site, each, "lv")
        found[each.name] = walk(page)
    return found


def main() -> int:
    """Write every walk anew."""
    with TemporaryDirectory(prefix="pilnvara-walks-") as folder:
        databases = SqliteDatabases(Path(folder))
        played = [
            each for scene, names in WALKS.items() for each in play(scene, databases, ("lv",)) if each.name in names
        ]
        with serving(Site()) as site, sync_playwright() as playwright:
            site.add(played)
            browser = playwright.chromium.launch(executable_path=find_browser(), chromium_sandbox=os.geteuid() != 0)
            for name, reached in walks(browser.new_page(), site, played).items():
                file_of(name).write_text("\n".join(reached) + "\n", encoding="utf-8")
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

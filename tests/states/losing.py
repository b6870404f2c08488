"""What a lost connection makes of a page: brought about in a browser by its own scripts, before whom nobody answers.

What comes back is played by the browser's own routes: the page as it was, as another tab changed it, or gone.
"""

from typing import Final

from playwright.sync_api import Page, Route

_OURS: Final = "**/desk/visits/**"
_FORGET: Final = """async () => {
    const isThere = async () => (await indexedDB.databases()).some((each) => each.name === "pilnvara-drafts");
    while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 20));
    const done = (asked) => new Promise((resolve) => { asked.onsuccess = asked.oncomplete = () => resolve(asked); });
    const base = (await done(indexedDB.open("pilnvara-drafts"))).result;
    const clearing = base.transaction("drafts", "readwrite");
    clearing.objectStore("drafts").clear();
    await done(clearing);
    base.close();
}"""
_FORM: Final = """(mark) => {
    const form = document.querySelector("form[data-draft]");
    return `<form data-draft="" action="${form.getAttribute("action")}">
        <input name="draft" value="${mark ?? form.elements.draft.value}"></form>`;
}"""
_NO_FORM: Final = "<p>Nothing is asked any more.</p>"
_KEPT: Final = '{"draft": "new", "text": ""}'


def cut(page: Page) -> None:
    """Nobody answers while something is typed."""
    page.evaluate(_FORGET)  # what the state before left here
    page.reload(wait_until="load")
    page.wait_for_selector("body.js-enabled")
    page.context.set_offline(True)
    page.locator("form[data-draft] input.govuk-input:visible").first.fill("B-26-00001-1")
    page.locator("[data-draft-list] li").wait_for(state="visible")  # it says so once it is kept
    _says(page, "offline")


def left(page: Page) -> None:
    """The page is opened again; what was typed lies here."""
    cut(page)
    page.context.set_offline(False)
    page.route(_OURS, lambda route: route.abort())
    page.reload(wait_until="load")
    _says(page, "left")


def back(page: Page) -> None:
    """Somebody answers again, and takes the draft."""
    _back(page, None, 200)
    _says(page, "back")


def conflict(page: Page) -> None:
    """Another tab has kept other answers meanwhile."""
    _back(page, "another tab's", 200)
    _says(page, "conflict")


def refused(page: Page) -> None:
    """The gateway does not take the draft."""
    _back(page, None, 422)
    _says(page, "refused")


def elsewhere(page: Page) -> None:
    """The visit has moved on."""
    cut(page)
    _answer(page, _NO_FORM, 200)
    _says(page, "elsewhere")


def recover(page: Page) -> None:
    """End what a state before has done to the connection."""
    page.context.set_offline(False)
    page.unroute_all()


def _back(page: Page, mark: str | None, status: int) -> None:
    cut(page)
    _answer(page, page.evaluate(_FORM, mark), status)


def _answer(page: Page, html: str, status: int) -> None:
    def answer(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(body=html, content_type="text/html")
        else:
            route.fulfill(status=status, body=_KEPT, content_type="application/json")

    page.route(_OURS, answer)
    page.context.set_offline(False)


def _says(page: Page, what: str) -> None:
    page.locator(f'[data-draft-panel] h2[data-draft-when="{what}"]').wait_for(state="visible")

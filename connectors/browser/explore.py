"""An author's walk through a form in a real browser: what each page asks, and what leaves when it is sent on.

For `pilnvara connectors new`, at a portal's test system; no resident and no gate. It presses only what leads on, and
never what a portal might call its last button.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import msgspec
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page, Request, async_playwright

from connectors.browser.launch import executable
from connectors.browser.run import READER
from connectors.sdk.page import FieldShape, PageState
from connectors.sdk.steps import ErrorMarks

_TIMEOUT = 15_000.0
_MOST_PAGES = 30
_LEADS_ON = ("next", "continue", "proceed", "start", "begin", "tālāk", "turpināt", "sākt", "uz priekšu")
_BUTTONS = """() => [...document.querySelectorAll("button, input[type=submit]")]
  .filter((one) => one.checkVisibility() && (one.type === "submit"))
  .map((one) => [((one.matches("input") && one.value) || one.textContent || "").replace(/\\s+/g, " ").trim(),
                 one.form ? (one.form.getAttribute("method") || "get").toLowerCase() : ""])"""


class ExploreError(Exception):
    """The walk cannot go on; the message says where it stands and what the author can do."""


class Answerer(Protocol):
    """Says what to put into a control."""

    def __call__(self, field: FieldShape, error: str) -> str:
        """The value; `error` is what the portal said of the one before."""


@dataclass(kw_only=True)
class Walked:
    """One page as it was met, and how it was left."""

    path: str
    language: str
    state: PageState
    button: str
    """That leads on; of the last page the one that was not pressed."""
    answers: dict[str, str] = field(default_factory=dict)
    """By control."""
    folded: set[str] = field(default_factory=set)
    """Controls that nobody sees before something is opened: they stay as they are."""
    sent: tuple[str, str, str] | None = None
    """Method, path and content type of what left when the button was pressed."""
    moved_by_script: bool = False

    @property
    def is_last(self) -> bool:
        """Whether its button was left alone."""
        return self.sent is None


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where to go, and by which buttons."""

    url: str
    sign_in: str | None = None
    """Path that is opened first."""
    leads_on: tuple[str, ...] = ()
    """Buttons that lead on, besides those that are known to."""
    last: str | None = None
    """The button that files: never pressed, whatever it says."""


async def explore(
    route: Route, answer: Answerer, tell: Callable[[str], None] = lambda _: None
) -> tuple[str, list[Walked]]:
    """Walk from the first page to the last; gives the path at which the sign-in arrived, and the pages.

    Raises:
        ExploreError: a page cannot be left.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), headless=True)
        try:
            context = await browser.new_context(locale="lv-LV", timezone_id="Europe/Riga", service_workers="block")
            page = await context.new_page()
            page.set_default_timeout(_TIMEOUT)
            return await _Explorer(page, route, answer, tell).walk()
        except PlaywrightError as error:
            raise ExploreError(f"the browser could not go on: {error.message.splitlines()[0]}") from error
        finally:
            await browser.close()


class _Explorer:
    def __init__(self, page: Page, route: Route, answer: Answerer, tell: Callable[[str], None]) -> None:
        self._page = page
        self._route = route
        self._answer = answer
        self._tell = tell
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(route.url))
        self._sent: list[Request] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.method not in ("GET", "HEAD", "OPTIONS") and request.url.startswith(self._origin):
            self._sent.append(request)

    async def walk(self) -> tuple[str, list[Walked]]:
        if self._route.sign_in is not None:
            await self._page.goto(urljoin(self._origin, self._route.sign_in))
        landed = urlsplit(self._page.url).path if self._route.sign_in is not None else ""
        await self._page.goto(self._route.url)
        if urlsplit(self._page.url)[:2] != urlsplit(self._origin)[:2]:
            raise ExploreError(
                f"instead of the form the browser is at {self._page.url}: how is it signed in? (--sign-in)"
            )
        walked: list[Walked] = []
        for _ in range(_MOST_PAGES):
            walked.append(await self._page_walked())
            if walked[-1].is_last:
                return landed or walked[0].path, walked
        raise ExploreError(f"no last page came within {_MOST_PAGES}: name its button (--last)")

    async def _page_walked(self) -> Walked:
        button, is_last = self._chosen(await self._page.evaluate(_BUTTONS))
        walked = Walked(
            path=urlsplit(self._page.url).path,
            language=await self._page.evaluate("document.documentElement.lang") or "",
            state=await self._read(button),
            button=button,
        )
        self._tell(f"{walked.path}  “{walked.state.title}”  {'last: ' if is_last else ''}“{button}”")
        if is_last:
            await self._fill(walked, {})
        else:
            await self._leave(walked)
        return walked

    def _chosen(self, buttons: list[tuple[str, str]]) -> tuple[str, bool]:
        """The button to go by, and whether it is the last one."""
        named = [text for text, _ in buttons if text]
        if self._route.last in named and self._route.last is not None:
            return self._route.last, True
        for text in named:
            if text in self._route.leads_on or text.casefold().startswith(_LEADS_ON):
                return text, False
        posting = list(dict.fromkeys(text for text, method in buttons if text and method == "post"))
        if not posting:
            said = ", ".join(f"“{text}”" for text in named) or "none"
            where = urlsplit(self._page.url).path
            raise ExploreError(f"on {where} no button leads on; there are: {said}. Name it: --next TEXT or --last TEXT")
        if len(posting) > 1:
            named = [f"“{text}”" for text in posting]
            self._tell(f"  any of these may file: {', '.join(named)}. The last one is taken; otherwise: --last TEXT")
        return posting[-1], True

    async def _leave(self, walked: Walked) -> None:
        errors: Mapping[str, str] = {}
        state = walked.state
        for _try in range(3):
            await self._fill(walked, errors)
            before, self._sent[:] = (self._page.url, walked.state.title), []
            await self._page.get_by_role("button", name=walked.button, exact=True).click(no_wait_after=True)
            await self._settled(before)
            state = await self._read(walked.button)
            if self._sent:
                last = self._sent[0]
                content_type = (await last.all_headers()).get("content-type", "")
                walked.sent = (last.method, urlsplit(last.url).path, content_type)
                walked.moved_by_script = last.resource_type != "document"
            errors = state.errors
            if not errors and not state.messages:
                break
            self._tell("  the portal says: " + "; ".join([*state.messages, *errors.values()]))
            walked.state = state
        else:
            told = "; ".join(f"{control}: {text}" for control, text in errors.items()) or "; ".join(state.messages)
            raise ExploreError(f"{walked.path} does not take the made-up values: {told}. Give others: --answers FILE")
        if walked.sent is None:
            raise ExploreError(
                f"“{walked.button}” on {walked.path} sends nothing: give the address behind it to --from-url"
            )

    async def _settled(self, before: tuple[str, str]) -> None:
        """Wait until the page that follows is there, or this one says what is wrong."""
        for _ in range(60):
            await self._page.wait_for_timeout(50)
            try:
                await self._page.wait_for_load_state("domcontentloaded")
                state = await self._read(None)
            except PlaywrightError:
                continue
            if (self._page.url, state.title) != before or state.errors or state.messages:
                return

    async def _fill(self, walked: Walked, errors: Mapping[str, str]) -> None:
        for control in walked.state.form.fields if walked.state.form is not None else ():
            if control.type in ("hidden", "submit") or not control.name:
                continue
            if control.name in walked.answers and control.name not in errors and errors:
                continue
            if control.type != "file" and not await self._controls(control).first.is_visible():
                walked.folded.add(control.name)
                continue
            value = self._answer(control, errors.get(control.name, ""))
            walked.answers[control.name] = value
            await self._set(control, value)

    def _controls(self, control: FieldShape) -> Locator:
        return self._page.locator(f"[name={msgspec.json.encode(control.name).decode()}]")

    async def _set(self, control: FieldShape, value: str) -> None:
        found = self._controls(control)
        match control.type:
            case "radio" | "checkbox":
                for index, (offered, _) in enumerate(control.options):
                    if offered == value:
                        await found.nth(index).check()
            case "select-one" | "select-multiple":
                await found.select_option(value=value)
            case "file":
                content = b"%PDF-1.4\n% made up\n%%EOF\n"
                await found.set_input_files({"name": value, "mimeType": "application/pdf", "buffer": content})
            case _:
                await found.fill(value)

    async def _read(self, button: str | None) -> PageState:
        marks = ErrorMarks()
        asked: dict[str, Any] = {
            "button": button,
            "beside": marks.beside,
            "summary": marks.summary,
            "withText": button is not None,
        }
        return msgspec.convert(await self._page.evaluate(READER, asked), PageState)

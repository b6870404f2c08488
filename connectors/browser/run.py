"""One run in the browser: a context of its own, carried through the form as the worker says.

It judges nothing. It reports each page and waits; whether the page is right, and whether a request may leave, is
decided on the worker's side.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec
from playwright.async_api import Browser, BrowserContext, Page, Response
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from connectors.browser import messages as say
from connectors.browser.controls import CONTROL_TIMEOUT, Controls, GiveUpError
from connectors.browser.turns import Turn
from connectors.sdk import registry
from connectors.sdk.connector import Connector
from connectors.sdk.page import PageState
from connectors.sdk.paths import path_pattern
from connectors.sdk.steps import Final, Moves, Step

READER = files("connectors.browser").joinpath("reader.js").read_text(encoding="utf-8")
_SETTLED = files("connectors.browser").joinpath("settled.js").read_text(encoding="utf-8")
_PAUSE = 0.02
"""Seconds between two looks at a page that is being drawn."""
_NEARLY = 3.0
"""Seconds after which a page with another heading than the declared one is taken as it is."""
_LOCALES = {"lv": "lv-LV", "en": "en-GB"}

_KINDS = (
    "strict mode violation",
    "context was destroyed",
    "crashed",
    "has been closed",
    "not attached",
    "did not change its state",
    "not an <",
)
"""What the browser's driver says of its failures, as far as it can be repeated."""

Tell = Callable[[say.Report], Awaitable[None]]


def _kind_of(error: PlaywrightError) -> str:
    """Which failure it was. Never its text: that may hold what stood on the page."""
    return next((kind for kind in _KINDS if kind in error.message), "other")


class _Answer:
    """What a navigation brought."""

    def __init__(self, response: Response | None) -> None:
        self._response = response
        self.status = response.status if response else 0

    async def body(self) -> bytes:
        """The document's bytes."""
        return await self._response.body() if self._response else b""


class BrowserRun:
    """One run's context and page."""

    def __init__(self, opened: say.Open, context: BrowserContext, page: Page, tell: Tell, turn: Turn) -> None:
        self._id = opened.run
        self._origin = opened.portal_origin
        self._timeout = opened.page_timeout * 1000
        self._connector: Connector = registry.find(opened.connector)
        self._context = context
        self._page = page
        self._tell = tell
        self._turn = turn
        self._go = asyncio.Queue[None]()
        self._state: PageState | None = None

    @classmethod
    async def open(cls, browser: Browser, opened: say.Open, tell: Tell, turn: Turn) -> "BrowserRun":
        """A fresh context behind the run's own credentials.

        Pictures of a browser's runs are taken one after the other, by `turn`: each takes some 15 MB meanwhile.
        """
        connector = registry.find(opened.connector)
        context = await browser.new_context(
            proxy={
                "server": opened.proxy,
                "username": opened.user,
                "password": opened.password,
                "bypass": "<-loopback>",
            },
            service_workers="block",
            # The gate ends TLS in the portal's place, and verifies the portal itself; nothing else can be reached.
            ignore_https_errors=True,
            accept_downloads=False,
            java_script_enabled=connector.javascript,
            locale=_LOCALES.get(opened.language, "lv-LV"),
            timezone_id="Europe/Riga",
        )
        return cls(opened, context, await context.new_page(), tell, turn)

    def proceed(self) -> None:
        """The worker found the last page right."""
        self._go.put_nowait(None)

    async def close(self) -> None:
        """Forget everything of this run."""
        await self._context.close()

    async def carry_out(self, command: say.Command) -> None:
        """Do what one command asks, and report what came of it."""
        try:
            await self._do(command)
        except GiveUpError as error:
            await self._tell(error.report)
        except PlaywrightTimeoutError:
            await self._tell(say.Failed(run=self._id, reason="timeout", detail=type(command).__name__))
        except PlaywrightError as error:
            detail = type(command).__name__
            if "net::" in error.message:
                await self._tell(say.Failed(run=self._id, reason="unavailable", detail=detail))
            else:
                detail = f"{detail}: {_kind_of(error)}"
                await self._tell(say.Failed(run=self._id, reason="browser", detail=detail))

    async def _do(self, command: say.Command) -> None:
        match command:
            case say.Open():
                state = await self._visit(command.sign_in)
                await self._tell(say.SignedIn(run=self._id, state=state))
            case say.Fill():
                await self._fill(command)
            case say.TakePicture():
                async with self._turn.taken():
                    png = await self._page.screenshot(full_page=True, type="png", animations="disabled")
                await self._tell(say.Picture(run=self._id, png=png))
            case say.Press():
                await self._tell(say.Pressed(run=self._id, state=await self._press_last()))
            case say.Visit():
                await self._look(command.path)
            case say.FetchReceipt():
                await self._tell(say.Receipt(run=self._id, pdf=await self._receipt(command.path)))

    async def _fill(self, command: say.Fill) -> None:
        steps = self._connector.steps_for(command.values)
        pages: tuple[Step | Final, ...] = (*steps, self._connector.final)
        entry = self._connector.entry
        status = 200 if self._is_at(entry) else (await self._open(entry)).status
        state = await self._reached(pages[0], status)
        for step, following in zip(steps, pages[1:], strict=True):
            await self._fill_page(step, state, command)
            await self._go.get()
            status = await self._press(step.button, step.moves)
            state = await self._reached(following, status)
        final = self._connector.final
        if final.fills:
            await self._fill_page(final, state, command)
        else:
            await self._tell(say.PageOpened(run=self._id, page=final.name, state=state))

    async def _fill_page(self, page: Step | Final, state: PageState, command: say.Fill) -> None:
        await self._tell(say.PageOpened(run=self._id, page=page.name, state=state))
        await self._go.get()
        await self._set_controls(page, state, command)
        filled = await self._read(page.button, status=200, with_text=isinstance(page, Final))
        await self._tell(say.PageFilled(run=self._id, page=page.name, state=filled))

    async def _set_controls(self, page: Step | Final, state: PageState, command: say.Fill) -> None:
        controls = Controls(self._id, self._page, state, command.files)
        for action in (action for fill in page.fills for action in fill.actions(command.values)):
            await controls.set(action)
        if isinstance(page, Step) and page.hook is not None:
            await page.hook(_Hands(self._page, self._timeout), command.values)

    async def _open(self, path: str) -> _Answer:
        response = await self._page.goto(
            urljoin(self._origin, path), wait_until="domcontentloaded", timeout=self._timeout
        )
        return _Answer(response)

    def _is_at(self, path: str) -> bool:
        """Whether the page is at a path; what follows a `?` counts where the path names it."""
        here = urlsplit(self._page.url)
        return path in (here.path, f"{here.path}?{here.query}")

    async def _visit(self, path: str) -> PageState:
        return await self._read(None, status=(await self._open(path)).status)

    async def _look(self, path: str) -> None:
        answer = await self._open(path)
        state = await self._read(None, status=answer.status, with_text=True)
        await self._tell(say.Visited(run=self._id, state=state, body=await answer.body()))

    async def _press(self, button: str, moves: Moves) -> int:
        """Press a button; the status of the document it led to, which a page that moves on by itself does not have."""
        pressed = self._page.get_by_role("button", name=button, exact=True)
        if moves is Moves.IN_PAGE:
            await pressed.click(timeout=CONTROL_TIMEOUT, no_wait_after=True)
            return 200
        async with self._page.expect_navigation(wait_until="domcontentloaded", timeout=self._timeout) as navigation:
            await pressed.click(timeout=CONTROL_TIMEOUT, no_wait_after=True)
        return _Answer(await navigation.value).status

    async def _reached(self, page: Step | Final, status: int) -> PageState:
        """The page as it is once it is drawn, or whatever the portal shows in its place."""
        if page.moves is Moves.IN_PAGE:
            await self._settle(page.path, page.button, page.heading, self._connector.sign_in.lost_paths)
        return await self._read(page.button, status=status, with_text=isinstance(page, Final))

    async def _press_last(self) -> PageState:
        final, connector = self._connector.final, self._connector
        status = await self._press(final.button, final.moves)
        if final.moves is Moves.IN_PAGE:
            lost = (*connector.sign_in.lost_paths, *final.declined_paths)
            await self._settle(connector.receipt.path, None, None, lost)
        return await self._read(None, status=status, with_text=True)

    async def _settle(self, path: str, button: str | None, heading: str | None, ends: tuple[str, ...]) -> None:
        """Wait until the page's script has drawn what it will; by our own looks, for a portal may forbid `eval`."""
        marks = self._connector.marks
        asked = {
            "path": path_pattern(path).pattern,
            "ends": [path_pattern(each).pattern for each in ends],
            "button": button,
            "heading": heading,
            "beside": marks.beside,
            "summary": marks.summary,
        }
        until = time.monotonic() + self._timeout / 1000
        nearly_until = None
        while time.monotonic() < until:
            found = await self._evaluate_through_navigations(_SETTLED, asked)
            if found == "nearly":
                nearly_until = nearly_until or time.monotonic() + _NEARLY
            if found not in ("", "nearly") or (nearly_until is not None and time.monotonic() > nearly_until):
                return
            await asyncio.sleep(_PAUSE)

    async def _evaluate_through_navigations(self, script: str, argument: object) -> object:
        try:
            return await self._page.evaluate(script, argument)
        except PlaywrightError as error:
            if "context was destroyed" in error.message or "navigation" in error.message:
                return ""  # the script led to another document, which is looked at next
            raise

    async def _read(self, button: str | None, *, status: int, with_text: bool = False) -> PageState:
        marks = self._connector.marks
        found: dict[str, Any] = await self._page.evaluate(
            READER, {"button": button, "beside": marks.beside, "summary": marks.summary, "withText": with_text}
        )
        return msgspec.convert(found | {"status": status}, PageState)

    async def _receipt(self, path: str | None) -> bytes | None:
        if path is None:
            link = self._connector.receipt.pdf_link
            if link is None:
                return None
            path = await self._page.get_by_role("link", name=link, exact=True).get_attribute(
                "href", timeout=CONTROL_TIMEOUT
            )
        address = urljoin(self._page.url, path or "")
        if urlsplit(address)[:2] != urlsplit(self._origin)[:2]:
            return None
        response = await self._context.request.get(address, timeout=self._timeout, max_redirects=0)
        body = await response.body()
        return body if response.status == 200 and body.startswith(b"%PDF-") else None


class _Hands:
    """What a connector's hook may do on the page."""

    def __init__(self, page: Page, timeout: float) -> None:
        self._page = page
        self._timeout = timeout

    async def click(self, role: str, name: str) -> None:
        # A connector may name any role; Playwright's type lists those of one version.
        wanted: Any = role
        await self._page.get_by_role(wanted, name=name, exact=True).click(timeout=self._timeout)

    async def fill(self, label: str, text: str) -> None:
        await self._page.get_by_label(label, exact=True).fill(text, timeout=self._timeout)

    async def wait_for(self, text: str) -> None:
        await self._page.get_by_text(text).first.wait_for(timeout=self._timeout)

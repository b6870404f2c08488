"""One run in the browser: a context of its own, carried through the form as the worker says.

It judges nothing. It reports each page and waits; whether the page is right, and whether a request may leave, is
decided on the worker's side.
"""

import asyncio
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec
from playwright.async_api import Browser, BrowserContext, Locator, Page, Response
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from connectors.browser import messages as say
from connectors.sdk import registry
from connectors.sdk.connector import Connector
from connectors.sdk.page import PageState
from connectors.sdk.steps import Action, Final, How, Step

READER = files("connectors.browser").joinpath("reader.js").read_text(encoding="utf-8")
_CONTROL_TIMEOUT = 5_000.0
_LOCALES = {"lv": "lv-LV", "en": "en-GB"}

Tell = Callable[[say.Report], Awaitable[None]]


class _GiveUpError(Exception):
    """The run cannot go on; carries the report that says why."""

    def __init__(self, report: say.Failed) -> None:
        super().__init__(report.detail)
        self.report = report


class BrowserRun:
    """One run's context and page."""

    def __init__(self, opened: say.Open, context: BrowserContext, page: Page, tell: Tell) -> None:
        self._id = opened.run
        self._origin = opened.portal_origin
        self._timeout = opened.page_timeout * 1000
        self._connector: Connector = registry.find(opened.connector)
        self._context = context
        self._page = page
        self._tell = tell
        self._go = asyncio.Queue[None]()
        self._state: PageState | None = None

    @classmethod
    async def open(cls, browser: Browser, opened: say.Open, tell: Tell) -> "BrowserRun":
        """A fresh context behind the run's own credentials."""
        connector = registry.find(opened.connector)
        context = await browser.new_context(
            proxy={
                "server": opened.proxy,
                "username": opened.user,
                "password": opened.password,
                "bypass": "<-loopback>",
            },
            service_workers="block",
            accept_downloads=False,
            java_script_enabled=connector.javascript,
            locale=_LOCALES.get(opened.language, "lv-LV"),
            timezone_id="Europe/Riga",
        )
        return cls(opened, context, await context.new_page(), tell)

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
        except _GiveUpError as error:
            await self._tell(error.report)
        except PlaywrightTimeoutError:
            await self._tell(say.Failed(run=self._id, reason="timeout", detail=type(command).__name__))
        except PlaywrightError as error:
            # Never its text: that may hold what stood on the page.
            detail = type(command).__name__
            if "net::" in error.message:
                await self._tell(say.Failed(run=self._id, reason="unavailable", detail=detail))
            else:
                await self._tell(say.Failed(run=self._id, reason="browser", detail=detail))

    async def _do(self, command: say.Command) -> None:
        match command:
            case say.Open():
                state = await self._visit(command.sign_in)
                await self._tell(say.SignedIn(run=self._id, state=state))
            case say.Fill():
                await self._fill(command)
            case say.TakePicture():
                png = await self._page.screenshot(full_page=True, type="png", animations="disabled")
                await self._tell(say.Picture(run=self._id, png=png))
            case say.Press():
                state = await self._continue(self._connector.final.button, None, with_text=True)
                await self._tell(say.Pressed(run=self._id, state=state))
            case say.Visit():
                await self._look(command.path)
            case say.FetchReceipt():
                await self._tell(say.Receipt(run=self._id, pdf=await self._receipt(command.path)))

    async def _fill(self, command: say.Fill) -> None:
        steps = self._connector.steps_for(command.values)
        pages: tuple[Step | Final, ...] = (*steps, self._connector.final)
        if urlsplit(self._page.url).path == self._connector.entry:
            state = await self._read(pages[0].button, status=200)
        else:
            state = await self._visit(self._connector.entry, button=pages[0].button)
        for step, following in zip(steps, pages[1:], strict=True):
            await self._tell(say.PageOpened(run=self._id, page=step.name, state=state))
            await self._go.get()
            await self._set_controls(step, state, command)
            state = await self._read(step.button, status=200)
            await self._tell(say.PageFilled(run=self._id, page=step.name, state=state))
            await self._go.get()
            state = await self._continue(step.button, following.button, with_text=isinstance(following, Final))
        await self._tell(say.PageOpened(run=self._id, page=self._connector.final.name, state=state))

    async def _set_controls(self, step: Step, state: PageState, command: say.Fill) -> None:
        for action in (action for fill in step.fills for action in fill.actions(command.values)):
            try:
                await self._set(action, state, command)
            except PlaywrightTimeoutError:
                failed = say.Failed(run=self._id, reason="control", detail=action.control, input=action.input)
                raise _GiveUpError(failed) from None
        if step.hook is not None:
            await step.hook(_Hands(self._page, self._timeout), command.values)

    async def _set(self, action: Action, state: PageState, command: say.Fill) -> None:
        held = [control.value for control in state.controls if control.name == action.control]
        wanted = self._offered(action, state) if action.contains and action.value else action.value
        if action.how is How.CHECKBOX:
            if (action.value in held) != bool(action.value) or (not action.value and any(held)):
                await self._control(action).set_checked(bool(action.value), timeout=_CONTROL_TIMEOUT)
            return
        if wanted == (held[0] if held else ""):
            return
        match action.how:
            case How.TEXT:
                await self._control(action).fill(wanted, timeout=_CONTROL_TIMEOUT)
            case How.SELECT:
                await self._control(action).select_option(value=wanted, timeout=_CONTROL_TIMEOUT)
            case How.RADIO if wanted:
                await self._control(action).check(timeout=_CONTROL_TIMEOUT)
            case How.FILE if action.input in command.files:
                given = command.files[action.input]
                # As a buffer: a file set by its path is missing from the request's body.
                await self._control(action).set_input_files(
                    {"name": given.filename, "mimeType": given.media_type, "buffer": given.content},
                    timeout=_CONTROL_TIMEOUT,
                )

    def _control(self, action: Action) -> Locator:
        if action.within is not None:
            group = self._page.get_by_role("group", name=action.within, exact=True)
            return group.get_by_label(action.label, exact=True)
        return self._page.get_by_label(action.label, exact=True)

    def _offered(self, action: Action, state: PageState) -> str:
        """The value of the one option whose text holds ours."""
        fields = state.form.fields if state.form else ()
        options = next((field.options for field in fields if field.name == action.control), ())
        found = [value for value, text in options if value and action.value in text]
        if len(found) == 1:
            return found[0]
        raise _GiveUpError(say.Failed(run=self._id, reason="option", detail=action.control, input=action.input))

    async def _visit(self, path: str, *, button: str | None = None, with_text: bool = False) -> PageState:
        response = await self._page.goto(
            urljoin(self._origin, path), wait_until="domcontentloaded", timeout=self._timeout
        )
        return await self._read(button, status=response.status if response else 0, with_text=with_text)

    async def _look(self, path: str) -> None:
        response = await self._page.goto(
            urljoin(self._origin, path), wait_until="domcontentloaded", timeout=self._timeout
        )
        body = await response.body() if response else b""
        state = await self._read(None, status=response.status if response else 0, with_text=True)
        await self._tell(say.Visited(run=self._id, state=state, body=body))

    async def _continue(self, button: str, next_button: str | None, *, with_text: bool) -> PageState:
        pressed = self._page.get_by_role("button", name=button, exact=True)
        async with self._page.expect_navigation(wait_until="domcontentloaded", timeout=self._timeout) as navigation:
            await pressed.click(timeout=_CONTROL_TIMEOUT, no_wait_after=True)
        response: Response | None = await navigation.value
        return await self._read(next_button, status=response.status if response else 0, with_text=with_text)

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
                "href", timeout=_CONTROL_TIMEOUT
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

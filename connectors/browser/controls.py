"""Setting the controls of one page as a connector's actions say; nothing is judged here."""

import asyncio
import time
from collections.abc import Mapping

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from connectors.browser import messages as say
from connectors.sdk.fills import Action, How, held_by
from connectors.sdk.page import FormShape, PageState

CONTROL_TIMEOUT = 5_000.0
"""Milliseconds until a control that is there can be set."""
_OFFER_TIMEOUT = 3_000.0
"""Milliseconds until a list has offered what was typed."""
_SCRIPT_TIMEOUT = 20.0
"""Seconds until the page's script has dealt with a file or a choice."""
_PAUSE = 0.02
_BESIDE_CELL = (
    "xpath=.//*[self::td or self::th][normalize-space()={label} or normalize-space()=concat({label}, ':')"
    " or normalize-space()=concat({label}, ': *')]"
    "/following-sibling::*[self::td or self::th][1]"
    "//*[self::select or self::textarea or (self::input and not(@type='hidden'))]"
)
_UNCHANGED = "did not change its state"
"""What the browser's driver says of a click that ticked nothing."""
_SEVERAL = "strict mode violation"
"""What it says of a selector that fits more than one."""
_HELD = """(name) => {
  const one = document.getElementsByName(name)[0] || document.getElementById(name);
  return one ? one.value : "";
}"""

_UNFOLD = """(name) => {
  const one = document.getElementsByName(name)[0];
  for (let part = one && one.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
}"""
"""What is folded away can be filled in by nobody, so it is unfolded first, as a person would."""


class GiveUpError(Exception):
    """The run cannot go on; carries the report that says why."""

    def __init__(self, report: say.Failed) -> None:
        super().__init__(report.detail)
        self.report = report


class Controls:
    """The controls of one page as it was when it was reached."""

    def __init__(self, run: str, page: Page, state: PageState, files: Mapping[str, say.FileContent]) -> None:
        self._run = run
        self._page = page
        self._state = state
        self._files = files
        self._asks = False
        """Whether the browser is asked for each control, since what was read does not tell them apart."""

    async def set(self, action: Action) -> None:
        """Set one control, unless it holds already what it should.

        Raises:
            GiveUpError: it is not there, or does not offer what was asked for.
        """
        try:
            try:
                await self._set(action)
            except PlaywrightError as error:
                if self._asks or _SEVERAL not in error.message:
                    raise
                self._asks = True  # another form on the page has a control of that name
                await self._set(action)
        except PlaywrightTimeoutError:
            raise self._given_up("control", action) from None

    def _given_up(self, reason: say.Reason, action: Action) -> GiveUpError:
        return GiveUpError(say.Failed(run=self._run, reason=reason, detail=action.control, input=action.input))

    async def _set(self, action: Action) -> None:
        if action.control in self._state.folded:
            await self._page.evaluate(_UNFOLD, action.control)
        held = [control.value for control in held_by(action, self._state.controls)]
        wanted = self._offered(action) if action.contains and action.value else action.value
        if action.how is How.ROWS:
            await self._set_rows(action)
        elif action.how is How.SELECT_SEVERAL:
            if sorted(held) != sorted(action.several):
                await (await self._control(action)).select_option(value=list(action.several), timeout=CONTROL_TIMEOUT)
        elif action.how is How.CHECKBOX:
            if (action.value in held) != bool(action.value) or (not action.value and any(held)):
                await self._tick(await self._control(action), ticked=bool(action.value))
        elif (not held or wanted != held[0]) and (wanted or await self._is_there(action)):
            await self._write(action, wanted)

    async def _is_there(self, action: Action) -> bool:
        """Whether there is anything to empty: an answer given just now may have taken it away, or brought it."""
        return action.how is not How.RADIO and await (await self._control(action)).count() > 0

    async def _write(self, action: Action, wanted: str) -> None:
        match action.how:
            case How.TEXT:
                await (await self._control(action)).fill(wanted, timeout=CONTROL_TIMEOUT)
            case How.SELECT:
                await (await self._control(action)).select_option(value=wanted, timeout=CONTROL_TIMEOUT)
            case How.RADIO if wanted:
                await self._tick(await self._control(action), ticked=True)
            case How.TYPEAHEAD:
                await self._choose(action, wanted)
            case How.FILE if (given := self._files.get(action.input or "")) is not None:
                # As a buffer: a file set by its path is missing from the request's body.
                await (await self._control(action)).set_input_files(
                    {"name": given.filename, "mimeType": given.media_type, "buffer": given.content},
                    timeout=CONTROL_TIMEOUT,
                )
                await self._until_set(action)

    @staticmethod
    async def _tick(box: Locator, *, ticked: bool) -> None:
        """Click until it shows: what moves beneath the pointer, as when a list opens above, loses the click."""
        for tries_left in (2, 1, 0):
            try:
                await box.set_checked(ticked, timeout=CONTROL_TIMEOUT)
                break
            except PlaywrightError as error:
                if not tries_left or _UNCHANGED not in error.message:
                    raise

    async def _choose(self, action: Action, wanted: str) -> None:
        """Type as a person does, the last letter by a key, and take the one option with that text."""
        box = await self._control(action)
        await box.fill(wanted[:-1], timeout=CONTROL_TIMEOUT)
        if not wanted:
            return
        await box.press_sequentially(wanted[-1], timeout=CONTROL_TIMEOUT)
        option = self._page.get_by_role("option", name=wanted, exact=True)
        try:
            await option.click(timeout=_OFFER_TIMEOUT)
        except PlaywrightError:
            # None, or several of one name: which is meant, nobody can say.
            raise self._given_up("option", action) from None
        await self._until_set(action)

    async def _until_set(self, action: Action) -> None:
        """Wait for the page's script; where it sets nothing, the page says why, and the worker looks at that."""
        until = time.monotonic() + _SCRIPT_TIMEOUT
        while action.also and not await self._page.evaluate(_HELD, action.also):
            if time.monotonic() > until or await self._page.locator("[aria-invalid=true]").count():
                return
            await asyncio.sleep(_PAUSE)

    async def _set_rows(self, action: Action) -> None:
        there, wanted = 0, int(action.value)
        while await self._row(action, there).count():
            there += 1
        for number in range(there, wanted):
            button = self._page.get_by_role("button", name=action.label, exact=True)
            await button.click(timeout=CONTROL_TIMEOUT)
            await self._row(action, number).wait_for(timeout=CONTROL_TIMEOUT)
        for number in range(there - 1, wanted - 1, -1):
            if not action.remove:
                return
            row = self._row(action, number)
            await row.get_by_role("button", name=action.remove, exact=True).click(timeout=CONTROL_TIMEOUT)
            await row.wait_for(state="detached", timeout=CONTROL_TIMEOUT)

    def _row(self, action: Action, number: int) -> Locator:
        name = (action.row or "").format(number=number + 1)
        return self._page.get_by_role("group", name=name, exact=True)

    async def _control(self, action: Action) -> Locator:
        """By its name, where the look at the page found that it is called so; else the browser is asked."""
        as_read = None if self._asks else _as_read(action, self._state.form)
        return self._page.locator(as_read) if as_read else await self._asked_for(action)

    async def _asked_for(self, action: Action) -> Locator:
        """By its label; where nothing is labelled so, by its title or by the cell before its own, as in old tables."""
        around: Page | Locator = self._page
        for name in (action.row, action.within):
            if name is not None:
                around = around.get_by_role("group", name=name, exact=True)
        labelled = around.get_by_label(action.label, exact=True)
        if await labelled.count():
            return labelled
        untitled = around.locator(_BESIDE_CELL.format(label=_quoted(action.label)))
        titled = around.locator(f'[title="{_escaped(action.label)}"]')
        # Whatever is found is checked by its name in the request: another control would be noticed.
        return titled if await titled.count() else untitled if await untitled.count() else labelled

    def _offered(self, action: Action) -> str:
        """The value of the one option whose text holds ours."""
        fields = self._state.form.fields if self._state.form else ()
        options = next((field.options for field in fields if field.name == action.control), ())
        found = [value for value, text in options if value and action.value in text]
        if len(found) == 1:
            return found[0]
        raise self._given_up("option", action)


def _quoted(text: str) -> str:
    """As a literal of XPath 1.0, which knows no escapes."""
    return f"'{text}'" if "'" not in text else f'"{text}"'


def _escaped(text: str) -> str:
    """Within a string of CSS."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _as_read(action: Action, form: FormShape | None) -> str | None:
    """A selector for the one control that the form, as it was read, calls by the action's label within its groups.

    A question to the browser costs nearly as much as setting the control: all of them were a sixth of a run.
    """
    groups = ": ".join(name for name in (action.row, action.within) if name is not None)
    named = [field for field in (form.fields if form else ()) if field.name == action.control]
    if len(named) != 1 or not f": {named[0].legend}".endswith(f": {groups}" if groups else ""):
        return None
    name, field = _escaped(action.control), named[0]
    selector = f':is([name="{name}"], [id="{name}"])'
    if field.type not in ("radio", "checkbox"):
        return selector if field.label == action.label else None
    values = [value for value, label in field.options if label == action.label]
    return f'{selector}[value="{_escaped(values[0])}"]' if len(values) == 1 and values[0] != "on" else None

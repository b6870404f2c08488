"""What a connector does at its portal, as declarations: pages, fields by accessible name, requests that may leave.

A declaration is data, so the worker can check against it what the browser's process does.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias

from connectors.sdk.inputs import ShownWhen
from connectors.sdk.words import Words

Values: TypeAlias = Mapping[str, str | list[str]]
"""Answers by input name, as `connectors.sdk.validate` returns them."""


class How(StrEnum):
    """How one control is set."""

    TEXT = "text"
    SELECT = "select"
    RADIO = "radio"
    CHECKBOX = "checkbox"
    FILE = "file"


@dataclass(frozen=True, kw_only=True)
class Action:
    """One control to set: found by its accessible name, checked afterwards by its name in the request."""

    how: How
    input: str | None
    """The question it answers, so that the portal's refusal finds its way back."""
    control: str
    label: str
    within: str | None = None
    """Accessible name of the group around it."""
    value: str = ""
    """What the control must hold afterwards: empty to clear it; of a file its name."""
    contains: bool = False
    """`value` is not the portal's value but part of the one option's text."""


@dataclass(frozen=True, kw_only=True)
class Fill:
    """The answer to `input` goes into the control labelled `label`, which the portal calls `control`."""

    input: str
    control: str
    label: str
    within: str | None = None

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The controls to set for these values; emptied where the question was not asked."""
        return (self._action(How.TEXT, _text(values, self.input)),)

    def _action(self, how: How, value: str, *, contains: bool = False) -> Action:
        return Action(
            how=how,
            input=self.input,
            control=self.control,
            label=self.label,
            within=self.within,
            value=value,
            contains=contains,
        )


class Written(StrEnum):
    """How a portal wants a day written in one control."""

    LATVIAN = "dd.mm.yyyy"
    ISO = "yyyy-mm-dd"


@dataclass(frozen=True, kw_only=True)
class FillDate(Fill):
    """A date into one control."""

    written: Written = Written.LATVIAN

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The control to set, written as the portal wants it."""
        iso = _text(values, self.input)
        text = iso if self.written is Written.ISO else ".".join(reversed(iso.split("-")))
        return (self._action(How.TEXT, text),)


@dataclass(frozen=True)
class DatePart:
    """One of the three controls of a date."""

    control: str
    label: str


@dataclass(frozen=True, kw_only=True)
class FillDateParts:
    """A date into three controls within the group `legend`, without leading zeros."""

    input: str
    legend: str
    day: DatePart
    month: DatePart
    year: DatePart

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The three controls to set; emptied where the question was not asked."""
        iso = _text(values, self.input)
        year, month, day = [str(int(part)) for part in iso.split("-")] if iso else ["", "", ""]
        return tuple(
            Action(
                how=How.TEXT,
                input=self.input,
                control=part.control,
                label=part.label,
                within=self.legend,
                value=number,
            )
            for part, number in ((self.day, day), (self.month, month), (self.year, year))
        )


@dataclass(frozen=True, kw_only=True)
class Choose(Fill):
    """One option of a select; `options` gives the portal's value for ours.

    With `contains` the options are the person's own: the one whose text holds our value is taken, and they are no
    part of the form's fingerprint.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    contains: bool = False

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The select to set."""
        value = _text(values, self.input)
        return (self._action(How.SELECT, self.options.get(value, value), contains=self.contains),)


@dataclass(frozen=True, kw_only=True)
class Pick:
    """One radio button within the group `legend`.

    `options` gives the portal's value and label for each value of ours.
    """

    input: str
    control: str
    legend: str
    options: Mapping[str, tuple[str, str]]

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The button to choose; none may be chosen where the question was not asked."""
        portal_value, label = self.options.get(_text(values, self.input), ("", ""))
        return (
            Action(
                how=How.RADIO,
                input=self.input,
                control=self.control,
                label=label,
                within=self.legend,
                value=portal_value,
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Tick(Fill):
    """A checkbox, ticked when the answer is `yes`; `sends` is the value it has in the request."""

    sends: str = "on"

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The box to tick or untick."""
        return (self._action(How.CHECKBOX, self.sends if values.get(self.input) == "yes" else ""),)


@dataclass(frozen=True, kw_only=True)
class Attach(Fill):
    """The file given for `input`; the action's value is its name."""

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The file to set."""
        return (self._action(How.FILE, _text(values, self.input)),)


def _text(values: Values, name: str) -> str:
    value = values.get(name, "")
    return value if isinstance(value, str) else ""


AnyFill: TypeAlias = Fill | FillDateParts | Pick


@dataclass(frozen=True, kw_only=True)
class Request:
    """A state-changing request that may leave: anything else that a page tries is refused and ends the run."""

    path: str
    """`*` stands for one path segment."""
    fields: tuple[str, ...]
    """All names that its body may carry."""
    method: str = "POST"
    times: int = 1


class HookPage(Protocol):
    """What a hook may do on a page; it runs in the browser's process, which holds no key and reaches only the gate."""

    async def click(self, role: str, name: str) -> None:
        """Click what has this role and accessible name."""

    async def fill(self, label: str, text: str) -> None:
        """Write into the control with this label."""

    async def wait_for(self, text: str) -> None:
        """Wait until the page shows `text`."""


Hook: TypeAlias = Callable[[HookPage, Values], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One page of a form and the button that leads on."""

    name: str
    title: Words
    path: str
    """Of the page; `*` stands for one path segment."""
    button: str
    request: Request
    fills: tuple[AnyFill, ...] = ()
    extra: tuple[Request, ...] = ()
    """Other requests the page needs: drafts, uploads, look-ups by its own script."""
    volatile: frozenset[str] = frozenset()
    """Controls whose value differs each time (tokens): left out of the read-back's payload."""
    rewritten: frozenset[str] = frozenset()
    """Controls that the page's own script sets while submitting: not compared with what stood in them before."""
    shown_when: ShownWhen | None = None
    hook: Hook | None = None
    """Called after the fills, before the read-back of the page."""


OVERVIEW = Words("Pārskats", "Overview")


@dataclass(frozen=True, kw_only=True)
class Final:
    """The overview page, its last button, and the one request that files."""

    path: str
    """Of the overview page."""
    button: str
    request: Request
    name: str = "overview"
    title: Words = OVERVIEW
    volatile: frozenset[str] = frozenset()
    rewritten: frozenset[str] = frozenset()
    fee: str | None = None
    """Regular expression over the overview's text; group 1 is the fee as the portal writes it."""
    shows: Mapping[str, str] = field(default_factory=dict)
    """Which rows of the overview must show which inputs: input by row label."""
    declined_paths: tuple[str, ...] = ()
    """A redirect there means that the portal did not take it (e.g. to its sign-in, when the session was lost)."""


@dataclass(frozen=True)
class ErrorMarks:
    """CSS selectors of the portal's own error messages; what they find is shown, never interpreted."""

    beside: str = "[id$=-error], .error, .field-error"
    """A message beside one control, within the control's description or its wrapper."""
    summary: str = "[role=alert]"


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """How the portal is asked to sign in with us."""

    path: str
    """Opened first; redirects to the issuer."""
    landed: tuple[str, ...]
    """Paths at which the portal arrives when signed in."""
    lost_paths: tuple[str, ...] = ()
    """Paths to which it sends a visitor without a session."""


@dataclass(frozen=True, kw_only=True)
class ReceiptRule:
    """Where the reference number and the portal's PDF are found after the final request."""

    path: str
    """Of the page that confirms; `*` stands for one path segment."""
    reference: str
    """Regular expression over the page's text; group 1 is the reference."""
    pdf_link: str | None = None
    """Accessible name of the link to the PDF."""
    location_reference: str | None = None
    """Regular expression over the `Location` of the portal's answer, for when the browser died; group 1 as above."""


@dataclass(frozen=True, kw_only=True)
class LookUp:
    """How the portal is asked what it holds: a JSON list that a signed-in session may GET."""

    path: str
    items: str | None
    """Name of the list in the JSON object; `None` when the document is the list."""
    service: tuple[str, str] | None
    """Field and value that single out this service."""
    key: str
    """Field with the service's own key."""
    reference: str
    received: str
    """Field with the time of receipt, ISO 8601."""
    pdf_path: str | None = None
    """With `{reference}`."""
    settles_after: timedelta | None = None
    """How long after sending an empty answer proves absence; `None`: never, a person decides."""

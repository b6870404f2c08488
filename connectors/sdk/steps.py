"""What a connector does at its portal, as declarations: pages, requests that may leave, the receipt and the look-up.

A declaration is data, so the worker can check against it what the browser's process does. How answers get into
controls stands in `connectors.sdk.fills`.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias

from connectors.sdk.body import BodyError, BodyField, Difference, UndeclaredError, compare_body, parse_body
from connectors.sdk.fills import (
    Action,
    AnyFill,
    Attach,
    Choose,
    ChooseSeveral,
    DatePart,
    Fill,
    FillDate,
    FillDateParts,
    FillNumber,
    FillRows,
    FillTypeahead,
    How,
    Pick,
    PickSeveral,
    Tick,
    Values,
    Written,
)
from connectors.sdk.inputs import ShownWhen
from connectors.sdk.members import Members
from connectors.sdk.words import Words
from delegation.readback import ReadBack

__all__ = [
    "OVERVIEW",
    "Action",
    "AnyFill",
    "Attach",
    "Choose",
    "ChooseSeveral",
    "DatePart",
    "ErrorMarks",
    "Fill",
    "FillDate",
    "FillDateParts",
    "FillNumber",
    "FillRows",
    "FillTypeahead",
    "Final",
    "Hook",
    "HookPage",
    "How",
    "LookUp",
    "Moves",
    "Pick",
    "PickSeveral",
    "ReceiptRule",
    "Request",
    "SignIn",
    "Step",
    "Table",
    "Tick",
    "Values",
    "Written",
]


class Moves(StrEnum):
    """How a button leads on."""

    BY_NAVIGATION = "navigation"
    """The browser loads another document."""
    IN_PAGE = "in_page"
    """The page's script sends a request and draws what comes next in the same document."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A state-changing request that may leave: anything else that a page tries is refused and ends the run."""

    path: str
    """`*` stands for one path segment."""
    fields: tuple[str, ...] = ()
    """All names that a form's body may carry."""
    method: str = "POST"
    times: int = 1
    json: Members | None = None
    """Of a body in JSON: what it may carry and which controls that comes from; a form's body is refused then."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Of an upload by the page's script: the input whose file a field must carry; `*` in it stands for any row."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Fields of a form's body with the one value each must have: what tells requests to one address apart."""

    def is_meant(self, content_type: str, body: bytes) -> bool:
        """Whether a body carries each of the `fixed` fields once and with its value."""
        if not self.fixed:
            return True
        try:
            fields = parse_body(content_type, body)
        except BodyError:
            return False
        held = {name: [item.value for item in fields if item.name == name] for name in self.fixed}
        return held == {name: [value] for name, value in self.fixed.items()}

    def read(self, content_type: str, body: bytes) -> tuple[BodyField, ...]:
        """What a body carries.

        Raises:
            BodyError: it is not of the declared form, or holds what is not declared.
        """
        if self.json is not None:
            return self.json.read(content_type, body)
        fields = parse_body(content_type, body)
        foreign = sorted({item.name for item in fields} - set(self.fields))
        if foreign:
            raise UndeclaredError("undeclared fields: " + ", ".join(foreign))
        return fields

    def compare(
        self, fields: Iterable[BodyField], readback: ReadBack, page: str, volatile: Collection[str] = ()
    ) -> Difference | None:
        """How `fields`, as `read` gives them, differ from what `readback` holds for `page`; `None` when they do not."""
        if self.json is not None:
            return self.json.compare(fields, readback, page, volatile)
        return compare_body(fields, readback, page, volatile)

    def controls(self) -> frozenset[str]:
        """Every control of its page whose value it may carry, with `*` for a row's number."""
        return frozenset(self.fields) if self.json is None else self.json.controls() | self.json.unsent


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
    moves: Moves = Moves.BY_NAVIGATION
    heading: str | None = None
    """The page's main heading, waited for where the page is drawn by a script."""
    appears: frozenset[str] = frozenset()
    """Controls that the page shows only after certain answers; where they are shown they are the committed ones."""
    shown_when: ShownWhen | None = None
    hook: Hook | None = None
    """Called after the fills, before the read-back of the page."""


OVERVIEW = Words("Pārskats", "Overview")


@dataclass(frozen=True, kw_only=True)
class Final:
    """The last page, its button, and the one request that files: an overview, or a form of a single page."""

    path: str
    """Of that page."""
    button: str
    request: Request
    name: str = "overview"
    title: Words = OVERVIEW
    fills: tuple[AnyFill, ...] = ()
    """Where the page with the last button asks something itself; filled in before it is read back."""
    moves: Moves = Moves.BY_NAVIGATION
    heading: str | None = None
    """As of a step."""
    then: tuple[Request, ...] = ()
    """Requests with which the page's script goes on by itself after `request`, in this order, each once and only after
    the one before was taken; where that breaks off, a person looks."""
    volatile: frozenset[str] = frozenset()
    rewritten: frozenset[str] = frozenset()
    fee: str | None = None
    """Regular expression over the overview's text; group 1 is the fee as the portal writes it. A fee that the overview
    shows and that this does not find ends the run."""
    no_fees: tuple[str, ...] = ()
    """Regular expressions for lines of the overview that name a sum like a fee and ask for none, such as what others
    pay at an event: none of them is taken for an undeclared fee."""
    shows: Mapping[str, str] = field(default_factory=dict)
    """Which rows of the overview must show which inputs: input by row label."""
    idempotency_header: str | None = None
    """Header in which the portal takes a key by which it knows the same sending again, and files it once."""
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
    lost_titles: tuple[str, ...] = ()
    """Main headings of the page that says so, where it stands at any address."""
    session: timedelta | None = None
    """How long the portal waits for the next request: a filled page that waited longer for its yes is filled again."""


@dataclass(frozen=True, kw_only=True)
class ReceiptRule:
    """Where the reference number and the portal's PDF are found after the final request."""

    path: str
    """Of the page that confirms; `*` stands for one path segment."""
    reference: str
    """Regular expression over the page's text; group 1 is the reference."""
    pdf_link: str | None = None
    """Accessible name of the link to the PDF."""
    answer_reference: str | None = None
    """JSON pointer (RFC 6901) to the reference in the portal's answer, for when the browser died."""
    location_reference: str | None = None
    """Regular expression over the `Location` of the portal's answer, for when the browser died; group 1 as above."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A page's table in place of a list in JSON: what `LookUp` calls fields are then headings of its columns."""

    written: str = "%d.%m.%Y %H:%M"
    """How the portal writes a time, as `datetime.strptime` reads it: to the minute where `settles_after` is stated."""
    zone: str = "Europe/Riga"
    """Of the times that it writes."""
    more: str | None = None
    """Text of the link that leads to the next page of the table."""
    most_pages: int = 20
    """How many pages are read at most; what stands on none of them proves nothing then."""


@dataclass(frozen=True, kw_only=True)
class LookUp:
    """How the portal is asked what it holds: a list that a signed-in session may GET."""

    path: str
    items: str | None = None
    """Name of the list in the JSON object; `None` when the document is the list."""
    table: Table | None = None
    """Where the list is no JSON."""
    service: tuple[str, str] | None
    """Field and value that single out this service."""
    key: str
    """Field with the service's own key."""
    reference: str
    received: str | None = None
    """Field with the time of receipt, ISO 8601 unless `table` says otherwise; `None` where the list says none: then an
    entry with the key may be an older application, and a person decides which it is."""
    pdf_path: str | None = None
    """With `{reference}`."""
    settles_after: timedelta | None = None
    """How long after sending an empty answer proves absence; `None`: never, a person decides."""
    idempotency_key: str | None = None
    """Field with the key that went with the final request. A list without it proves absence at once: should the request
    arrive after all, it and the one that is sent again carry the same key, and the portal files one of them."""

"""What the gateway and a run say to each other: tasks, results, the gate's questions and its verdicts.

Pure types. `connectors.runner.runner.Runner` carries them out; `connectors.runner.errors` says why it could not.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

from connectors.sdk.inputs import Upload
from connectors.sdk.outcome import Standing
from connectors.sdk.steps import Values
from delegation.readback import ReadBack

GateKind: TypeAlias = Literal["step", "final", "then", "sign_in"]


@dataclass(frozen=True, kw_only=True)
class GateRequest:
    """A state-changing request that waits at the gate. Holds a resident's values: never log it whole."""

    run_id: str
    kind: GateKind
    step: str | None
    """Name of the declared step; `None` for the final request and the sign-in."""
    method: str
    origin: str
    path: str
    """With the query."""
    fields: tuple[tuple[str, str], ...]
    """What the body carries, in its order; a file's value is the SHA-256 of its bytes in hex."""
    body_sha256: str
    """Hex, of the exact bytes that will leave."""
    files: tuple[str, ...] = ()
    """Which of the fields are files."""


@dataclass(frozen=True)
class Verdict:
    """The answer of whoever holds the delegation. `reason` reaches logs: no values in it."""

    allowed: bool
    reason: str = ""
    permit: str = field(default="", repr=False)
    """The permit that goes with the final request, for the portal to show that the resident said yes to it."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run is, for those who wait for it."""

    run_id: str
    stage: Literal["signing_in", "filling", "reading_back", "sending", "reading_receipt", "looking_up", "following"]
    step: str | None = None
    """Name of the step being filled; its title stands in the connector."""
    done: int = 0
    total: int = 0


Decide: TypeAlias = Callable[[GateRequest], Awaitable[Verdict]]
"""Asked before each request of `GateRequest.kind` leaves. For `final` it must have committed *sent* when it allows, and
for `then` that one more leaves."""
ProgressSink: TypeAlias = Callable[[Progress], Awaitable[None]]
TicketSource: TypeAlias = Callable[[], Awaitable[str]]
"""Gives a fresh one-time run ticket; asked once for each sign-in, and never shown to the browser."""


@dataclass(frozen=True, kw_only=True)
class RunTask:
    """What every run needs."""

    run_id: str
    connector_id: str
    portal_origin: str
    """`scheme://host:port` of the portal's registration."""
    issuer_origin: str
    """`scheme://host:port` under which the browser meets our OpenID Provider."""
    language: str
    """Of the portal's pages: `lv` or `en`."""
    ticket: TicketSource
    deadline: float = 120.0
    """Seconds this run may take before it is given up."""
    authorize_path: str = "/oauth/authorize"
    """The only path of the issuer that the browser may open."""


@dataclass(frozen=True, kw_only=True)
class PrepareTask(RunTask):
    """Fill the form up to the last click and read it back."""

    values: Values
    files: Mapping[str, Upload] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SendTask(PrepareTask):
    """Press the last button of run `run_id`: on its held page if that is alive, otherwise on one filled again.

    `same_payload` is asked with the read-back in both cases and must say whether it is the confirmed one.
    """

    same_payload: Callable[[ReadBack], bool]
    idempotency_key: str = ""
    """By which the portal knows the same sending again; goes along where the connector names a header for it."""


@dataclass(frozen=True, kw_only=True)
class LookUpTask(RunTask):
    """Ask the portal whether something was filed."""

    key: str
    """The service's own key, from `Connector.service_key(values)`."""
    since: datetime
    """Aware UTC: when the final request left."""
    idempotency_key: str = ""
    """What went with it."""


@dataclass(frozen=True, kw_only=True)
class FollowTask(RunTask):
    """Look what became of an application. Changes nothing at the portal: the gate lets only GETs out."""

    reference: str
    """The number that the portal gave."""
    collect: bool
    """Whether to fetch the decision too, where there is one."""


@dataclass(frozen=True)
class Timing:
    """How long one part of a run took, in seconds."""

    part: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """The form is filled and waits, held open, for a yes."""

    readback: ReadBack
    picture_png: bytes
    """The overview page as the portal shows it, whole."""
    steps: tuple[str, ...]
    """Names of the steps that were filled."""
    timings: tuple[Timing, ...]
    fingerprints_ok: bool
    held: bool = True
    """The page stays open; `send` will use it while it does."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the gate itself saw of the final request, whatever became of the browser."""

    body_sha256: str
    sent_at: datetime
    """Aware UTC, when the first byte left."""
    status: int | None
    """The portal's answer; `None` when none came."""
    refused_again: int = 0
    """Later attempts of the page to send the final request, all refused."""
    then_sha256: tuple[str, ...] = ()
    """Of each request that left after it, where the connector declares several; hex, in their order."""


@dataclass(frozen=True, kw_only=True)
class Filed:
    """The portal took it."""

    reference: str
    pdf: bytes | None
    """The portal's own receipt; untrusted bytes."""
    page_text: str
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class DeclinedByPortal:
    """The portal answered the final request with a refusal: nothing was filed, in its own words why."""

    messages: Mapping[str, str]
    """By input name."""
    general: tuple[str, ...]
    evidence: Evidence
    session_lost: bool = False
    """It asked for a sign-in and looked at nothing: it has refused nothing either, and it has not arrived."""


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """The final request left and nobody can say what became of it: look it up, and if that fails ask a person."""

    reason: Literal["no_answer", "redirected", "server_error", "no_reference", "browser_died", "timeout", "broke_off"]
    evidence: Evidence
    for_a_person: bool = False
    """A look-up would not settle it: that nothing is listed would prove nothing."""


Sent: TypeAlias = Filed | DeclinedByPortal | Unknown


@dataclass(frozen=True, kw_only=True)
class Found:
    """Exactly one application matches."""

    reference: str
    pdf: bytes | None


@dataclass(frozen=True, kw_only=True)
class Absent:
    """Nothing matches; proof that nothing was filed only when `conclusive`."""

    conclusive: bool


@dataclass(frozen=True, kw_only=True)
class Ambiguous:
    """Several applications match: a person decides."""

    references: tuple[str, ...]


LookedUp: TypeAlias = Found | Absent | Ambiguous


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What the portal says of one application."""

    standing: Standing
    wanted: str = ""
    """What more it wants, in its own words; untrusted text."""
    until: date | None = None
    """By when."""
    decision: bytes | None = None
    """The decision as PDF, where it was to be fetched; untrusted bytes."""


@dataclass(frozen=True, kw_only=True)
class RunnerSettings:
    """How the worker runs browsers."""

    chromium: str | None = None
    """Path of the browser; searched on PATH when not given."""
    held_for: float = 300.0
    """Seconds a filled page waits for its yes."""
    request_timeout: float = 30.0
    """Seconds the portal may take for one answer."""
    page_timeout: float = 35.0
    """Seconds a page may take; longer than `request_timeout`, so that the gate answers first."""
    body_limit: int = 25_000_000
    """Bytes one request may carry."""
    authorities: str | None = None
    """PEM file of those whose signature a portal's certificate needs; the system's when not given."""
    temp_root: str | None = None
    """Folder for the browsers' temporary files, swept at start; a private one beneath the system's when not given."""
    connector_paths: tuple[str, ...] = ()
    """Folders with connector packages that are not installed, for those who write one."""
    most_held: int = 8
    """Filled pages that wait for their yes at the same time; the one that waits longest is closed for another."""
    runs_per_browser: int = 200
    """After as many runs a browser is replaced, as soon as none is open in it."""
    browser_memory: int = 1_500_000_000
    """Bytes of memory beyond which it is replaced sooner."""
    warm: bool = True
    """Start the browser of the built-in connectors at once and not with the first run."""
    ensure_allowed: Callable[[str], None] = lambda _package: None
    """Asked before code of a package by others is started; raises `PackageNotAllowedError`."""
    may_run: Callable[[tuple[str, ...]], bool] = lambda _origins: True
    """Asked before a run's browser opens, by every origin that it would get, the portal's first."""
    sandbox_alone: bool = False
    """Go to no portal but one that says itself that it is the sandbox, asked before each run."""
    show_child_errors: bool = False
    """Let the browser's process write to our standard error: for developers only, it may repeat values."""

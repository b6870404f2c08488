"""What one run may send: the rules of its gate, and the record of what left.

A run ends at the first thing that its connector does not declare; from then on nothing of it leaves any more.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, TypeAlias

from connectors.runner.api import Decide, Evidence, GateKind, GateRequest
from connectors.runner.errors import (
    FormChangedError,
    GateRefusedError,
    IssuerRefusedError,
    PortalUnavailableError,
    PortalUntrustedError,
    RunError,
    RunStoppedError,
    TamperedError,
)
from connectors.runner.origins import normal_origin, why_refused
from connectors.runner.record import KEEPS_THE_BODY, YES_LASTS, FinalRecord
from connectors.sdk.body import BodyError, BodyField, UndeclaredError
from connectors.sdk.connector import Connector
from connectors.sdk.fills import row_number
from connectors.sdk.paths import path_fits
from connectors.sdk.steps import Final, Request, Step
from connectors.sdk.words import Words
from delegation.readback import ReadBack

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_ANSWER_KEPT = 65_536
"""Bytes of the portal's answer to the final request that are kept while the run lasts."""
Fields: TypeAlias = tuple[BodyField, ...]
_PLAIN = re.compile(r"(/(?!\.{1,2}(/|$))([A-Za-z0-9._~!$&'()*+,=:@-]|%[89A-Fa-f][0-9A-Fa-f])+)+")
"""A path that every portal takes for the same: no segment that leads up, and nothing written as a code without need."""
_SENT_ELSEWHERE = Words(
    "Portāls lūdza nosūtīt atbildes uz citu adresi.", "The portal asked to send the answers to another address."
)


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One request of the browser, whole. Holds a resident's values."""

    method: str
    origin: str
    path: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""
    body: bytes = b""

    def header(self, name: str) -> str:
        """The value of a header, or the empty string."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, kw_only=True)
class Leave:
    """A request that is declared. State-changing ones still need `Guard.allow` before they go."""

    kind: GateKind | None
    """`None` for what changes nothing: it leaves without a question."""
    step: str | None = None
    fields: Fields = ()
    body_sha256: str = ""


class RefusedError(Exception):
    """This request does not leave; the message is for the log and holds no values."""


class Clock(Protocol):
    """Aware UTC."""

    def __call__(self) -> datetime:
        """Now."""


@dataclass
class Guard:
    """The rules of one run."""

    run_id: str
    portal_origin: str
    """As `normal_origin` gives it."""
    issuer_origin: str
    authorize_path: str
    connector: Connector
    decide: Decide
    clock: Clock
    on_end: Callable[[RunError], None] = lambda _: None
    """Told once why the run ended."""
    ended: RunError | None = None
    final: FinalRecord | None = None
    refused: list[str] = field(default_factory=list)
    """Method and address of each request that did not leave."""
    refused_finals: int = 0
    given: Mapping[str, str] = field(default_factory=dict)
    """Files that may be uploaded: SHA-256 in hex by input."""
    last_status: int | None = None
    """What the portal last answered to a request of the page that is open; `None` before that."""
    _page: Step | Final | None = None
    _expected: ReadBack | None = None
    _counts: dict[int, int] = field(default_factory=dict)
    """How often each declared request of the open page left, by its identity."""
    final_taken: bool = False
    """The final request was put to `decide`: no second one will be."""
    final_headers: tuple[tuple[str, str], ...] = ()
    """What goes with the final request besides what the browser sends."""
    _signs_in: bool = True
    _armed: bool = False

    def enter(self, page: Step | Final) -> None:
        """From now what the script of `page` needs may leave, but not yet the request that leads on."""
        self._page, self._expected = page, None
        self._counts, self.last_status = {}, None

    def expect(self, page: Step | Final, readback: ReadBack) -> None:
        """From now the request of `page` may leave, once, carrying exactly what `readback` holds for it."""
        if self._page is not page:
            self.enter(page)
        self._expected = readback

    def arm(self, decide: Decide, idempotency_key: str = "") -> None:
        """The final request may be put to `decide`; it goes with a key where the connector names a header for one."""
        self.decide, self._armed = decide, True
        header = self.connector.final.idempotency_header
        self.final_headers = ((header, idempotency_key),) if header and idempotency_key else ()

    def end(self, error: RunError) -> None:
        """Nothing of this run leaves from now on. Only the first reason counts."""
        if self.ended is None:
            self.ended = error
            self.on_end(error)

    def evidence(self) -> Evidence:
        """What is known of the final request; only after it was let out."""
        if self.final is None:
            raise RuntimeError("no final request left")
        return Evidence(
            body_sha256=self.final.body_sha256,
            sent_at=self.final.sent_at,
            status=self.final.status,
            refused_again=self.refused_finals,
            then_sha256=tuple(self.final.then),
        )

    def examine(self, request: Incoming) -> Leave:
        """Whether `request` is declared.

        Raises:
            RefusedError: it is not, or the run has ended.
        """
        if self.ended is not None:
            raise self._refusal(request, "the run has ended")
        if request.header("upgrade"):
            raise self._refusal(request, "no connection may turn into a socket")
        if "prefetch" in request.header("sec-purpose"):
            raise self._refusal(request, "nothing is fetched ahead")
        if request.method in SAFE_METHODS:
            return self._examine_safe(request)
        return self._examine_change(request)

    def _examine_safe(self, request: Incoming) -> Leave:
        if request.body:
            raise self._refusal(request, "a request that changes nothing has no body")
        if request.origin == self.issuer_origin:
            if request.method != "GET" or request.path.partition("?")[0] != self.authorize_path:
                raise self._refusal(request, "of the issuer only the authorization endpoint is open")
            if not self._signs_in:
                raise self._refusal(request, "a run signs in once")
            self._signs_in = False
            return Leave(kind="sign_in", body_sha256=hashlib.sha256(b"").hexdigest())
        if request.origin not in (self.portal_origin, *_other_origins(self.connector)):
            raise self._refusal(request, "this origin is not listed")
        return Leave(kind=None)

    def _examine_change(self, request: Incoming) -> Leave:
        if not _has_one_reading(request):
            raise self._ending(request, "its head lets two readers read the body differently", tampered=True)
        final = self.connector.final
        if request.origin == self.portal_origin and _declares(final.request, request):
            return self._examine_final(request)
        if self.final is not None and request.origin == self.portal_origin:
            for place, declared in enumerate(final.then):
                if _declares(declared, request):
                    return self._examine_then(request, declared, place, self.final)
        page = self._page
        if request.origin == self.portal_origin and isinstance(page, Step):
            for declared in (page.request, *page.extra):
                if _declares(declared, request):
                    return self._examine_step(request, page, declared)
        raise self._ending(request, "no step declares it")

    def _examine_step(self, request: Incoming, page: Step, declared: Request) -> Leave:
        fields = self._fields(request, declared)
        left = self._counts[id(declared)] = self._counts.get(id(declared), 0) + 1
        if left > declared.times:
            raise self._ending(request, "it was sent before")
        if declared is page.request:
            self._compare(request, fields, page, declared)
        self._compare_uploads(request, fields, declared)
        return Leave(kind="step", step=page.name, fields=fields, body_sha256=_sha256(request.body))

    def _examine_final(self, request: Incoming) -> Leave:
        if self.final_taken:
            self.refused_finals += 1
            raise self._refusal(request, "the final request was sent before")
        if not self._armed:
            self.refused_finals += 1
            raise self._ending(request, "nobody has said yes to the final request")
        fields = self._fields(request, self.connector.final.request)
        self._compare(request, fields, self.connector.final, self.connector.final.request)
        self.final_taken = True
        return Leave(kind="final", fields=fields, body_sha256=_sha256(request.body))

    def _examine_then(self, request: Incoming, declared: Request, place: int, record: FinalRecord) -> Leave:
        if place != record.followed or not record.goes_well:
            self.refused_finals += 1
            raise self._refusal(request, "it is not the next of the final requests")
        fields = self._fields(request, declared)
        self._compare(request, fields, self.connector.final, declared)
        record.followed += 1
        return Leave(kind="then", fields=fields, body_sha256=_sha256(request.body))

    def _fields(self, request: Incoming, declared: Request) -> Fields:
        try:
            return declared.read(request.header("content-type"), request.body)
        except BodyError as error:
            raise self._ending(request, str(error), tampered=isinstance(error, UndeclaredError)) from error

    def _compare(self, request: Incoming, fields: Fields, page: Step | Final, declared: Request) -> None:
        if self._expected is None or self._page is not page:
            raise self._ending(request, "its page has not been read back", tampered=True)
        found = declared.compare(fields, self._expected, page.name, page.rewritten)
        if found is not None:
            raise self._ending(request, f"not what the page held: {found}", tampered=True)

    def _compare_uploads(self, request: Incoming, fields: Fields, declared: Request) -> None:
        """What a page's script uploads is a file that was given for it, or the portal would hold another one."""
        for item in fields:
            asked = declared.files.get(item.name)
            if asked is None:
                continue
            given = {sha256 for name, sha256 in self.given.items() if name == asked or _row_of(asked, name)}
            if item.filename is None or item.value not in given:
                raise self._ending(request, f"not the file that was given: {item.name}", tampered=True)

    async def allow(self, request: Incoming, leave: Leave) -> str:
        """Put a declared request to whoever holds the delegation; for the final one *sent* is committed when this ends.

        What follows the final one belongs to the same yes: it is put to them to be kept, and so that nothing goes on
        once the run was given up.

        Returns the permit that goes with the final request, and nothing for any other.

        Raises:
            RefusedError: the answer is no.
        """
        if leave.kind is None:
            return ""
        asked_at = self.clock()
        verdict = await self.decide(
            GateRequest(
                run_id=self.run_id,
                kind=leave.kind,
                step=leave.step,
                method=request.method,
                origin=request.origin,
                path=request.path,
                fields=tuple((item.name, item.value) for item in leave.fields),
                files=tuple(item.name for item in leave.fields if item.filename is not None),
                body_sha256=leave.body_sha256,
            )
        )
        if not verdict.allowed:
            self.end(RunStoppedError(verdict.reason or "the delegation does not allow it"))
            raise self._refusal(request, "the delegation does not allow it")
        if leave.kind == "final":
            # From here the record says that it left, whatever happens to us: never the other way round.
            self.final = FinalRecord(body_sha256=leave.body_sha256, sent_at=self.clock())
            if self.final.sent_at - asked_at > YES_LASTS:
                raise self._ending(request, "the yes came too late to act on it")
        elif self.ended is not None:
            raise self._refusal(request, "the run has ended")
        elif leave.kind == "then" and self.final is not None:
            self.final.then.append(leave.body_sha256)
        return verdict.permit if leave.kind == "final" else ""

    def answered(self, leave: Leave, status: int, location: str) -> bool:
        """Take note of the portal's answer; says whether the browser may see it."""
        if leave.kind == "final" and self.final is not None:
            self.final.status, self.final.location = status, location
        if leave.kind == "then" and self.final is not None:
            self.final.answers.append(status)
            return status not in KEEPS_THE_BODY
        if leave.kind == "step":
            self.last_status = status
        if leave.kind == "sign_in" and (refusal := why_refused(status, location)):
            self.end(IssuerRefusedError(f"the issuer answered {refusal}"))
        if leave.kind is None or status not in KEEPS_THE_BODY:
            return True
        if leave.kind != "final":
            self.end(FormChangedError((_SENT_ELSEWHERE,)))
        return False

    def untrusted(self, leave: Leave, reason: str) -> None:
        """Whoever answers there is not the portal, or not our issuer: nothing of this run goes to it."""
        self.end((IssuerRefusedError if leave.kind == "sign_in" else PortalUntrustedError)(reason))

    @property
    def origins(self) -> tuple[str, ...]:
        """Where this run's browser may go at all, as `normal_origin` gives it."""
        return (self.portal_origin, self.issuer_origin, *_other_origins(self.connector))

    def heard(self, leave: Leave, chunk: bytes) -> None:
        """Keep the beginning of the answer to the final request: it may be the only word of the portal that remains."""
        if leave.kind == "final" and self.final is not None and len(self.final.answer) < _ANSWER_KEPT:
            self.final.answer += chunk[:_ANSWER_KEPT]

    def unanswered(self, leave: Leave, *, timed_out: bool) -> None:
        """Take note that no answer came, or that nothing could be sent at all."""
        if leave.kind == "final" and self.final is not None:
            self.final.timed_out = timed_out
            return
        if leave.kind == "then" and self.final is not None:
            self.final.answers.append(0)
            return
        if leave.kind is None:
            return
        failed = "did not answer" if timed_out else "cannot be reached"
        if leave.kind == "sign_in":
            self.end(IssuerRefusedError(f"the issuer {failed}"))
        else:
            self.end(PortalUnavailableError(f"the portal {failed}"))

    def _refusal(self, request: Incoming, reason: str) -> RefusedError:
        summary = _summary(request)
        self.refused.append(summary)
        return RefusedError(f"{summary}: {reason}")

    def _ending(self, request: Incoming, reason: str, *, tampered: bool = False) -> RefusedError:
        kind = TamperedError if tampered else GateRefusedError
        self.end(kind(_summary(request), reason))
        return self._refusal(request, reason)


def _row_of(pattern: str, name: str) -> bool:
    return row_number(pattern, name) is not None


def _declares(declared: Request, request: Incoming) -> bool:
    return (
        declared.method == request.method
        and "?" not in request.path
        and path_fits(declared.path, request.path)
        and (declared.path == request.path or _PLAIN.fullmatch(request.path) is not None)
        and declared.is_meant(request.header("content-type"), request.body)
    )


def _has_one_reading(request: Incoming) -> bool:
    """Whether the portal must take the body for what is compared here: of one type and length, and not packed."""
    names = [name for name, _value in request.headers]
    dropped = any(
        "content-type" in value.lower() for name, value in request.headers if name in ("connection", "proxy-connection")
    )
    packed = "content-encoding" in names or "transfer-encoding" in names
    return names.count("content-type") <= 1 and not packed and not dropped


def _other_origins(connector: Connector) -> tuple[str, ...]:
    return tuple(normal_origin(origin) for origins in connector.manifest.origins.values() for origin in origins)


def _summary(request: Incoming) -> str:
    return f"{request.method} {request.origin}{request.path.partition('?')[0]}"


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def utc_now() -> datetime:
    """The machine's clock, aware UTC."""
    return datetime.now(UTC)

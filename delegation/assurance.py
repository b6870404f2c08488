"""How sure a yes is: the three eIDAS levels, the five routes, and what each service asks for.

The levels are those of Implementing Regulation (EU) 2015/1502. A route's level is read from the facts that were
recorded while the yes was said; the thresholds are the service's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Self

from delegation.errors import (
    AssuranceTooLowError,
    EvidenceMissingError,
    RouteNotAllowedError,
    UnknownAssuranceError,
)

_EIDAS = "http://eidas.europa.eu/LoA/"


class Assurance(IntEnum):
    """Level of assurance; ordered, so a level can be compared with the least that a service asks for."""

    LOW = 1
    SUBSTANTIAL = 2
    HIGH = 3

    @property
    def uri(self) -> str:
        """The eIDAS URI, as an `acr` value carries it."""
        return _EIDAS + self.name.lower()

    @classmethod
    def parse(cls, acr: str) -> Self:
        """The level that the eIDAS URI `acr` names.

        Raises:
            UnknownAssuranceError: it names none of the three; an unknown word is never taken for a level.
        """
        for level in cls:
            if acr == level.uri:
                return level
        raise UnknownAssuranceError(f"no eIDAS level of assurance: {acr[:100]!r}")


class Route(StrEnum):
    """The way by which a yes is said."""

    PHONE = "phone"
    PASSKEY = "passkey"
    DISPLAY = "display"
    PAPER = "paper"
    CALL = "call"


ON_PHONE = frozenset({Route.PHONE, Route.PASSKEY})
"""The routes that lead to the approver's own phone, by code and number."""


class ApprovalKind(StrEnum):
    """What a yes is said to: the whole delegation, or one read-back."""

    GRANT = "grant"
    PERMIT = "permit"


class NumberSource(StrEnum):
    """Where the phone number came from that a one-time code or a call went to."""

    PROVIDER = "provider"
    REGISTER = "register"
    EARLIER_APPROVAL = "earlier_approval"
    OWN_PAGE = "own_page"
    """Its holder set it, signed in at *substantial*; no code goes to it on the first day."""
    TYPED_HERE = "typed_here"


@dataclass(frozen=True, kw_only=True)
class RouteFacts:
    """What was recorded while a yes was said; only what the route needs has to be set.

    Attributes:
        provider_acr: the `acr` of the resident's sign-in (phone).
        fresh_sign_in: that sign-in was made for this yes, not found in a live session (phone).
        registered: the level at which the passkey was registered (passkey; phone, when it replaces the sign-in).
        document_checked: an identity document was looked at and recorded (display, paper).
        number_source: where the number came from (display, call).
        witnessed: a second member of staff saw the signature (paper).
    """

    provider_acr: str | None = None
    fresh_sign_in: bool = False
    registered: Assurance | None = None
    document_checked: bool = False
    number_source: NumberSource | None = None
    witnessed: bool = False


@dataclass(frozen=True, kw_only=True)
class ServiceRules:
    """What one service asks of a yes: the least assurance for the grant and for the permit, and the routes it takes."""

    grant_least: Assurance
    permit_least: Assurance
    routes: frozenset[Route]

    def least(self, kind: ApprovalKind) -> Assurance:
        """The least assurance for a yes of this `kind`."""
        return self.grant_least if kind is ApprovalKind.GRANT else self.permit_least


def route_assurance(route: Route, kind: ApprovalKind, facts: RouteFacts) -> Assurance:
    """The level of a yes said by `route`, from the `facts` recorded while it was said.

    Raises:
        EvidenceMissingError: the route lacks what makes it a yes at all.
        UnknownAssuranceError: the sign-in's `acr` is no eIDAS level.
    """
    return _LEVELS[route](kind, facts)


def allowed(rules: ServiceRules, route: Route, assurance: Assurance, kind: ApprovalKind) -> bool:
    """Whether a service with these `rules` takes a yes of this `kind`, by this `route`, at this `assurance`."""
    return route in rules.routes and assurance >= rules.least(kind)


def ensure_allowed(rules: ServiceRules, route: Route, assurance: Assurance, kind: ApprovalKind) -> None:
    """Refuse what `allowed` would deny, by its reason.

    Raises:
        RouteNotAllowedError: the service does not take this route.
        AssuranceTooLowError: the level is below what the service asks for.
    """
    if route not in rules.routes:
        raise RouteNotAllowedError(f"the service takes no {kind} by {route}")
    if assurance < rules.least(kind):
        raise AssuranceTooLowError(f"{assurance.name} is below {rules.least(kind).name} for a {kind}")


def _phone(kind: ApprovalKind, facts: RouteFacts) -> Assurance:
    if facts.fresh_sign_in and facts.provider_acr is not None:
        return Assurance.parse(facts.provider_acr)
    if kind is ApprovalKind.GRANT:
        # A relative with the unlocked phone, or a link sent to a victim, meets a live session: it is not a yes.
        raise EvidenceMissingError("a grant on the phone needs a fresh sign-in")
    # Read-back confirmed on the phone that gave the grant: a passkey lifts it, a mere tap stays low.
    return facts.registered or Assurance.LOW


def _passkey(_kind: ApprovalKind, facts: RouteFacts) -> Assurance:
    if facts.registered is None:
        raise EvidenceMissingError("a passkey needs the level at which it was registered")
    return facts.registered


def _display(_kind: ApprovalKind, facts: RouteFacts) -> Assurance:
    if not facts.document_checked or facts.number_source is None:
        raise EvidenceMissingError("the display needs a checked document and a number for the code")
    # An assistant alone could type their own number, so it never reaches more than low.
    return Assurance.LOW if facts.number_source is NumberSource.TYPED_HERE else Assurance.SUBSTANTIAL


def _paper(_kind: ApprovalKind, facts: RouteFacts) -> Assurance:
    return Assurance.SUBSTANTIAL if facts.document_checked and facts.witnessed else Assurance.LOW


def _call(_kind: ApprovalKind, facts: RouteFacts) -> Assurance:
    if facts.number_source in (None, NumberSource.TYPED_HERE):
        raise EvidenceMissingError("a call goes back to a number that was known before")
    official = facts.number_source in (NumberSource.PROVIDER, NumberSource.REGISTER)
    return Assurance.SUBSTANTIAL if official else Assurance.LOW


_LEVELS: Mapping[Route, Callable[[ApprovalKind, RouteFacts], Assurance]] = {
    Route.PHONE: _phone,
    Route.PASSKEY: _passkey,
    Route.DISPLAY: _display,
    Route.PAPER: _paper,
    Route.CALL: _call,
}

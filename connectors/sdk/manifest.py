"""What a connector is, who answers for it, and which addresses it may reach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from connectors.sdk.words import Words


class OriginKind(StrEnum):
    """What an origin besides the portal's own is needed for."""

    DOCUMENT = "document"
    API = "api"
    STATIC = "static"
    SIGN_IN = "sign_in"


class Quality(StrEnum):
    """How far a connector has been proved, as its owner states it; whoever registers a portal goes by it."""

    PRACTICE = "practice"
    """At made-up portals and test systems alone."""
    PILOT = "pilot"
    """At the live portal, with a few residents."""
    PROVED = "proved"
    """At the live portal, for everybody."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The facts about a connector that people decide on before it runs."""

    id: str
    """Stable service id, e.g. `lv.vsaa.sickness_benefit`; also the `service` of a delegation."""
    version: str
    """Bound into every permit; changes with every change of form, inputs or steps."""
    holder: str
    """Who answers for the service, e.g. `VSAA`."""
    portal: str
    """Registration id of the portal, e.g. `latvija`; its origin belongs to the registration, not to the connector."""
    title: Words
    owner: str
    """Who keeps the connector working."""
    legal_basis: Words
    language: str = "lv"
    """Of the portal's pages, as their `lang` says: whoever reads another is told what its words mean."""
    quality: Quality = Quality.PRACTICE
    origins: Mapping[OriginKind, tuple[str, ...]] = field(default_factory=dict)
    """Origins besides the portal's own from which the browser may GET."""


@dataclass(frozen=True, kw_only=True)
class Precondition:
    """A yes-or-no question put before the first question; a *no* ends the visit with advice instead of a dead end."""

    name: str
    question: Words
    advice: Words
    """What to do when the answer is no."""
    settled_by: str | None = None
    """A concept: not asked where an earlier service of the same visit gives it, since then it will be so."""

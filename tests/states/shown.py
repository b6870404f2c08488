"""A page in a state: who sees it, where, and what the gateway answered in each language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from playwright.sync_api import Page

from tests.gateway.callers import Caller
from ui.i18n import Language


class Kind(StrEnum):
    """What kind of moment it is; the gallery filters by it."""

    CLEAN = "clean"
    EMPTY = "empty"
    WAITING = "waiting"
    ERROR = "error"
    PROBLEM = "problem"
    REFUSED = "refused"
    STOPPED = "stopped"
    EXPIRED = "expired"
    THROTTLED = "throttled"


@dataclass(frozen=True)
class File:
    """A picture that a page shows."""

    kind: str
    """Its media type."""
    body: bytes


@dataclass(frozen=True)
class Shown:
    """One page in one state."""

    name: str
    """Whose page it is and what stands on it, as `desk/permit-lapsed`."""
    kind: Kind
    method: str
    path: str
    """As it was asked for, with its query."""
    route: str
    """The gateway's own pattern of the path."""
    status: int
    templates: frozenset[str]
    """Of pages, whichever took part."""
    html: Mapping[Language, str]
    policies: Mapping[Language, str]
    """The Content-Security-Policy of each answer: it names the nonce."""
    caller: Caller
    statements: int
    """How many a look at it takes that does not have to be put on record for the first time."""
    files: Mapping[str, File] = field(default_factory=dict)
    """By path, what its pictures lead to."""
    then: Callable[[Page], None] | None = None
    """What happens in the browser once it is shown; none where the answer itself is the state."""

    @property
    def role(self) -> str:
        """Whose page it is."""
        return self.name.partition("/")[0]

"""Who the trail names as the doer of a step: opaque identifiers, never a name."""

from dataclasses import dataclass
from typing import Protocol

from audit.entry import Actor, ActorKind


class Serving(Protocol):
    """Who serves a visit, and where: an assistant's session, or what the rows say while the system goes on."""

    @property
    def staff_id(self) -> str:
        """The assistant."""

    @property
    def centre_id(self) -> str:
        """Their centre."""

    @property
    def terminal_id(self) -> str | None:
        """The computer."""

    @property
    def actor(self) -> Actor:
        """How the trail names whoever takes the step."""


@dataclass(frozen=True, slots=True)
class ByItself:
    """The system goes on with a visit that this assistant serves."""

    staff_id: str
    centre_id: str
    terminal_id: str | None

    @property
    def actor(self) -> Actor:
        """Nobody pressed anything."""
        return SYSTEM


SYSTEM = Actor(ActorKind.SYSTEM, "gateway")
_RESIDENT = "resident"


def resident(resident_id: str) -> Actor:
    """A resident who has signed in or whose document was checked."""
    return Actor(ActorKind.RESIDENT, resident_id)


def stranger(approval_id: str) -> Actor:
    """Whoever holds the code of an approval; not yet known to be anybody."""
    return Actor(ActorKind.NOBODY, approval_id)


def finder(delegation_id: str) -> Actor:
    """Whoever holds the code on the papers of a delegation; not known to be anybody."""
    return Actor(ActorKind.NOBODY, delegation_id)


def connector(connector_id: str) -> Actor:
    """A connector at work in the portal."""
    return Actor(ActorKind.CONNECTOR, connector_id)


def whose_no(by: Actor) -> str:
    """Whose no it was, as rows keep it: `resident:<id>` of somebody who has signed in, else `resident`."""
    return f"{_RESIDENT}:{by.id}" if by.kind is ActorKind.RESIDENT else _RESIDENT


def resident_in(whose: str | None) -> str | None:
    """The id of the resident whose no it was; none where nobody knows, or it was no resident's."""
    kind, _, resident_id = (whose or "").partition(":")
    return resident_id or None if kind == _RESIDENT else None

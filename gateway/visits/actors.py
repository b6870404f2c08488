"""Who the trail names as the doer of a step: opaque identifiers, never a name."""

from audit.entry import Actor, ActorKind

SYSTEM = Actor(ActorKind.SYSTEM, "gateway")


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

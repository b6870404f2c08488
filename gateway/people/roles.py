"""The roles that staff can have."""

from collections.abc import Collection
from enum import StrEnum

from audit.entry import ActorKind


class Role(StrEnum):
    """What a member of staff is signed in as. A session has one role at a time."""

    ASSISTANT = "assistant"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    OFFICER = "officer"
    """Answers for one holder's services: its agreements, and how its forms are filled in."""
    NETWORK_OWNER = "network_owner"
    """Looks after the whole network by its figures; sees no visit and no resident."""

    @property
    def audit_kind(self) -> ActorKind:
        """How the trail names somebody who acts in this role."""
        return _ACTOR_KINDS[self]


BY_TWO = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.OFFICER, Role.NETWORK_OWNER})
"""Roles that one person alone neither gives nor brings back."""


def are_apart(roles: Collection[str]) -> bool:
    """Whether one person may have all these: an auditor has no other role, or would look at their own work."""
    return Role.AUDITOR not in roles or set(roles) == {Role.AUDITOR}


_ACTOR_KINDS = {
    Role.ASSISTANT: ActorKind.ASSISTANT,
    Role.MANAGER: ActorKind.MANAGER,
    Role.ADMINISTRATOR: ActorKind.ADMIN,
    Role.AUDITOR: ActorKind.AUDITOR,
    Role.OFFICER: ActorKind.MANAGER,
    Role.NETWORK_OWNER: ActorKind.MANAGER,
}

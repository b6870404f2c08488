"""Who sees and sets what of costs, targets and reports: a manager of the own centre, the network's owner of all."""

from typing import Final

from gateway.people.access import StaffSession, Who, allow
from gateway.people.roles import Role

READERS: Final = allow(Who.MANAGER, Who.NETWORK_OWNER)
OWNER: Final = allow(Who.NETWORK_OWNER)
"""Decides what concerns the whole network, or a centre from outside it."""


def is_owner(session: StaffSession) -> bool:
    """Whether somebody answers for the whole network."""
    return session.role is Role.NETWORK_OWNER

"""How each message is sent: whether a resident can do without it, and whether it waits for the morning.

What somebody stands and waits for, or has to hear of before more happens, comes at any hour and cannot be switched
off. The table is the one place where that is said; a message without its line is not sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gateway.people.preferences import Kind


@dataclass(frozen=True, slots=True)
class Manner:
    """How one message is sent."""

    waits: bool
    """It keeps to the quiet hours: nobody waits for it."""
    why: str
    """Why it comes at once, or why it can wait."""
    kind: Kind | None = None
    """Of what a resident can switch off; `None`: it comes in any case."""
    is_code: bool = False
    """It holds a code, which is worth nothing after a while."""
    is_mail: bool = False
    """It holds what no SMS may hold, and goes by e-mail alone."""


_CODE = Manner(waits=False, why="somebody stands at a screen and waits for the code", is_code=True)
_STOP = Manner(waits=False, why="whoever did not want this stops it in the next minute or not at all")
_TAKEN = Manner(waits=False, why="if it was not them, somebody else holds their account, telephone or papers now")
_OFFICE = Manner(
    waits=False, why="an office reads it in its hours, and what it may prevent goes on meanwhile", is_mail=True
)
_NEWS = Manner(waits=True, why="it is as true in the morning", kind=Kind.NEWS)
_GRAVE = Manner(waits=True, why="nothing can be done before offices open; a right may hang on it, so it always comes")

_INVITED = Manner(waits=True, why="nobody has asked for it", kind=Kind.INVITATIONS)

MANNERS: Final[Mapping[str, Manner]] = MappingProxyType(
    {
        "grant_code": _CODE,
        "permit_code": _CODE,
        "grant_spoken_code": _CODE,
        "permit_spoken_code": _CODE,
        "granted": _STOP,
        "stopped": _STOP,
        "stopped_too_late": _STOP,
        "visit_set_aside": _STOP,
        "visit_handed_over": _STOP,
        "visit_passed_on": _STOP,
        "passkey_added": _TAKEN,
        "passkey_suspended": _TAKEN,
        "contact_changed": _TAKEN,
        "overview_printed": _TAKEN,
        "erasure_asked": _TAKEN,
        "erasure_withdrawn": _TAKEN,
        "staff_invited": Manner(waits=False, why="whoever invited them waits for the account", is_mail=True),
        "holder_not_me": _OFFICE,
        "holder_not_me_unsent": _OFFICE,
        "holder_data_wrong": _OFFICE,
        "holder_data_wrong_unsent": _OFFICE,
        "news": _NEWS,
        "following_ended": _NEWS,
        "visit_reminded": _NEWS,
        "arrived": _NEWS,
        "arrived_late": _GRAVE,
        "both_arrived": _GRAVE,
        "not_arrived": _GRAVE,
        "case_upheld": _GRAVE,
        "case_not_upheld": _GRAVE,
        "case_passed_on": _GRAVE,
        "invited_again": _INVITED,
        "invited_service": _INVITED,
        "feedback": Manner(waits=True, why="an answer given in the evening says no less", kind=Kind.FEEDBACK),
    }
)
"""By template."""


def manner_of(template: str) -> Manner:
    """How a message is sent. Raises `KeyError` for one that has no line in the table: a defect of its author."""
    return MANNERS[template]

"""States and reasons of accounts in words."""

from typing import Final

from gateway.people.directory import Shown
from gateway.people.tables import StaffState, StateWhy
from ui.i18n import Message, message

STATES: Final[dict[StaffState, Message]] = {
    StaffState.ACTIVE: message("In use"),
    StaffState.SUSPENDED: message("Suspended"),
    StaffState.CLOSED: message("Account ended"),
}
COLOURS: Final[dict[StaffState, str]] = {
    StaffState.ACTIVE: "green",
    StaffState.SUSPENDED: "orange",
    StaffState.CLOSED: "grey",
}
SHOWN: Final[dict[Shown, Message]] = {
    Shown.HERE: message("Who works here, or is suspended"),
    Shown.SUSPENDED: message("Only who is suspended"),
    Shown.ENDED: message("Whose account has ended"),
}
WHY: Final[dict[StateWhy, Message]] = {
    StateWhy.AWAY: message("Is away for long"),
    StateWhy.TAKEN_OVER: message("Somebody else may be using the account"),
    StateWhy.UNCLEAR: message("Something that was done with it has to be cleared up"),
    StateWhy.LEFT: message("Does not work here any more"),
    StateWhy.NEVER_CAME: message("Never began to work here"),
    StateWhy.BACK: message("Is back at work"),
    StateWhy.CLEARED: message("What was to be cleared up is cleared up"),
    StateWhy.AGREED: message("Two people agreed on it"),
    StateWhy.MISTAKE: message("It was suspended by mistake"),
}

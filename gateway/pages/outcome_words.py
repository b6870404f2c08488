"""What pages say of the way of an application: what the portal said, and why nobody looks any more."""

from collections.abc import Mapping
from typing import Final

from connectors.sdk.outcome import Stage, Standing
from gateway.visits.outcome_tables import FollowingEnd
from gateway.visits.outcomes import HandedOverHow
from ui.i18n import Message, message

STANDINGS: Final[Mapping[Standing, Message]] = {
    Standing.RECEIVED: message("The institution has received it"),
    Standing.IN_PROGRESS: message("The institution works on it"),
    Standing.MORE_WANTED: message("The institution wants something more"),
    Standing.GRANTED: message("Decided: granted"),
    Standing.REFUSED: message("Decided: refused"),
}
STAGES: Final[Mapping[Stage, Message]] = {
    Stage.INFORMATION: message("Information"),
    Stage.REQUEST: message("Request"),
    Stage.EXECUTION: message("Execution"),
    Stage.RESULT: message("Result"),
}
ENDED: Final[Mapping[FollowingEnd, Message]] = {
    FollowingEnd.DECIDED: message("It is decided; nothing more is looked up."),
    FollowingEnd.TIME: message(
        "The time in which we were allowed to look is over. Ask the institution how it goes on."
    ),
    FollowingEnd.STOPPED: message("Looking was stopped. Ask the institution how it goes on."),
}
HANDED_OVER: Final[Mapping[HandedOverHow, Message]] = {
    HandedOverHow.PRINTED: message("Printed on paper"),
    HandedOverHow.READ_OUT: message("Read out, the person wants no paper"),
}

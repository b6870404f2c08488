"""How what holders count is called on pages and in files, and by which formula each measure is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.holders.outcomes import Outcome
from ui.i18n import Message, message

OUTCOMES: Final[Mapping[Outcome, Message]] = {
    Outcome.FILED: message("Filed"),
    Outcome.DECLINED: message("Declined by the portal"),
    Outcome.IN_DOUBT: message("In doubt"),
    Outcome.NOT_FILED: message("Did not arrive"),
    Outcome.STOPPED: message("Not sent: stopped or refused"),
    Outcome.FAILED: message("Not sent: could not be filled in"),
    Outcome.OPEN: message("Under way"),
}
MEANINGS: Final[Mapping[Outcome, Message]] = {
    Outcome.FILED: message("Your portal has it and gave it a number."),
    Outcome.DECLINED: message("Your portal answered the last request with a no, and took nothing."),
    Outcome.IN_DOUBT: message("It was sent, and nobody knows yet whether it arrived. Nothing is sent again meanwhile."),
    Outcome.NOT_FILED: message(
        "It was sent, and your portal, or a person who looked there, says that it is not there."
    ),
    Outcome.STOPPED: message("The resident said no, stopped it or left, before anything was sent."),
    Outcome.FAILED: message("The form could not be filled in, such as because it has changed; nothing was sent."),
    Outcome.OPEN: message("It is being filled in, or waits for the resident’s yes."),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of quality: what it is called, and how it is made."""

    name: Message
    formula: Message


UNCHANGED: Final = Measure(
    message("Sent as read back at first"),
    message("Applications sent at their first attempt, of all that were sent."),
)
SENT_BACK: Final = Measure(
    message("Sent back to the questions"),
    message(
        "Applications for which your portal refused at least one answer while its form was filled in, of all that"
        " were begun."
    ),
)
DOUBTED: Final = Measure(
    message("Answer not known at first"),
    message(
        "Applications for which your portal had to be asked afterwards whether it has them, of all that were sent."
        " The time is that of the longest, from sending to knowing."
    ),
)
TWICE: Final = Measure(
    message("Met an earlier one"),
    message(
        "Applications that were begun or sent while the same had arrived before, as your portal said afterwards."
        " A second one that is known to be one is refused before it begins, and does not count here."
    ),
)
LOOKS: Final = Measure(
    message("Second looks"),
    message("Times that a colleague of the assistant’s was asked to look before sending, and what they answered."),
)

"""What the resident's own page says of standings, rights, levels and looks."""

from collections.abc import Mapping
from typing import Final

from audit.entry import ActorKind
from audit.events import EventName
from delegation.filing import FilingState
from delegation.model import Action
from gateway.pages import authority_words
from gateway.pages.audit_words import REASONS
from gateway.visits.overviews import OverviewReason
from gateway.visits.own import Standing
from gateway.visits.states import Late
from ui.i18n import Message, message

STANDINGS: Final[Mapping[Standing, Message]] = {
    Standing.ASKED: message("Waits for a yes"),
    Standing.IN_FORCE: message("In force"),
    Standing.DONE: message("Done"),
    Standing.STOPPED: message("Stopped"),
    Standing.REFUSED: message("Refused"),
    Standing.LAPSED: message("Not answered"),
    Standing.ENDED: message("Ended"),
}
COLOURS: Final[Mapping[Standing, str]] = {
    Standing.ASKED: "yellow",
    Standing.IN_FORCE: "green",
    Standing.DONE: "blue",
    Standing.STOPPED: "red",
    Standing.REFUSED: "grey",
    Standing.LAPSED: "grey",
    Standing.ENDED: "grey",
}
ACTIONS: Final[Mapping[Action, Message]] = {
    Action.FILE: message("File the application"),
    Action.FOLLOW: message("Follow what happens to it"),
    Action.COLLECT: message("Receive the answer for you"),
}
FILINGS: Final[Mapping[FilingState, Message]] = {
    FilingState.DRAFTED: message("Being filled in; nothing was sent"),
    FilingState.PREPARED: message("Filled in; nothing was sent"),
    FilingState.CONFIRMED: message("Confirmed; about to be sent"),
    FilingState.SENT: message("Sent; the portal’s answer is awaited"),
    FilingState.FILED: message("Sent and received"),
    FilingState.DECLINED: message("The portal refused it; nothing is filed"),
    FilingState.STOPPED: message("Stopped before anything was sent"),
    FilingState.FAILED: message("It could not be done; nothing was sent"),
    FilingState.ABANDONED: message("Left before anything was sent"),
    FilingState.UNKNOWN: message("Sent; it is not known yet whether it arrived"),
    FilingState.NOT_FILED: message("It did not arrive; nothing is filed"),
    FilingState.NEEDS_HUMAN: message("Sent; a person is finding out whether it arrived"),
}
LATE: Final[Mapping[str, Message]] = {
    Late.ARRIVED.value: message("Sent and received. The answer came late: at first it was taken for lost"),
    Late.BOTH.value: message("The institution says late that it has this one too: it may have arrived twice"),
    Late.BOTH_KNOWN.value: message("The institution says late that it has this one too: it may have arrived twice"),
}
"""What a filing's reason says in place of its state."""
RIGHTS: Final = authority_words.RIGHTS
LEVELS: Final[Mapping[str, Message]] = {
    "low": message("low"),
    "substantial": message("substantial"),
    "high": message("high"),
}
ENDED_BY: Final[Mapping[str, Message]] = {
    "resident": message("Stopped by the person whose matter it is"),
    "receipt": message("Stopped by the code on the papers"),
    "visit": message("Ended with the visit"),
    "clock": message("Its time was over"),
}
ROLES: Final[Mapping[ActorKind, Message]] = {
    ActorKind.ASSISTANT: message("Assistant"),
    ActorKind.MANAGER: message("Manager"),
    ActorKind.AUDITOR: message("Auditor"),
    ActorKind.ADMIN: message("Administrator"),
}
LOOKS: Final[Mapping[EventName, Message]] = {
    EventName.RESIDENT_LOOKED_AT: message("While serving you"),
    EventName.RESIDENT_LOOKED_AT_BY_AUDITOR: message("Opened what you were shown and what was sent, as an auditor"),
    EventName.VISIT_LOOKED_AT: message("To check how you were served"),
    EventName.STATEMENT_RENDERED: message("Read the text of your permission again"),
    EventName.FINDING_READ: message("To answer what an auditor found"),
    EventName.SECOND_LOOK_OPENED: message("As the second person who has to look"),
    EventName.DELEGATIONS_LISTED: message("Somebody showed your document at the counter"),
    EventName.VISIT_HANDED_OVER: message("Went on with your visit in a colleague’s place"),
    EventName.VISIT_NOT_HANDED_OVER: message("Wanted to go on with your visit, with another person’s document"),
    EventName.DECISION_SHOWN: message("Looked what became of your application, when your document was shown"),
    EventName.OVERVIEW_PRINTED: message("Printed everything, for somebody who showed your document"),
    EventName.BUNDLE_EXPORTED: message("Took a file with the proofs of your visit"),
}
PRINT_REASONS: Final[Mapping[OverviewReason, Message]] = {
    OverviewReason.ASKED_ON_PAPER: message("The resident wants it on paper"),
    OverviewReason.NO_DEVICE: message("The resident cannot sign in to their own page"),
    OverviewReason.COMPLAINT: message("A complaint"),
}
LOOK_REASONS: Final[Mapping[str, Message]] = (
    {reason.value: text for reason, text in REASONS.items()}
    | {reason.value: text for reason, text in PRINT_REASONS.items()}
    | {"command": message("On the gateway’s own machine, by whoever runs it")}
)

"""What findings and inquiries are called on pages: about what was done, never about what somebody is like."""

from collections.abc import Mapping
from typing import Final

from gateway.visits.audit_states import (
    FindingKind,
    FindingOutcome,
    FindingState,
    InquiryEnd,
    InquiryReason,
    NoteKind,
    Severity,
)
from gateway.visits.inquiry_list import InquiryStanding
from ui.i18n import Message, message

KINDS: Final[Mapping[FindingKind, Message]] = {
    FindingKind.CONSENT: message("How the yes was asked for or said"),
    FindingKind.VALUES: message("Something else was filled in or sent than the resident said"),
    FindingKind.DISCLOSURE: message("Details were looked at or given without need"),
    FindingKind.INFORMATION: message("The resident was not told something"),
    FindingKind.PROCEDURE: message("A step was left out, or done otherwise than described"),
    FindingKind.SYSTEM: message("The gateway, a computer or a portal did not do what it should"),
}
SEVERITIES: Final[Mapping[Severity, Message]] = {
    Severity.NOTED: message("To be known"),
    Severity.MENDED: message("To be put right"),
    Severity.AT_ONCE: message("To be put right at once"),
}
STATES: Final[Mapping[FindingState, Message]] = {
    FindingState.OPEN: message("Waits for the centre’s answer"),
    FindingState.ANSWERED: message("Answered, waits for the auditor"),
    FindingState.CLOSED: message("Closed"),
    FindingState.WITHDRAWN: message("Withdrawn by an auditor"),
}
COLOURS: Final[Mapping[FindingState, str]] = {
    FindingState.OPEN: "orange",
    FindingState.ANSWERED: "blue",
    FindingState.CLOSED: "grey",
    FindingState.WITHDRAWN: "grey",
}
OUTCOMES: Final[Mapping[FindingOutcome, Message]] = {
    FindingOutcome.PUT_RIGHT: message("It was put right"),
    FindingOutcome.EXPLAINED: message("What the centre says explains it"),
    FindingOutcome.NOT_PUT_RIGHT: message("It was not put right"),
}
NOTES: Final[Mapping[NoteKind, Message]] = {
    NoteKind.NOTE: message("Note"),
    NoteKind.FINDING: message("What the auditor found"),
    NoteKind.ANSWER: message("The centre’s answer"),
    NoteKind.CLOSING: message("Why it ended so"),
}
REASONS: Final[Mapping[InquiryReason, Message]] = {
    InquiryReason.STAFF_MISUSE: message("Whether somebody on the staff misused their access"),
    InquiryReason.FRAUD: message("Whether somebody used another person’s identity or papers"),
    InquiryReason.AUTHORITY: message("An authority that investigates has asked for it in writing"),
}
STANDINGS: Final[Mapping[InquiryStanding, Message]] = {
    InquiryStanding.PROPOSED: message("Waits for a second auditor"),
    InquiryStanding.STANDING: message("In force"),
    InquiryStanding.OVER: message("Over"),
    InquiryStanding.NOTHING: message("Never in force"),
}
STANDING_COLOURS: Final[Mapping[InquiryStanding, str]] = {
    InquiryStanding.PROPOSED: "yellow",
    InquiryStanding.STANDING: "orange",
    InquiryStanding.OVER: "grey",
    InquiryStanding.NOTHING: "grey",
}
ENDS: Final[Mapping[InquiryEnd, Message]] = {
    InquiryEnd.DATE: message("Its last day was over"),
    InquiryEnd.EARLY: message("Ended early"),
    InquiryEnd.REFUSED: message("Refused or taken back"),
    InquiryEnd.LAPSED: message("Nobody agreed in time"),
}
FAULTS: Final[Mapping[str, Message]] = {
    "unknown": message("There is no visit with one of these numbers"),
    "number": message("Give the numbers of one to twenty visits, each on a line of its own"),
    "open": message("An inquiry about this visit or person is open already"),
    "reference": message("Give the number of the case: letters, digits, slash, dot and hyphen, and no personal code"),
    "days": message("Choose a last day that lies ahead, within the longest time"),
    "total": message("Inquiries about this person have lasted as long as they may together: choose an earlier day"),
}

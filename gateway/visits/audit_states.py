"""The words in which notes, findings and inquiries of auditors say what they are and how far they have come."""

from enum import StrEnum


class NoteKind(StrEnum):
    """What an auditor's or a manager's text is part of."""

    NOTE = "note"
    """An auditor's own, beside a visit or a finding."""
    FINDING = "finding"
    """What was found."""
    ANSWER = "answer"
    """What the centre says to it."""
    CLOSING = "closing"
    """Why it was closed or withdrawn."""


class FindingKind(StrEnum):
    """What a finding is about: what was done, never what somebody is like."""

    CONSENT = "consent"
    """How the yes was asked for or said."""
    VALUES = "values"
    """What was filled in or sent is not what the resident said."""
    DISCLOSURE = "disclosure"
    """Details were looked at or given without need."""
    INFORMATION = "information"
    """The resident was not told what they should have been."""
    PROCEDURE = "procedure"
    """A step was left out, or taken otherwise than described."""
    SYSTEM = "system"
    """Gateway, computer or portal did not do what they should."""


class Severity(StrEnum):
    """How much depends on it that a finding is put right."""

    NOTED = "noted"
    """Nobody was harmed; to be known."""
    MENDED = "mended"
    """To be put right."""
    AT_ONCE = "at_once"
    """Somebody may be harmed until it is put right."""


class FindingState(StrEnum):
    """How far a finding has come; *overdue* is read from the clock, never stored."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class FindingOutcome(StrEnum):
    """With what a finding was closed."""

    PUT_RIGHT = "put_right"
    EXPLAINED = "explained"
    """What the centre says explains it: nothing had to be put right."""
    NOT_PUT_RIGHT = "not_put_right"


class InquiryReason(StrEnum):
    """Why a resident is to see later who looked."""

    STAFF_MISUSE = "staff_misuse"
    """Whether somebody on the staff misused their access."""
    FRAUD = "fraud"
    """Whether somebody acted with another person's identity or papers."""
    AUTHORITY = "authority"
    """An authority that investigates has asked for it in writing."""


class InquiryStepKind(StrEnum):
    """What can become of a proposed inquiry, each once."""

    AGREED = "agreed"
    ENDED = "ended"


class InquiryEnd(StrEnum):
    """Why an inquiry is over, or never began."""

    DATE = "date"
    """Its last day is over."""
    EARLY = "early"
    """An auditor ended it before."""
    REFUSED = "refused"
    """An auditor was against it, or who proposed it took it back, before a second one agreed."""
    LAPSED = "lapsed"
    """No second auditor agreed in time."""


class SubjectKind(StrEnum):
    """What an inquiry names."""

    VISIT = "visit"
    """This visit."""
    RESIDENT = "resident"
    """Every visit in which this person's matter was dealt with."""
    ABOUT = "about"
    """Whose matter a visit was that is named: counted, so that inquiries about one person do not add up for ever."""

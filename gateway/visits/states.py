"""The words in which rows of a visit say what they are, how far they have come, and how they ended."""

from enum import StrEnum
from typing import Final


class Channel(StrEnum):
    """How the resident reached the centre."""

    COUNTER = "counter"
    PHONE = "phone"
    MOBILE = "mobile"
    SHARED_COMPUTER = "shared_computer"


IN_FRONT: Final = (Channel.COUNTER, Channel.MOBILE)
"""Where the resident stands before the display; elsewhere it would show somebody's visit to whoever passes by."""


class VisitState(StrEnum):
    """Whether anything more can happen in a visit."""

    OPEN = "open"
    SET_ASIDE = "set_aside"
    """What is left is done on another day; until it is taken up again nothing happens in it."""
    CLOSED = "closed"


class Ending(StrEnum):
    """How a visit ended, as reports count it."""

    FILED = "filed"
    REFUSED = "refused"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    STOPPED = "stopped"
    DECLINED = "declined"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ABANDONED = "abandoned"
    INFORMED = "informed"
    """They were told what they wanted to know; as the next two, by the assistant's word."""
    REFERRED = "referred"
    """They were told who does it, and where."""
    SELF_SERVED = "self_served"
    """They did it alone, and were only guided."""


class HelpReason(StrEnum):
    """Why a resident needed help with what others do alone, as reports count it."""

    CANNOT_USE_COMPUTER = "cannot_use_computer"
    NO_EID = "no_eid"
    LANGUAGE = "language"
    COMPLICATED = "complicated"
    NO_DEVICE = "no_device"
    OTHER = "other"


class Late(StrEnum):
    """What the portal's late word made of a filing: kept as its reason."""

    ARRIVED = "filing.arrived_late"
    """It was taken for lost, until the portal said that it has it."""
    OVERTAKEN = "filing.overtaken"
    """It was begun since, under the same delegation, and never sent: the earlier one stands in its place."""
    OVERTAKEN_ELSEWHERE = "filing.overtaken_elsewhere"
    """As before, under another delegation."""
    BOTH = "filing.both_arrived"
    """It arrived late, and the same had been sent again: a person has to act."""
    BOTH_KNOWN = "filing.both_known"
    """A person has acted upon that."""


class ApprovalState(StrEnum):
    """How far one asking has come."""

    WAITING = "waiting"
    OPENED = "opened"
    MATCHED = "matched"
    GIVEN = "given"
    REFUSED = "refused"
    LAPSED = "lapsed"


class RunKind(StrEnum):
    """What a worker does at the portal."""

    PREPARE = "prepare"
    SEND = "send"
    LOOK_UP = "look_up"
    FOLLOW = "follow"
    """Looks what became of what was filed; changes nothing."""


class DisputeKind(StrEnum):
    """What somebody says is wrong with something done in their name."""

    NOT_ME = "not_me"
    DATA_WRONG = "data_wrong"


class DisputeState(StrEnum):
    """How far a case has come; *overdue* is read from the clock, never stored."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class DisputeOutcome(StrEnum):
    """What an auditor found out about a case."""

    UPHELD = "upheld"
    """It was as the person says."""
    NOT_UPHELD = "not_upheld"
    PASSED_ON = "passed_on"
    """Somebody else decides it: the holder, or the police."""


class RunState(StrEnum):
    """How far a run has come; *holding* keeps the filled page open for the permit."""

    QUEUED = "queued"
    RUNNING = "running"
    HOLDING = "holding"
    DONE = "done"
    FAILED = "failed"


class SecondLookKind(StrEnum):
    """What a second member of staff is asked to judge."""

    PAPER_GRANT = "paper_grant"
    """They saw this person sign this statement."""
    PAPER_PERMIT = "paper_permit"
    """They saw this person sign this read-back."""
    SAME_ADDRESS = "same_address"
    """Resident and assistant share an address."""
    COLLEAGUE_VALUE = "colleague_value"
    """A number, account or code of the resident's is also a colleague's."""
    SENSITIVE_VALUE = "sensitive_value"
    """A value that the service guards differs from what was filed before."""
    SENT_AGAIN = "sent_again"
    """What was sent did not arrive, by a person's word, and is to be sent again."""


class SecondLookState(StrEnum):
    """How far a second look has come."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    LAPSED = "lapsed"

"""Why feedback cannot be taken. No error repeats a code or an answer."""

from typing import ClassVar


class FeedbackError(Exception):
    """Root of the errors of this package."""

    code: ClassVar[str] = "feedback.failed"


class InvitationUnknownError(FeedbackError):
    """No invitation has this code."""

    code: ClassVar[str] = "feedback.unknown"


class InvitationUsedError(FeedbackError):
    """The invitation was answered before."""

    code: ClassVar[str] = "feedback.used"


class InvitationExpiredError(FeedbackError):
    """The last day of the invitation is over."""

    code: ClassVar[str] = "feedback.expired"


class AnswerError(FeedbackError):
    """The answer is none that can be kept."""

    code: ClassVar[str] = "feedback.answer"

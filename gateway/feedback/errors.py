"""Why feedback cannot be taken. No error repeats a code or an answer."""

from typing import ClassVar


class FeedbackError(Exception):
    """Root of the errors of this package."""

    code: ClassVar[str] = "feedback.failed"


class InvitationUnknownError(FeedbackError):
    """No invitation has this code."""

    code: ClassVar[str] = "feedback.unknown"


class InvitationUsedError(FeedbackError):
    """The invitation takes no more answers: it was answered, or whoever was invited does not want to."""

    code: ClassVar[str] = "feedback.used"


class InvitationExpiredError(FeedbackError):
    """The last day of the invitation is over."""

    code: ClassVar[str] = "feedback.expired"


class NotHereError(FeedbackError):
    """The browser is one in which staff work, or of an enrolled computer or display."""

    code: ClassVar[str] = "feedback.not_here"


class AnswerError(FeedbackError):
    """The answer is none that can be kept."""

    code: ClassVar[str] = "feedback.answer"

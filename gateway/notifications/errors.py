"""What can go wrong with a message. No error repeats an address or a text: errors reach logs."""

from typing import ClassVar


class MessageError(Exception):
    """Root of the errors of this package."""

    code: ClassVar[str] = "message.failed"


class NotSentError(MessageError):
    """The server did not take the message now; it is tried again."""

    code: ClassVar[str] = "message.not_sent"


class MessageRefusedError(MessageError):
    """The server refuses this message for good; trying again would not help."""

    code: ClassVar[str] = "message.refused"


class AddressError(MessageRefusedError):
    """The address is none that a message can be sent to."""

    code: ClassVar[str] = "message.address"


class UnreachableError(MessageRefusedError):
    """Nobody is reached at the address, says the server that would know."""

    code: ClassVar[str] = "message.unreachable"

    def __init__(self, message: str, said: str | None = None) -> None:
        """Take the server's own code, such as `5.1.1`."""
        super().__init__(message)
        self.said = said


class BounceError(MessageError):
    """What came is no bounce of a message of ours."""

    code: ClassVar[str] = "message.bounce"


class ReportRefusedError(MessageError):
    """A delivery report does not come from the SMS operator."""

    code: ClassVar[str] = "message.report_refused"


class ReportMalformedError(MessageError):
    """A delivery report cannot be read."""

    code: ClassVar[str] = "message.report_malformed"


class NoSenderError(MessageRefusedError):
    """The gateway is not set up for messages of this channel."""

    code: ClassVar[str] = "message.no_sender"

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


class NoSenderError(MessageRefusedError):
    """The gateway is not set up for messages of this channel."""

    code: ClassVar[str] = "message.no_sender"

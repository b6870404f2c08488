"""Why a call cannot be gone on with. No error repeats a number or a code."""

from typing import ClassVar


class CallbackError(Exception):
    """Root of the errors of this package."""

    code: ClassVar[str] = "callback.failed"


class NoCallError(CallbackError):
    """This colleague has no call in hand: it is over, or its time ran out."""

    code: ClassVar[str] = "callback.none"

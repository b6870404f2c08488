"""How an error is told, and what is told of errors that many parts share."""

from dataclasses import dataclass

from ui.i18n import Message, message


@dataclass(frozen=True, slots=True)
class Problem:
    """How an error is told."""

    status: int
    title: Message
    """What happened."""
    advice: Message
    """What to do next."""


GO_BACK = message("Go back to the page you came from and look at what it shows now.")
NEW_CODE = message("Ask the assistant for a new code.")
TELL_SUPPORT = message("Try again in a minute. If it happens again, tell support the reference number below.")

BAD_REQUEST = Problem(
    400, message("The request could not be understood"), message("Go back, reload the page and fill it in again.")
)
NOT_FOUND = Problem(
    404,
    message("Page not found"),
    message("Check the address. If you followed a link, it may have been used already or be past its time."),
)
METHOD_NOT_ALLOWED = Problem(405, message("This address cannot be used in this way"), GO_BACK)
METHOD_FOR_PROGRAMS = Problem(
    405, METHOD_NOT_ALLOWED.title, message("Use one of the methods that the header Allow names.")
)
TOO_LARGE = Problem(
    413, message("What you sent is too large"), message("Choose a smaller file, or scan it with a lower resolution.")
)
UNAVAILABLE = Problem(
    503, message("The service is not available just now"), message("Nothing was lost. Try again in a minute.")
)
DEFECT = Problem(500, message("Something went wrong"), TELL_SUPPORT)

BY_STATUS = {400: BAD_REQUEST, 404: NOT_FOUND, 405: METHOD_NOT_ALLOWED, 413: TOO_LARGE, 503: UNAVAILABLE}
"""For errors of the framework."""

SIGN_IN_AGAIN = message("Sign in again. What was saved before is still there.")

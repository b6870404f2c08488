"""Why something of the shared rating was refused. No error repeats a code or an answer."""

from collections.abc import Mapping
from typing import ClassVar


class RatingError(Exception):
    """Root of the errors of this package."""

    code: ClassVar[str] = "rating.failed"


class SurveyUnknownError(RatingError):
    """The institution has no such e-service here, or it is closed."""

    code: ClassVar[str] = "rating.service_unknown"


class KeyOfNobodyError(RatingError):
    """The key is the network's: ratings are an institution's own."""

    code: ClassVar[str] = "rating.agency"


class RequestRefusedError(RatingError):
    """What a program asks for is not written as the API's description says.

    Attributes:
        faults: what each wrong field has to be, by its name; `body` where the whole of it is wrong.
    """

    code: ClassVar[str] = "rating.request"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(f"wrong: {', '.join(faults)}")
        self.faults = faults


class RepeatedOtherwiseError(RatingError):
    """The key against doing it twice was used for another request before."""

    code: ClassVar[str] = "rating.repeated"


class TooManyLinksError(RatingError):
    """More links than an institution may have within an hour."""

    code: ClassVar[str] = "rating.too_many"


class BatchUnknownError(RatingError):
    """The institution has no such batch."""

    code: ClassVar[str] = "rating.batch_unknown"


class LinkUnknownError(RatingError):
    """No link has this code: it was never made here, or is long over."""

    code: ClassVar[str] = "rating.unknown"


class LinkUsedError(RatingError):
    """The link was answered before, or whoever made it took it back; nobody is told which."""

    code: ClassVar[str] = "rating.used"


class LinkOverError(RatingError):
    """The last day of the link is over."""

    code: ClassVar[str] = "rating.over"

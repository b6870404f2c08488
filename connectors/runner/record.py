"""What a run remembers of its final request, from the moment it was let out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

KEEPS_THE_BODY = frozenset({307, 308})
"""Redirects with which a browser would send the answers a second time (RFC 9110 section 15.4.8)."""
YES_LASTS = timedelta(seconds=30)
"""What took longer to be allowed was asked by a worker that stood still: others may have asked the portal meanwhile."""
_LONGEST_REFERENCE = 64


def is_reference(text: str) -> bool:
    """Whether it can be the number of an application: a few characters that can be read, on one line."""
    return bool(text.strip()) and len(text) <= _LONGEST_REFERENCE and text.isprintable()


@dataclass
class FinalRecord:
    """The one final request, from the moment it was let out."""

    body_sha256: str
    sent_at: datetime
    status: int | None = None
    location: str = ""
    timed_out: bool = False
    answer: bytes = b""
    """How the portal's answer began; never logged."""
    followed: int = 0
    """How many of `Final.then` were declared good to follow it."""
    then: list[str] = field(default_factory=list)
    """SHA-256 in hex of the bytes of those that left."""
    answers: list[int] = field(default_factory=list)
    """What they were answered; 0 where no answer came."""

    @property
    def goes_well(self) -> bool:
        """Whether everything that left was taken."""
        statuses = (self.status or 0, *self.answers)
        return len(self.answers) == self.followed and all(
            200 <= status < 400 and status not in KEEPS_THE_BODY for status in statuses
        )

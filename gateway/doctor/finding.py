"""What one look came to."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gateway.config import Settings


class Health(StrEnum):
    """How good one thing is."""

    OK = "ok"
    NOTE = "note"
    """Works, but somebody should know."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    health: Health
    detail: str
    mend: str = ""
    """What to do, if it is not in order."""


Look = Callable[[Settings], Finding]


def ok(name: str, detail: str) -> Finding:
    """Something that is in order."""
    return Finding(name, Health.OK, detail)


def note(name: str, detail: str, mend: str) -> Finding:
    """Something that works, but that somebody should know of."""
    return Finding(name, Health.NOTE, detail, mend)


def broken(name: str, detail: str, mend: str) -> Finding:
    """Something without which the gateway does not work."""
    return Finding(name, Health.BROKEN, detail, mend)

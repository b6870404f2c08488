"""Logs in which nobody is real: the name of one says so, and that name stands in each of its signed checkpoints."""

from typing import Final, Literal, TypeAlias

MadeUp: TypeAlias = Literal["practice", "demo"]
"""What a gateway with made-up people is for."""

_BEGIN: Final[dict[MadeUp, str]] = {"practice": "practice.", "demo": "demo."}


def kind_of(origin: str | None) -> MadeUp | None:
    """What a log of this name is for; none: it tells of real people."""
    return next((kind for kind, begin in _BEGIN.items() if (origin or "").startswith(begin)), None)


def named(kind: MadeUp, origin: str) -> str:
    """A log's name that says that nobody in it is real."""
    return origin if kind_of(origin) == kind else f"{_BEGIN[kind]}{origin}"


def warning(kind: MadeUp) -> str:
    """What comes before every verdict on such a log."""
    what = "PRACTICE" if kind == "practice" else "DEMONSTRATION"
    return f"{what}: everybody in this log is made up. Whatever is verified below is no proof of anything real."

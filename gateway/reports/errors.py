"""What can be wrong with what somebody asks of figures."""

from typing import ClassVar


class FiguresError(Exception):
    """Figures cannot be told, or not so."""

    code: ClassVar[str]


class FiguresAskedError(FiguresError):
    """A place or a stretch of time cannot be read."""

    code = "figures.asked"


class WeightError(FiguresError):
    """A weight cannot be set so."""

    code = "figures.weight"

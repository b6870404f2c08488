"""What can be wrong with what somebody asks of figures."""

from typing import ClassVar


class FiguresError(Exception):
    """Figures cannot be told, or not so."""

    code: ClassVar[str]


class FiguresAskedError(FiguresError):
    """A place or a stretch of time cannot be read."""

    code = "figures.asked"


class NotInForceError(FiguresError):
    """What is to be withdrawn is not in force, or not any more."""

    code = "figures.not_in_force"


class WeightError(FiguresError):
    """A weight cannot be set so."""

    code = "figures.weight"

"""The words of erasing."""

from enum import StrEnum


class Obstacle(StrEnum):
    """What stands against erasing somebody, or a visit's values."""

    OPEN_VISIT = "open_visit"
    """They are being served."""
    IN_FORCE = "in_force"
    """Something is allowed in their name, or asked for."""
    IN_FLIGHT = "in_flight"
    """It is not known yet whether something that was sent has arrived."""
    CASE = "case"
    """A case of theirs is not closed."""
    HOLD = "hold"
    """It is kept because of an inquiry."""
    DISPUTABLE = "disputable"
    """Something was sent so lately that it can still be disputed."""


class Why(StrEnum):
    """Why something was erased, as its event says."""

    WISH = "wish"
    TIME = "time"
    """It was kept for as long as settings say."""

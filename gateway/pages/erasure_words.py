"""How pages call what stands against erasing somebody."""

from collections.abc import Mapping
from typing import Final

from gateway.retention.states import Obstacle
from ui.i18n import Message, message

OBSTACLES: Final[Mapping[Obstacle, Message]] = {
    Obstacle.OPEN_VISIT: message("A visit is open: somebody is being served."),
    Obstacle.IN_FORCE: message(
        "The time of something that was allowed is not over yet."
        " What is still allowed can be stopped; otherwise it ends by itself."
    ),
    Obstacle.IN_FLIGHT: message("Something was sent, and it is not known yet whether it has arrived."),
    Obstacle.CASE: message("A case is not closed yet."),
    Obstacle.HOLD: message("It is kept because of an inquiry."),
    Obstacle.DISPUTABLE: message("Something was sent so lately that it can still be disputed."),
}
"""Each a sentence of its own."""

"""What erasing, wishing and holding refuse, by name."""

from collections.abc import Iterable
from typing import ClassVar

from gateway.retention.states import Obstacle


class RetentionError(Exception):
    """A step was refused. Nothing was changed. Never names a person."""

    code: ClassVar[str] = "retention.error"


class StillNeededError(RetentionError):
    """Something is under way for which the values are needed, or somebody looks into it."""

    code = "retention.still_needed"

    def __init__(self, obstacles: Iterable[Obstacle]) -> None:
        """Take what stands against it."""
        self.obstacles = frozenset(obstacles)
        super().__init__(f"still needed: {', '.join(sorted(self.obstacles))}")


class ErasedAlreadyError(RetentionError):
    """It was erased before."""

    code = "retention.erased"


class WishUnknownError(RetentionError):
    """There is no wish that waits."""

    code = "retention.no_wish"


class WishNotFreshError(RetentionError):
    """A wish to be erased is said within minutes of a sign-in with a provider."""

    code = "retention.not_fresh"


class ServedByYouError(RetentionError):
    """Whoever served somebody does not take their wish to be erased: it could hide what was done."""

    code = "retention.served_by_you"


class HoldUnknownError(RetentionError):
    """There is no such hold, or it was lifted."""

    code = "retention.no_hold"


class HoldFaultError(RetentionError):
    """A hold cannot stand like this."""

    code = "retention.hold_fault"

    def __init__(self, field: str) -> None:
        """Take which field of the form it is about: `reference`, `review_on` or `whole`."""
        super().__init__(f"a hold with this {field}")
        self.field = field

"""What a holder does with applications once they are there: received, worked on, decided.

By the sandbox's own clock, and at once by hand: `POST /_sandbox/applications`. The same for every portal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """What the portal's pages call it."""

    RECEIVED = "saņemts"
    WORKED_ON = "izskatīšanā"
    WANTED = "jāpapildina"
    GRANTED = "apmierināts"
    REFUSED = "noraidīts"


DECIDED = frozenset({State.GRANTED, State.REFUSED})


@dataclass(frozen=True)
class Handling:
    """How far the holder is with one application."""

    state: State
    wanted: str = ""
    """What has to be brought, in the state `jāpapildina`."""
    until: str = ""
    """By when, ISO 8601."""

    @property
    def is_decided(self) -> bool:
        """Whether there is a decision."""
        return self.state in DECIDED


@dataclass(frozen=True)
class Pace:
    """How long a holder takes by itself."""

    worked_on_after: timedelta = timedelta(days=1)
    decided_after: timedelta = timedelta(days=10)


class UnknownStateError(Exception):
    """No application is ever in such a state."""


class Handlings:
    """How far the holder is with each application."""

    def __init__(self, now: Callable[[], datetime], pace: Pace | None = None) -> None:
        self._now = now
        self._pace = pace or Pace()
        self._by_hand: dict[str, Handling] = {}

    def set(self, reference: str, state: str, wanted: str = "", until: str = "") -> Handling:
        """Say how far it is; from then on the clock moves it no more.

        Raises:
            UnknownStateError: there is no such state.
        """
        if state not in tuple(State):
            raise UnknownStateError(state)
        self._by_hand[reference] = Handling(State(state), wanted, until)
        return self._by_hand[reference]

    def of(self, reference: str, received_at: datetime) -> Handling:
        """How far it is now."""
        if reference in self._by_hand:
            return self._by_hand[reference]
        age = self._now() - received_at
        if age >= self._pace.decided_after:
            return Handling(State.GRANTED)
        return Handling(State.WORKED_ON if age >= self._pace.worked_on_after else State.RECEIVED)

    def clear(self) -> None:
        """Forget what was said by hand."""
        self._by_hand.clear()

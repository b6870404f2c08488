"""One-time codes of the made-up staff, for those who have no authenticator app at hand."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

import pyotp

from gateway.demo.people import DemoStaff

STEP_SECONDS = 30
_POLL_SECONDS = 0.2


def current_code(person: DemoStaff, now: float) -> tuple[str, int]:
    """The code at `now` (seconds since 1970), and for how many more seconds it is the current one."""
    return pyotp.TOTP(person.totp).at(int(now)), STEP_SECONDS - int(now) % STEP_SECONDS


class Codes:
    """Codes for a program that signs in again and again: each is given once, as the gateway takes each once."""

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        used: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """`used` names the last 30-second step of each login whose code the gateway has taken already."""
        self._clock = clock
        self._sleep = sleep
        self._used = dict(used)

    def take(self, person: DemoStaff) -> str:
        """A code that was not taken before; waits for the next one where all that the gateway takes are used up."""
        while True:
            current = int(self._clock()) // STEP_SECONDS
            step = max(current, self._used.get(person.login, 0) + 1)
            if step <= current + 1:
                self._used[person.login] = step
                return pyotp.TOTP(person.totp).generate_otp(step)
            self._sleep(_POLL_SECONDS)

"""A process that is killed in the middle of a step of the key file's epochs: `python -m tests.gateway.dying_keys …`."""

import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from gateway import epochs
from gateway.config import Settings
from gateway.keys import keyfile, moving
from gateway.parts import open_store


def _die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_while_moving() -> None:
    """After two batches of one key each."""
    real, left = moving.move, iter((True, True))

    def some(*args: Any, **named: Any) -> tuple[int, str]:
        if not next(left, False):
            _die()
        return real(*args, **named)

    with mock.patch.object(moving, "move", partial(some, most=1)):
        epochs.move(open_store(Settings.from_environment(os.environ)))


def die_while_removing(folder: Path) -> None:
    """With the new file written beside the old one, and nothing replaced yet."""
    with mock.patch.object(keyfile, "_give_to_owner_of", _die):
        keyfile.remove(folder, 1)


if __name__ == "__main__":
    if sys.argv[1:]:
        die_while_removing(Path(sys.argv[1]))
    else:
        die_while_moving()

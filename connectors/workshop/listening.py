"""What is logged while a connector is held to its contract."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_OF_THE_FRONT = ("httpx2", "httpcore2")
"""They speak of what the front hands on, which is no part of a run."""


@contextmanager
def listening(into: list[str]) -> Iterator[None]:
    """Keep what every logger says, down to the last word, as long as the block lasts."""
    root, listener = logging.getLogger(), _Listener(into)
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(listener)


class _Listener(logging.Handler):
    """Keeps what every logger says, with tracebacks."""

    def __init__(self, into: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._into = into
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        if not record.name.startswith(_OF_THE_FRONT):
            self._into.append(self.format(record))

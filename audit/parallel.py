"""Looks at a long log with several processes. Each reads the log for itself; the order of the leaves stays."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

import msgspec

from audit.glance import Glance, glances

RANGE = 8_192
"""Leaves that one process takes at a time."""
WORTH_IT = 50_000
"""Leaves from which starting processes costs less than it saves."""


class Leaves(Protocol):
    """What a process reads leaves from."""

    def leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """As `audit.verify.LogSource.leaves`."""


Reopen: TypeAlias = Callable[[], AbstractContextManager[Leaves]]
"""Opens the log once more, in another process: it has to be picklable."""

_here: Leaves | None = None
"""The log as this process has opened it."""


def look(source: Leaves, start: int, stop: int, reopen: Reopen | None, workers: int | None = None) -> Iterator[Glance]:
    """Look at the leaves from `start` up to `stop`, with one process a core where that is worth it."""
    count = workers or os.cpu_count() or 1
    if reopen is None or count < 2 or stop - start < WORTH_IT:
        yield from glances(source.leaves(start, stop))
        return
    context = multiprocessing.get_context("spawn")  # a fork would inherit locks of our threads
    with ProcessPoolExecutor(count, context, initializer=_open, initargs=(reopen,)) as pool:
        running: deque[Future[bytes]] = deque()
        ranges = iter(range(start, stop, RANGE))
        decoder = msgspec.msgpack.Decoder(list[Glance])
        try:
            for first in ranges:
                running.append(pool.submit(_look, first, min(stop, first + RANGE)))
                if len(running) > 2 * count:  # what waits to be taken stays in memory
                    yield from decoder.decode(running.popleft().result())
            while running:
                yield from decoder.decode(running.popleft().result())
        finally:
            pool.shutdown(cancel_futures=True)


def _open(reopen: Reopen) -> None:
    global _here  # noqa: PLW0603 - one log for the life of a worker process
    _here = reopen().__enter__()  # closed with the process


def _look(start: int, stop: int) -> bytes:
    if _here is None:
        raise RuntimeError("the worker process has opened no log")
    return msgspec.msgpack.encode(list(glances(_here.leaves(start, stop))))

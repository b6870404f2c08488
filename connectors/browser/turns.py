"""What runs of one browser do one after the other, unless one of them does not come to an end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_PATIENCE = 2.0
"""Seconds. A portal whose page cannot be drawn makes nobody else wait longer than this."""


class Turn:
    """One at a time, as long as each is quick."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._lock = asyncio.Lock()
        self._patience = patience

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[bool]:
        """Wait for one's turn, at most so long; says whether it came. Who waited in vain goes on beside the other."""
        try:
            await asyncio.wait_for(self._lock.acquire(), self._patience)
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            self._lock.release()

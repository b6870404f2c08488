"""Live pages: a stream that says when what the page shows has changed; the page then loads itself again."""

from collections.abc import AsyncIterator, Callable
from time import monotonic
from typing import TypeVar

from litestar.response import Stream
from sqlalchemy import Connection

from gateway.database.engine import Database

T = TypeVar("T")
_PING_SECONDS = 15
"""A silent stream is cut by proxies."""


def changes(database: Database, look: Callable[[Connection], T]) -> Stream:
    """Stream `event: changed` whenever `look` sees something else than before.

    `look` runs after every commit, so it is one cheap statement; `None` ends the stream, as when a session is over.
    """
    return Stream(
        _changes(database, look),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _changes(database: Database, look: Callable[[Connection], T]) -> AsyncIterator[str]:
    async with database.watch() as wakes:
        seen = await database.read(look)
        yield ": here\n\n"
        spoke = monotonic()
        async for _wake in wakes:
            now_seen = await database.read(look)
            if now_seen != seen:
                yield "event: changed\ndata: 1\n\n"
                spoke = monotonic()
            elif monotonic() - spoke >= _PING_SECONDS:
                yield ": still here\n\n"
                spoke = monotonic()
            if now_seen is None:
                return
            seen = now_seen

"""Wakes whoever waits for news, soon after any commit by this process or another.

SQLite is asked for its `data_version` every 20 ms (about 5 µs each); PostgreSQL sends a notification with each commit
that changed something. Wakes are coalesced, may come for nothing, and come every five seconds in any case: whoever is
woken looks for itself, and nothing is lost with a missed wake.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from typing import Protocol

from sqlalchemy import URL

from gateway.database.drivers import sqlite_path

POLL_SECONDS = 0.02
SLOW_POLL_SECONDS = 5.0


class Watcher(Protocol):
    """Notices commits and tells its hub."""

    async def open(self) -> None:
        """Start noticing: what is committed after this returns is noticed."""
        ...

    async def run(self, hub: "Hub") -> None:
        """Notice commits until cancelled."""
        ...

    async def close(self) -> None:
        """Stop noticing."""
        ...


class Wakes(AsyncIterator[None]):
    """One subscriber's wakes."""

    def __init__(self) -> None:
        """Start asleep."""
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Let the next step of the iteration go on."""
        self._event.set()

    async def __anext__(self) -> None:
        """Wait for a commit, or for the slow poll."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SLOW_POLL_SECONDS):
                await self._event.wait()
        self._event.clear()


class Hub:
    """Shares one watcher among the subscribers of one event loop; it runs only while there are any."""

    def __init__(self, watcher: Watcher) -> None:
        """Prepare to share `watcher`."""
        self._watcher = watcher
        self._subscribers: set[Wakes] = set()
        self._task: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._last = 0.0
        self._due: asyncio.TimerHandle | None = None

    async def join(self) -> Wakes:
        """Subscribe; the first subscriber starts the watcher."""
        async with self._lock:
            if self._task is None:
                await self._watcher.open()
                self._task = asyncio.create_task(self._watcher.run(self), name="database watcher")
            wakes = Wakes()
            self._subscribers.add(wakes)
            return wakes

    async def leave(self, wakes: Wakes) -> None:
        """Unsubscribe; the last subscriber stops the watcher."""
        async with self._lock:
            self._subscribers.discard(wakes)
            if self._subscribers or self._task is None:
                return
            task, self._task = self._task, None
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await self._watcher.close()

    def commit_seen(self) -> None:
        """Wake everyone now, or at the end of the running 20 ms, so that a busy database does not keep all awake."""
        if self._due is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._last + POLL_SECONDS - loop.time()
        if wait <= 0:
            self._wake_all()
        else:
            self._due = loop.call_later(wait, self._wake_all)

    def _wake_all(self) -> None:
        self._due = None
        self._last = asyncio.get_running_loop().time()
        for wakes in self._subscribers:
            wakes.wake()


class SqliteWatcher:
    """Polls `PRAGMA data_version`, which changes with every other connection's commit."""

    def __init__(self, url: URL) -> None:
        """Remember where the file is."""
        self._path = sqlite_path(url)
        self._connection: sqlite3.Connection | None = None
        self._version = 0

    async def open(self) -> None:
        """Take the version from which changes count."""
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._version = self._read(self._connection)

    async def run(self, hub: Hub) -> None:
        """Poll until cancelled."""
        while self._connection is not None:
            await asyncio.sleep(POLL_SECONDS)
            with contextlib.suppress(sqlite3.OperationalError):  # locked for an instant: the next poll sees it
                version = self._read(self._connection)
                if version != self._version:
                    self._version = version
                    hub.commit_seen()

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @staticmethod
    def _read(connection: sqlite3.Connection) -> int:
        version: int = connection.execute("PRAGMA data_version").fetchone()[0]
        return version


def make_watcher(url: URL) -> Watcher:
    """Make the watcher that fits the database of `url`."""
    if url.get_backend_name() == "sqlite":
        return SqliteWatcher(url)
    from gateway.database.postgresql import PostgresqlWatcher  # noqa: PLC0415 - its driver, which SQLite does not need

    return PostgresqlWatcher(url)

"""The unit of work: one function, one transaction, one connection that it is handed.

Functions are synchronous and do no input or output but through their connection. They run in the database's own
threads: SQLite has one writer thread in a process, PostgreSQL a few. A function may be run again when its transaction
was certainly rolled back (deadlock, or a connection lost before commit), so it changes nothing but the database.
"""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from contextvars import copy_context
from typing import Literal, TypeAlias, TypeVar

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from gateway.database.counting import not_counted
from gateway.database.drivers import make_engine, parse_url
from gateway.database.errors import DatabaseUnavailableError
from gateway.database.once import remembering
from gateway.database.watching import Hub, Wakes, make_watcher

T = TypeVar("T")
_Around: TypeAlias = Callable[[Connection], AbstractContextManager[object]]
"""What stands around the work of each transaction."""

_TRIES = 3
_ROLLED_BACK = ("40001", "40P01")
"""PostgreSQL's serialization failure and deadlock: nothing was kept, the same work may be tried again."""

_SQLITE_UNAVAILABLE = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
)
_POSTGRESQL_UNAVAILABLE = ("08", "53", "55", "57")
"""Classes of SQLSTATE: connection, resources, a lock that was not to be had, operator intervention."""


class Database:
    """Both databases behind one face. Open one in each process, close it at the end."""

    def __init__(self, url: URL, *, readers: int, writers: int) -> None:
        """Prepare the threads; connections are opened when first needed. Use `open`."""
        self.url = url
        self.dialect: Literal["sqlite", "postgresql"] = "sqlite" if url.get_backend_name() == "sqlite" else "postgresql"
        self._writers = _Lane(make_engine(url, read_only=False), 1 if self.dialect == "sqlite" else writers, "writer")
        self._readers = _Lane(make_engine(url, read_only=True), readers, "reader", around=remembering)
        self._hubs: dict[asyncio.AbstractEventLoop, Hub] = {}

    @classmethod
    def open(cls, url: str, *, readers: int = 4, writers: int = 4) -> "Database":
        """Open the database at `url`, `sqlite:///path` or `postgresql://…`; nothing is connected yet.

        Raises:
            DatabaseUrlError: the address cannot be used.
        """
        return cls(parse_url(url), readers=readers, writers=writers)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction that commits when it returns and leaves nothing when it raises.

        Raises:
            DatabaseUnavailableError: the database is gone, or stayed locked for longer than a writer waits.
        """
        return await self._writers.run(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction that sees one moment and can change nothing.

        Raises:
            DatabaseUnavailableError: the database is gone.
        """
        return await self._readers.run(work)

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """Do what `write` does and wait for it: for commands and tests, never on an event loop."""
        return self._writers.run_now(work)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """Do what `read` does and wait for it: for commands and tests, never on an event loop."""
        return self._readers.run_now(work)

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[Wakes]:
        """Subscribe to commits: each step of the iteration ends soon (about 30 ms) after one, or after five seconds.

        Subscribe first, then look, then iterate: so nothing is missed.
        """
        loop = asyncio.get_running_loop()
        hub = self._hubs.get(loop)
        if hub is None:
            self._hubs = {known: hub for known, hub in self._hubs.items() if not known.is_closed()}
            hub = self._hubs[loop] = Hub(make_watcher(self.url))
        wakes = await hub.join()
        try:
            yield wakes
        finally:
            await hub.leave(wakes)

    def close(self) -> None:
        """Let what runs finish, then close every connection."""
        self._writers.close()
        self._readers.close()


class _Lane:
    """Threads that each hold one connection, so that a transaction needs no pool."""

    def __init__(self, engine: Engine, threads: int, name: str, *, around: _Around = nullcontext) -> None:
        self.engine = engine
        self._around = around
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=f"database {name}")
        self._local = threading.local()
        self._connections: list[Connection] = []

    async def run(self, work: Callable[[Connection], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, copy_context().run, self._transact, work)

    def run_now(self, work: Callable[[Connection], T]) -> T:
        return self._executor.submit(copy_context().run, self._transact, work).result()

    def close(self) -> None:
        self._executor.shutdown(wait=True)
        for conn in self._connections:
            conn.close()
        self._connections.clear()
        self.engine.dispose()

    def _transact(self, work: Callable[[Connection], T]) -> T:
        for tries_left in range(_TRIES - 1, -1, -1):
            worked = False
            try:
                conn = self._connection()
                with conn.begin(), self._around(conn):
                    result = work(conn)
                    worked = True
                return result
            except DBAPIError as error:
                if tries_left and _may_run_again(error, committing=worked):
                    continue
                if isinstance(error, OperationalError) and _is_unavailable(error):
                    raise DatabaseUnavailableError(str(error.orig)) from error
                raise
            except self.engine.dialect.loaded_dbapi.OperationalError as error:
                # from BEGIN or NOTIFY, which SQLAlchemy does not see
                raise DatabaseUnavailableError(str(error)) from error
        raise AssertionError("the last try returns or raises")

    def _connection(self) -> Connection:
        conn: Connection | None = getattr(self._local, "conn", None)
        if conn is None:
            with not_counted():
                conn = self._local.conn = self.engine.connect()
            self._connections.append(conn)
        return conn


def _is_rolled_back(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in _ROLLED_BACK


def _is_unavailable(error: DBAPIError) -> bool:
    """Tell a database that is gone, locked or full from a statement that is wrong."""
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_CANTOPEN) & 0xFF in _SQLITE_UNAVAILABLE
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state[:2] in _POSTGRESQL_UNAVAILABLE


def _may_run_again(error: DBAPIError, *, committing: bool) -> bool:
    """Say whether nothing can have been kept: a connection lost while committing may have kept everything."""
    return _is_rolled_back(error) or (error.connection_invalidated and not committing)

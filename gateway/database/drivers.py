"""How a connection to each of the two databases is set up."""

import os
import sqlite3
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self, cast

import msgspec
import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from gateway.database import counting
from gateway.database.errors import DatabaseUrlError

BUSY_SECONDS = 10
"""How long a writer waits for another process's transaction, or for a row lock, before it gives up."""

_CHANGES = (b"INSERT", b"UPDATE", b"DELETE", b"MERGE", b"COPY")

_LOOK_SECONDS = 0.002
"""Between two looks whether another writer of SQLite is done."""
_BUSY_TIMEOUT = f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}"
_SQLITE_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # without it INSERT OR REPLACE deletes a row past the triggers that refuse deletion
    "PRAGMA recursive_triggers=ON",
    _BUSY_TIMEOUT,
    "PRAGMA trusted_schema=OFF",
    # what is erased is overwritten in the file, also where SQLite was built without it
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16000",
)


def parse_url(text: str) -> URL:
    """Read a database address, `sqlite:///path` or `postgresql://…`.

    Raises:
        DatabaseUrlError: another kind of database, or SQLite without a file.
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise DatabaseUrlError("the database address is not a URL such as sqlite:///path or postgresql://…") from error
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise DatabaseUrlError("SQLite needs a file: gateway and worker meet in it")
        return url.set(drivername="sqlite")
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise DatabaseUrlError(f"{url.get_backend_name()} is not supported: use sqlite:///path or postgresql://…")


def make_engine(url: URL, *, read_only: bool, patience: int | None = None) -> Engine:
    """Make an engine without a pool: each of the database's threads holds one connection.

    `patience` is for how many seconds a transaction waits for another's, or for a lock; `BUSY_SECONDS` if not said.
    """
    make = _sqlite_engine if url.get_backend_name() == "sqlite" else _postgresql_engine
    return make(url, read_only, patience)


def _sqlite_engine(url: URL, read_only: bool, patience: int | None) -> Engine:
    path = sqlite_path(url)
    create_private(path)
    engine = _create(url, connect_args={"check_same_thread": False, "cached_statements": 512})

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, never by the driver
        connection.execute("PRAGMA journal_mode=WAL")
        for pragma in _SQLITE_PRAGMAS:
            connection.execute(pragma)
        if read_only:
            connection.execute("PRAGMA query_only=ON")

    begin = _begin_reading if read_only else partial(_begin_writing, patience=patience)

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        begin(cast(sqlite3.Connection, conn.connection.dbapi_connection))

    @event.listens_for(engine, "before_cursor_execute")
    def _count(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counting.note(statement)

    return engine


def _begin_reading(driver: sqlite3.Connection) -> None:
    driver.execute("BEGIN")


def _begin_writing(driver: sqlite3.Connection, *, patience: int | None) -> None:
    """Take the write lock at once: what was read before it could be stale by the first write.

    SQLite's own way to wait sleeps longer with each look, up to a tenth of a second: who has waited long is then the
    last to come in. Here everybody looks just as often.
    """
    until = monotonic() + (BUSY_SECONDS if patience is None else patience)
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while not _has_begun(driver, is_last=monotonic() > until):
            sleep(_LOOK_SECONDS)
    finally:
        driver.execute(_BUSY_TIMEOUT)


def _has_begun(driver: sqlite3.Connection, *, is_last: bool) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if is_last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _postgresql_engine(url: URL, read_only: bool, patience: int | None) -> Engine:
    options = {
        "timezone": "UTC",
        "lock_timeout": f"{BUSY_SECONDS if patience is None else patience}s",
        "idle_in_transaction_session_timeout": "60s",
        # a reader sees one moment, as on SQLite
        "default_transaction_isolation": r"repeatable\ read" if read_only else r"read\ committed",
        "default_transaction_read_only": "on" if read_only else "off",
    }
    text = " ".join(f"-c {name}={value}" for name, value in options.items())
    _, arguments = url.get_dialect()().create_connect_args(url)
    arguments = {**arguments, "options": text, "application_name": "pilnvara", "connect_timeout": 5}
    return _create(url, creator=lambda: NotifyingConnection.connect(**arguments, cursor_factory=PlainCursor))


class NotifyingConnection(psycopg.Connection[Any]):
    """Sends `NOTIFY pilnvara` with each commit that changed a row, and only then: an idle look-up wakes nobody.

    What SQLAlchemy's events could do costs each statement a tenth of its time.
    """

    changed = False
    """Whether the running transaction has changed a row."""

    def commit(self) -> None:
        """Commit, then wake who waits for changes: both in one message, at a third of two cursors' price.

        A notification within the transaction would hold PostgreSQL's one lock for them until the commit is on the
        disk, and all commits would wait in one line. After it, it is a transaction that has nothing to bring there.
        """
        if not self.changed:
            super().commit()
            return
        self.changed = False
        if self.pgconn.transaction_status == TransactionStatus.INERROR:  # its COMMIT would roll back and say nothing
            self.rollback()
            raise psycopg.errors.InFailedSqlTransaction("a statement failed: nothing can be committed")
        result = self.pgconn.exec_(b"COMMIT; NOTIFY pilnvara")
        if self.pgconn.status != ConnStatus.OK:
            raise psycopg.OperationalError("the connection was lost while committing")
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)

    def rollback(self) -> None:
        """Roll back; nothing has changed."""
        self.changed = False
        super().rollback()


class PlainCursor(psycopg.Cursor[Any]):
    """A cursor that says what was executed, and describes its columns by plain tuples.

    SQLAlchemy asks for the columns again with each statement.
    """

    _conn: NotifyingConnection

    def execute(self, query: Any, params: Any = None, **how: Any) -> Self:
        """Execute one statement."""
        counting.note(query)
        super().execute(query, params, **how)
        self._see()
        return self

    def executemany(self, query: Any, params_seq: Any, **how: Any) -> None:
        """Execute one statement for each set of parameters."""
        counting.note(query)
        super().executemany(query, params_seq, **how)
        self._conn.changed = True  # it has no result of its own to tell

    def _see(self) -> None:
        result = self.pgresult
        if result is not None and not self._conn.changed:
            status = result.command_status or b""
            self._conn.changed = status.startswith(_CHANGES) and not status.endswith(b" 0")

    @property
    def description(self) -> Any:
        """Name and type of each column, and five places that nobody reads; `None` for what has no rows."""
        result = self.pgresult
        if result is None or result.status != ExecStatus.TUPLES_OK:
            return super().description
        columns = ((result.fname(n), result.ftype(n)) for n in range(result.nfields))
        return [((name or b"").decode(), kind, None, None, None, None, None) for name, kind in columns]


def _create(url: URL, **how: Any) -> Engine:
    return create_engine(
        url,
        **how,
        poolclass=NullPool,
        json_serializer=lambda value: msgspec.json.encode(value).decode(),
        json_deserializer=msgspec.json.decode,
    )


def sqlite_path(url: URL) -> Path:
    """Return the file of an SQLite address."""
    if not url.database:
        raise DatabaseUrlError("SQLite needs a file: gateway and worker meet in it")
    return Path(url.database)


def create_private(path: Path) -> None:
    """Make the database file readable by its owner alone; SQLite gives its side files the same mode."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


async def open_listener(url: URL) -> psycopg.AsyncConnection[Any]:
    """Open a connection of the running event loop that hears of other transactions' commits."""
    dialect = url.get_dialect()()
    _, arguments = dialect.create_connect_args(url)
    conninfo = make_conninfo(**arguments, connect_timeout=5, application_name="pilnvara listener")
    connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
    await connection.execute("LISTEN pilnvara")
    return connection

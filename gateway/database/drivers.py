"""How the database's address is read, and how a connection to SQLite is set up."""

import os
import sqlite3
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any, cast

import msgspec
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from gateway.database import counting
from gateway.database.errors import DatabaseUrlError

BUSY_SECONDS = 10
"""How long a writer waits for another process's transaction, or for a row lock, before it gives up."""

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
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, read_only, patience)
    from gateway.database import postgresql  # noqa: PLC0415 - 9 MB that nobody needs on SQLite

    return postgresql.make_engine(url, read_only=read_only, patience=BUSY_SECONDS if patience is None else patience)


def _sqlite_engine(url: URL, read_only: bool, patience: int | None) -> Engine:
    path = sqlite_path(url)
    create_private(path)
    engine = create(url, connect_args={"check_same_thread": False, "cached_statements": 512})

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


def create(url: URL, **how: Any) -> Engine:
    """Make an engine whose transactions are its connection's own, with JSON as msgspec writes and reads it."""
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

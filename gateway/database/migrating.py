"""Brings the tables to the newest version, by Alembic.

Apart from `schema`, for whoever starts on tables that are of this version already needs none of Alembic: half a second
and 11 MB of every process.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, text

from gateway.database.drivers import make_engine, parse_url
from gateway.database.errors import DatabaseError
from gateway.database.schema import newest, version

FOLDER = str(Path(__file__).parent / "migrations")
_ONE_AT_A_TIME = 7_201_154_321
"""Number of the PostgreSQL advisory lock that makes a second migration wait for the first."""

_PATIENCE_SECONDS = 120
"""How long the second waits: the first may rebuild large tables, on a machine that is busy with all that starts."""


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest version, in one transaction; two that start at once wait in line.

    Raises:
        DatabaseError: rows would refer to rows that are not there; nothing was changed.
    """
    parsed = parse_url(url)
    with make_engine(parsed, read_only=False, patience=_PATIENCE_SECONDS).connect() as conn:
        _relax(conn, parsed)
        with conn.begin():
            if conn.dialect.name == "postgresql":
                conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ONE_AT_A_TIME})
            if version(conn) != newest():
                command.upgrade(_config(conn), "head")
                _ensure_references(conn)


def _relax(conn: Connection, url: URL) -> None:
    """Let SQLite rebuild a table that others refer to; the references are checked before the commit."""
    driver = conn.connection.dbapi_connection
    if url.get_backend_name() == "sqlite" and driver is not None:
        driver.execute("PRAGMA foreign_keys=OFF")


def _ensure_references(conn: Connection) -> None:
    if conn.dialect.name == "sqlite" and conn.execute(text("PRAGMA foreign_key_check")).first() is not None:
        raise DatabaseError("after the migration rows would refer to rows that are not there")


def _config(conn: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", FOLDER)
    config.attributes["connection"] = conn
    return config

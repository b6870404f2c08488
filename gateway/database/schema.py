"""Brings the tables to the version that this program knows, and says whether they are."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, text

from gateway.database.drivers import make_engine, parse_url
from gateway.database.engine import Database
from gateway.database.errors import DatabaseError, NotMigratedError

_ONE_AT_A_TIME = 7_201_154_321
"""Number of the PostgreSQL advisory lock that makes a second migration wait for the first."""


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest version, in one transaction; two that start at once wait in line.

    Raises:
        DatabaseError: rows would refer to rows that are not there; nothing was changed.
    """
    parsed = parse_url(url)
    with make_engine(parsed, read_only=False).connect() as conn:
        _relax(conn, parsed)
        with conn.begin():
            if conn.dialect.name == "postgresql":
                conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ONE_AT_A_TIME})
            if version(conn) != newest():
                command.upgrade(_config(conn), "head")
                _ensure_references(conn)


def version(conn: Connection) -> str | None:
    """Return the version of the tables, none for an empty database."""
    return MigrationContext.configure(conn).get_current_revision()


def newest() -> str | None:
    """Return the version that this program knows."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def ensure_migrated(database: Database, *, make: bool) -> None:
    """Refuse to go on with tables of another version; with `make`, bring them up to date first.

    Raises:
        NotMigratedError: `pilnvara migrate` has to be run, or the program is older than the tables.
    """
    found = database.read_now(version)
    known = newest()
    if found == known:
        return
    if not make:
        raise NotMigratedError(f"the tables are of version {found}, this program's of {known}: run `pilnvara migrate`")
    migrate(database.url.render_as_string(hide_password=False))


def _relax(conn: Connection, url: URL) -> None:
    """Let SQLite rebuild a table that others refer to; the references are checked before the commit."""
    driver = conn.connection.dbapi_connection
    if url.get_backend_name() == "sqlite" and driver is not None:
        driver.execute("PRAGMA foreign_keys=OFF")


def _ensure_references(conn: Connection) -> None:
    if conn.dialect.name == "sqlite" and conn.execute(text("PRAGMA foreign_key_check")).first() is not None:
        raise DatabaseError("after the migration rows would refer to rows that are not there")


def _config(conn: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = conn
    return config

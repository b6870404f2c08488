"""Of which version the tables are, and of which this program needs them."""

from pathlib import Path

from sqlalchemy import Connection, String, column, inspect, select, table

from gateway.database.engine import Database
from gateway.database.errors import NotMigratedError

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_APPLIED = select(column("version_num", String)).select_from(table("alembic_version"))


def version(conn: Connection) -> str | None:
    """Return the version of the tables, none for an empty database."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(_APPLIED).scalar_one_or_none()


def newest() -> str:
    """Return the version that this program knows: the number that the last migration's file begins with."""
    return max(file.name.partition("_")[0] for file in _VERSIONS.glob("[0-9]*_*.py"))


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
    from gateway.database.migrating import migrate  # noqa: PLC0415 - see there what each start would pay

    migrate(database.url.render_as_string(hide_password=False))

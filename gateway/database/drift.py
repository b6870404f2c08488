"""Whether the migrations lead to the tables that the code declares."""

import tempfile
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gateway.database.drivers import make_engine, parse_url
from gateway.database.migrating import migrate
from gateway.database.models import METADATA


def drift(url: str | None = None) -> list[str]:
    """Say where the models differ from what the migrations make: in a new SQLite file, or in the database at `url`."""
    if url is not None:
        return _drift(url)
    with tempfile.TemporaryDirectory() as folder:
        return _drift(f"sqlite:///{Path(folder) / 'drift.db'}")


def _drift(url: str) -> list[str]:
    migrate(url)
    with make_engine(parse_url(url), read_only=False).connect() as conn:
        found: list[Any] = compare_metadata(MigrationContext.configure(conn), METADATA)
        return [str(difference) for difference in found]

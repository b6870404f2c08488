"""What tests of the gateway stand on: a migrated database of each kind, a held clock, keys in a folder of their own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from gateway.clock import HeldClock
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.database.migrating import migrate
from gateway.keys import keyfile
from gateway.keys.sealing import Sealer
from gateway.parts import Store, open_keys
from gateway.people import passwords
from tests.databases import MigratedUrl, SqliteDatabases
from tests.gateway.statements import compiled_once

__all__ = ["compiled_once"]

NINE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""When tests begin: eleven o'clock on a Monday in Riga."""


_REAL_HASHER = passwords._hasher


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> Iterator[PasswordHasher]:
    """The product's hasher, set aside: nearly every test makes an account, and a tenth of a second each is minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield _REAL_HASHER


@pytest.fixture
def clock() -> HeldClock:
    """A clock that stands at nine until the test moves it."""
    return HeldClock(NINE)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a gateway on this machine, with a data folder of the test's own."""
    return Settings.from_environment({"PILNVARA_DATA_DIR": str(tmp_path / "data")})


@pytest.fixture
def sealer(settings: Settings) -> Sealer:
    """Key-encryption keys, new for the test."""
    keyfile.create(settings.data_dir)
    return keyfile.load(settings.data_dir)


@pytest.fixture
def database(migrated_url: MigratedUrl) -> Iterator[Database]:
    """A migrated database that is the test's own: the test runs once on each kind."""
    opened = Database.open(migrated_url(migrate))
    yield opened
    opened.close()


@pytest.fixture
def ready_url(migrated_url: MigratedUrl) -> str:
    """The address of a migrated database that is the test's own, for commands that are told it."""
    return migrated_url(migrate)


@pytest.fixture
def ready_file(tmp_path: Path, sqlite_databases: SqliteDatabases) -> Path:
    """A migrated SQLite database where a gateway whose data folder is `tmp_path` has its own."""
    file = tmp_path / "pilnvara.db"
    sqlite_databases.put(migrate, file)
    return file


@pytest.fixture
def store(settings: Settings, database: Database, clock: HeldClock, sealer: Sealer) -> Store:
    """Settings, database, clock and keys as a process has them."""
    keys = database.write_now(lambda conn: open_keys(conn, sealer, clock.now(), settings.log_origin))
    settings = replace(settings, database_url=database.url.render_as_string(hide_password=False))
    return Store(settings, database, clock, sealer, keys)

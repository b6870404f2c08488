"""Databases for tests: the same tests run on SQLite and on PostgreSQL.

`database_url` is the address of an empty database, made for one test. `migrated_url(migrate)` is the same with a
schema: `migrate` runs once a test session and kind, on a template, and every test gets a copy of that.

`PILNVARA_TEST_DATABASES=sqlite` leaves PostgreSQL out; without it, missing binaries are a failure, not a skip.
"""

import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Literal, get_args

import psycopg
import pytest
from psycopg import sql

from tests.postgresql import PostgresqlMissingError, Server, find_binaries

Kind = Literal["sqlite", "postgresql"]
Migrate = Callable[[str], None]
"""Brings the empty database at a SQLAlchemy URL to the newest schema, and leaves no connection open."""
MigratedUrl = Callable[[Migrate], str]

HOW_TO_GET_POSTGRESQL = (
    "PostgreSQL's binaries were not found. `make setup` fetches them; or install your system's package postgresql, "
    "or leave PostgreSQL out with PILNVARA_TEST_DATABASES=sqlite."
)


def kinds(wish: str) -> tuple[Kind, ...]:
    """The databases to test on, from a comma-separated wish; an empty one means all.

    Raises:
        ValueError: a name that is no database of ours.
    """
    named = tuple(name.strip() for name in wish.split(",") if name.strip())
    if unknown := set(named) - set(get_args(Kind)):
        message = f"PILNVARA_TEST_DATABASES knows {get_args(Kind)}, not {sorted(unknown)}"
        raise ValueError(message)
    return tuple(kind for kind in get_args(Kind) if not named or kind in named)


class SqliteDatabases:
    """Databases as files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._templates: dict[Migrate, Path] = {}

    def empty(self) -> str:
        """The address of a new, empty database."""
        return f"sqlite:///{self._new_file()}"

    def migrated(self, migrate: Migrate) -> str:
        """The address of a new database with the schema that `migrate` makes."""
        if migrate not in self._templates:
            template = self._new_file()
            migrate(f"sqlite:///{template}")
            self._templates[migrate] = template
        return self.copy(f"sqlite:///{self._templates[migrate]}")

    def copy(self, url: str) -> str:
        """The address of a new database that holds what the one at `url` holds."""
        file = self._new_file()
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as source, closing(sqlite3.connect(file)) as copy:
            source.backup(copy)
        return f"sqlite:///{file}"

    def put(self, migrate: Migrate, file: Path) -> None:
        """Make `file`, where a program will look for its database, one with the schema that `migrate` makes."""
        made = self.migrated(migrate)
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made.removeprefix("sqlite:///"), file)

    def drop(self, url: str) -> None:
        """Remove the database at `url` with its log files."""
        file = Path(url.removeprefix("sqlite:///"))
        for name in (file, *(file.with_name(file.name + suffix) for suffix in ("-wal", "-shm", "-journal"))):
            name.unlink(missing_ok=True)

    def _new_file(self) -> Path:
        return self._folder / f"{next(self._numbers)}.sqlite"


class PostgresqlDatabases:
    """Databases on one server of our own."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._templates: dict[Migrate, str] = {}
        self._connection: psycopg.Connection[Any] | None = None

    def close(self) -> None:
        """Close the connection over which databases are made and dropped."""
        if self._connection is not None:
            self._connection.close()

    def empty(self) -> str:
        """The address of a new, empty database."""
        return self._server.url(self._create("template0"))

    def migrated(self, migrate: Migrate) -> str:
        """The address of a new database with the schema that `migrate` makes."""
        if migrate not in self._templates:
            template = self._create("template0")
            migrate(self._server.url(template))
            self._templates[migrate] = template
        return self._server.url(self._create(self._templates[migrate]))

    def drop(self, url: str) -> None:
        """Remove the database at `url`, whoever is still connected to it."""
        name = url.partition("@/")[2].partition("?")[0]
        self._administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def drop_role(self, *names: str) -> None:
        """Remove roles that own nothing any more."""
        for name in names:
            self._administer(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))

    def _create(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._administer(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def _administer(self, statement: sql.Composed) -> None:
        if self._connection is None:  # kept: a new one costs as much as the database
            self._connection = psycopg.connect(self._server.conninfo("postgres"), autocommit=True)
        self._connection.execute(statement)


Databases = SqliteDatabases | PostgresqlDatabases


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A PostgreSQL server for this session (one a worker under xdist)."""
    binaries = find_binaries()
    if binaries is None:
        raise PostgresqlMissingError(HOW_TO_GET_POSTGRESQL)
    server = Server.start(binaries)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    """Where this session's SQLite databases are made."""
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server: Server) -> Iterator[PostgresqlDatabases]:
    """Where this session's PostgreSQL databases are made."""
    made = PostgresqlDatabases(postgresql_server)
    yield made
    made.close()


@pytest.fixture(params=kinds(os.environ.get("PILNVARA_TEST_DATABASES", "")))
def database_kind(request: pytest.FixtureRequest) -> Kind:
    """Which database this run of the test is on."""
    kind: Kind = request.param
    return kind


@pytest.fixture
def databases(database_kind: Kind, request: pytest.FixtureRequest) -> Databases:
    """Makes and drops databases of this run's kind, for a test that needs more than one."""
    made: Databases = request.getfixturevalue(f"{database_kind}_databases")
    return made


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database that is this test's own."""
    url = databases.empty()
    yield url
    databases.drop(url)


@pytest.fixture
def migrated_url(databases: Databases) -> Iterator[MigratedUrl]:
    """Gives the URL of a migrated database that is this test's own.

    Call it with the same function each time: the function is the name of the template.
    """
    urls: list[str] = []

    def make(migrate: Migrate) -> str:
        urls.append(databases.migrated(migrate))
        return urls[-1]

    yield make
    for url in urls:
        databases.drop(url)

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.databases import Databases, Kind, MigratedUrl, kinds
from tests.postgresql import PROJECT, Server

migrations: list[str] = []


def migrate(url: str) -> None:
    migrations.append(url)
    execute(url, "CREATE TABLE pets (name TEXT)")


def execute(url: str, statement: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def count(url: str) -> int:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM pets")).scalar_one()
    engine.dispose()
    return int(found)


class TestWhichDatabases:
    def test_are_all_of_them_when_nothing_is_wished(self) -> None:
        assert kinds("") == ("sqlite", "postgresql")

    def test_are_the_wished_ones(self) -> None:
        assert kinds(" sqlite ") == ("sqlite",)

    def test_must_be_known(self) -> None:
        with pytest.raises(ValueError, match="oracle"):
            kinds("sqlite,oracle")


class TestDatabaseUrl:
    def test_leads_to_an_empty_database_that_takes_a_table(self, database_url: str) -> None:
        execute(database_url, "CREATE TABLE pets (name TEXT)")
        assert count(database_url) == 0

    def test_is_of_the_kind_that_the_run_names(self, database_url: str, database_kind: Kind) -> None:
        assert database_url.startswith(database_kind)


class TestMigratedUrl:
    def test_gives_databases_that_do_not_see_each_other(self, migrated_url: MigratedUrl) -> None:
        first, second = migrated_url(migrate), migrated_url(migrate)
        execute(first, "INSERT INTO pets VALUES ('Muris')")
        assert (count(first), count(second)) == (1, 0)

    def test_migrates_once_a_kind_however_many_databases_are_made(self, migrated_url: MigratedUrl) -> None:
        migrated_url(migrate)
        before = len(migrations)
        migrated_url(migrate)
        assert len(migrations) == before


class TestDrop:
    def test_removes_a_database_that_is_still_in_use(self, databases: Databases) -> None:
        url = databases.migrated(migrate)
        engine = create_engine(url)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            databases.drop(url)
            connection.invalidate()
        engine.dispose()


class TestServer:
    def test_does_not_run_as_root(self, postgresql_server: Server) -> None:
        process, state = postgresql_server.process_and_state()
        assert state == "ready"
        assert Path(f"/proc/{process}").stat().st_uid != 0

    def test_leaves_nothing_behind_when_the_tests_are_killed(self) -> None:
        start = (
            "from tests.postgresql import *; import time; s = Server.start(find_binaries());"
            "print(s.folder, flush=True); time.sleep(60)"
        )
        with subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True, cwd=PROJECT) as tests:
            assert tests.stdout
            folder = Path(tests.stdout.readline().strip())
            assert (folder / ".s.PGSQL.5432").is_socket()
            os.kill(tests.pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while folder.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not folder.exists()

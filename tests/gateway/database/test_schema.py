"""The migrations lead to the models, on both databases, and what is insert-only stays so."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from gateway.database import migrating, schema
from gateway.database.base import Base
from gateway.database.drift import drift
from gateway.database.engine import Database
from gateway.database.errors import NotMigratedError
from gateway.database.models import INSERT_ONLY
from gateway.ledger import cosignatures, tables
from gateway.ledger.cosignatures import Cosignature
from gateway.ledger.sequencer import sequence_batch
from gateway.parts import Store
from tests.gateway.ledger.events import checkpoint_of, record_event


def ledger_tables() -> set[str]:
    """The tables of the log itself."""
    mapped = [each.class_ for each in Base.registry.mappers]
    return {each.__tablename__ for each in mapped if each.__module__ == tables.__name__}


@pytest.fixture
def written(store: Store) -> Database:
    """A database with at least one row in every insert-only table."""

    def write(conn: Connection) -> None:
        record_event(conn, "visit-1")
        record_event(conn, "visit-1")
        sequence_batch(conn)

    store.database.write_now(write)
    checkpoint_of(store)
    line = Cosignature(2, "witness", b"a line")
    store.database.write_now(lambda conn: cosignatures.keep(conn, [line], store.clock.now()))
    return store.database


class TestMigrate:
    def test_leads_to_the_models(self, database_url: str) -> None:
        assert drift(database_url) == []

    def test_may_be_started_twice_at_once(self, database_url: str) -> None:
        failures: list[Exception] = []

        def start() -> None:
            try:
                migrating.migrate(database_url)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test must show it
                failures.append(error)

        threads = [threading.Thread(target=start) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert drift(database_url) == []


class TestNewest:
    def test_is_where_the_migrations_lead(self) -> None:
        assert schema.newest() == ScriptDirectory(migrating.FOLDER).get_current_head()

    @pytest.mark.parametrize("entry", ["gateway.app", "gateway.worker"])
    def test_needs_no_migrations_in_a_process_that_only_asks(self, entry: str) -> None:
        loaded = f"import sys, {entry}; sys.exit('alembic' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0


class TestAProcessOnSqlite:
    @pytest.mark.parametrize("entry", ["gateway.app", "gateway.worker"])
    def test_does_without_the_driver_of_the_other_database(self, entry: str, tmp_path: Path) -> None:
        used = f"import sys, {entry}; from gateway.database.engine import Database; "
        used += f"Database.open('sqlite:///{tmp_path}/a.db').close(); sys.exit('psycopg' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", used], check=False).returncode == 0


class TestEnsureMigrated:
    def test_refuses_an_empty_database(self, database_url: str) -> None:
        database = Database.open(database_url)
        with pytest.raises(NotMigratedError, match="pilnvara migrate"):
            schema.ensure_migrated(database, make=False)
        database.close()

    def test_makes_the_tables_where_it_may(self, database_url: str) -> None:
        database = Database.open(database_url)
        schema.ensure_migrated(database, make=True)
        assert database.read_now(schema.version) == schema.newest()
        database.close()


LOG = tuple(table for table in INSERT_ONLY if table in ledger_tables())
"""What auditors write is tried in `tests/gateway/visits/test_insert_only.py`, on rows that the flow has made."""


@pytest.mark.parametrize("table", LOG)
class TestInsertOnly:
    def rows(self, database: Database, table: str) -> list[tuple[object, ...]]:
        query = text(f"SELECT * FROM {table}")
        return sorted((tuple(row) for row in database.read_now(lambda conn: conn.execute(query).all())), key=str)

    def refuses(self, database: Database, table: str, attack: Callable[[Connection], object]) -> None:
        before = self.rows(database, table)
        assert before, "an empty table refuses nothing"
        with pytest.raises(DBAPIError, match="insert-only"):
            database.write_now(attack)
        assert self.rows(database, table) == before

    def test_refuses_update(self, written: Database, table: str) -> None:
        column = {"audit_event": "leaf", "audit_leaf": "leaf_hash", "audit_node": "hash", "audit_checkpoint": "note"}
        statement = text(f"UPDATE {table} SET {column.get(table, 'line')} = :other")
        self.refuses(written, table, lambda conn: conn.execute(statement, {"other": b"other"}))

    def test_refuses_delete(self, written: Database, table: str) -> None:
        self.refuses(written, table, lambda conn: conn.execute(text(f"DELETE FROM {table}")))

    def test_refuses_to_put_a_row_in_the_place_of_another(self, written: Database, table: str) -> None:
        if written.dialect == "sqlite":
            statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        else:
            key = {
                "audit_event": "id",
                "audit_leaf": "idx",
                "audit_node": "level, idx",
                "audit_checkpoint": "size",
                "audit_cosignature": "size, key",
            }
            first = key[table].split(",")[0]
            statement = (
                f"INSERT INTO {table} SELECT * FROM {table} "
                f"ON CONFLICT ({key[table]}) DO UPDATE SET {first} = excluded.{first}"
            )
        self.refuses(written, table, lambda conn: conn.execute(text(statement)))

    def test_refuses_truncate_also_for_a_replica(self, written: Database, table: str) -> None:
        # SQLite has no TRUNCATE; a DELETE without WHERE is what it would shorten to one.
        statement = f"TRUNCATE {table} CASCADE" if written.dialect == "postgresql" else f"DELETE FROM {table}"

        def attack(conn: Connection) -> None:
            if written.dialect == "postgresql":
                conn.execute(text("SET LOCAL session_replication_role = replica"))
            conn.execute(text(statement))

        self.refuses(written, table, attack)

"""What somebody can still do who owns the database or holds its file, past every trigger, and what shows it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from audit.report import Verdict
from gateway.clock import HeldClock
from gateway.config import Settings
from gateway.database import guards
from gateway.database.engine import Database
from gateway.database.errors import GuardMissingError
from gateway.database.migrating import migrate
from gateway.keys.sealing import Sealer
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.sequencer import sequence_now
from gateway.parts import Store, open_keys
from tests.databases import SqliteDatabases
from tests.gateway.conftest import NINE
from tests.gateway.ledger.events import checkpoint_of, record_event, record_events, verdict_of
from tests.gateway.ledger.restoring import bring_back, take
from tests.gateway.ledger.test_checkpoints import unprotect
from tests.gateway.ledger.witnesses import is_refused


def owner_does(store: Store, *statements: str) -> None:
    def work(conn: Connection) -> None:
        for table in ("audit_event", "audit_leaf"):
            unprotect(conn, table)
        for statement in statements:
            conn.execute(text(statement))

    store.database.write_now(work)


def logged(store: Store) -> Store:
    record_events(store, 4)
    checkpoint_of(store)
    return store


class TestBeforeAnEventHasItsPlace:
    def test_one_that_is_kept_from_it_is_suppressed(self, store: Store, clock: HeldClock) -> None:
        logged(store).database.write_now(lambda conn: record_event(conn, "visit-2", at=NINE))
        owner_does(store, "DELETE FROM audit_pending")
        clock.move(timedelta(minutes=2))
        assert Verdict.SUPPRESSED in verdict_of(store).totals

    def test_one_that_is_taken_out_of_its_chain_leaves_a_gap(self, store: Store) -> None:
        record_events(logged(store), 3, "visit-2")
        second = "(SELECT id FROM audit_event WHERE chain = 'visit-2' AND n = 2)"
        owner_does(
            store,
            f"DELETE FROM audit_pending WHERE event_id = {second}",
            "DELETE FROM audit_event WHERE chain = 'visit-2' AND n = 2",
        )
        sequence_now(store.database)
        assert Verdict.INCOMPLETE_VISIT in verdict_of(store).totals


def test_a_refusal_that_is_deleted_is_back_within_a_second(store: Store) -> None:
    backup = take(logged(store))
    record_events(store, 3)
    checkpoint_of(store)
    bring_back(store, backup)
    assert store.publisher.compare_now() is not None
    owner_does(store, "DELETE FROM audit_refusal")
    assert not is_refused(store)
    with pytest.raises(LogUnhealthyError):
        checkpoint_of(store)
    assert is_refused(store)


def test_with_the_file_of_sqlite_a_program_of_ones_own_goes_past_the_triggers(
    settings: Settings, clock: HeldClock, sealer: Sealer, sqlite_databases: SqliteDatabases
) -> None:
    """It need not switch on what ours does; the log shows what it did, and nothing starts without the triggers."""
    url = sqlite_databases.migrated(migrate)
    with closing(Database.open(url)) as database:
        keys = database.write_now(lambda conn: open_keys(conn, sealer, clock.now(), settings.log_origin))
        store = logged(Store(replace(settings, database_url=url), database, clock, sealer, keys))
        row = "SELECT id, chain, n, type, at, CAST('other' AS BLOB), leaf_hash FROM audit_event WHERE chain = 'visit-1'"
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            for refused in (
                "UPDATE audit_event SET leaf = 'x'",
                f"INSERT INTO audit_event {row} AND n = 2 ON CONFLICT (id) DO UPDATE SET leaf = excluded.leaf",
            ):
                with pytest.raises(sqlite3.IntegrityError, match="insert-only"):
                    file.execute(refused)
            with pytest.raises(sqlite3.IntegrityError, match="insert-only"):
                file.executescript(f"PRAGMA recursive_triggers=ON; INSERT OR REPLACE INTO audit_event {row} AND n = 2;")
            file.executescript(f"PRAGMA recursive_triggers=OFF; INSERT OR REPLACE INTO audit_event {row} AND n = 2;")
        assert Verdict.EDITED in verdict_of(store).totals
        assert database.read_now(guards.faults) == []
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            file.executescript(
                "PRAGMA writable_schema=ON; DELETE FROM sqlite_master WHERE name = 'audit_event_no_update';"
            )
    with closing(Database.open(url)) as database, pytest.raises(GuardMissingError, match="no_update is missing"):
        database.read_now(guards.ensure)

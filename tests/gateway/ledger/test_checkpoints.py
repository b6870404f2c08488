"""A log that does not continue what was held signs nothing, and nothing is filed by it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from audit import checkpoint
from audit.merkle import CompactRange
from audit.note import Signer
from gateway.database.engine import Database
from gateway.ledger import checkpoints, health, tree
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.sequencer import sequence
from gateway.ledger.tables import AuditCheckpoint
from gateway.parts import Store
from tests.gateway.ledger.events import checkpoint_of, record_events, verdict_of


def published(store: Store) -> list[int]:
    query = select(AuditCheckpoint.size).order_by(AuditCheckpoint.size)
    return list(store.database.read_now(lambda conn: conn.execute(query).scalars()))


def unprotect(conn: Connection, table: str) -> None:
    """What somebody does who owns the database."""
    for name in (f"{table}_no_delete", f"{table}_no_change", f"{table}_no_update"):
        if conn.dialect.name == "sqlite":
            conn.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        else:
            conn.execute(text(f"DROP TRIGGER IF EXISTS {name} ON {table}"))


def restore_older_state(store: Store, size: int) -> None:
    """Bring the log back to an earlier size, as a restored backup would."""

    def cut(conn: Connection) -> None:
        for table in ("audit_leaf", "audit_node", "audit_checkpoint", "audit_event"):
            unprotect(conn, table)
        conn.execute(text("DELETE FROM audit_checkpoint WHERE size > :size"), {"size": size})
        conn.execute(text("DELETE FROM audit_leaf WHERE idx >= :size"), {"size": size})
        kept = conn.execute(text("SELECT leaf_hash FROM audit_leaf ORDER BY idx")).scalars().all()
        conn.execute(text("DELETE FROM audit_node"))
        small = CompactRange()
        for hashed in kept:
            for level, idx, node in small.append(bytes(hashed)):
                values = {"level": level, "idx": idx, "hash": node}
                conn.execute(text("INSERT INTO audit_node (level, idx, hash) VALUES (:level, :idx, :hash)"), values)
        conn.execute(text("UPDATE audit_head SET size = :s, range = :r"), {"s": size, "r": small.to_bytes()})

    store.database.write_now(cut)


class TestPublish:
    def test_signs_each_size_once(self, store: Store) -> None:
        record_events(store, 3)
        first = checkpoint_of(store)
        assert first is not None
        assert checkpoint_of(store) is None
        record_events(store, 1)
        second = checkpoint_of(store)
        assert second is not None
        assert published(store) == [first.size, second.size] == [first.size, first.size + 1]

    def test_is_verified_by_the_published_key(self, store: Store) -> None:
        record_events(store, 3)
        made = checkpoint_of(store)
        signed = store.database.read_now(checkpoints.latest)
        assert signed is not None
        keys = [signer.verifier for signer in store.publisher.signers]
        assert checkpoint.verify(signed, keys, origin=store.settings.log_origin) == made

    def test_holds_the_checkpoint_outside_the_database_for_its_owner_alone(self, store: Store) -> None:
        record_events(store, 3)
        checkpoint_of(store)
        held = Path(store.settings.data_dir, checkpoints.HELD_NAME)
        assert held.read_bytes() == store.database.read_now(checkpoints.latest)
        assert held.stat().st_mode & 0o777 == 0o600

    def test_takes_over_what_another_machine_has_signed(self, store: Store, tmp_path: Path) -> None:
        other = replace(store, settings=replace(store.settings, data_dir=tmp_path / "other"))
        other.settings.data_dir.mkdir()
        record_events(store, 3)
        checkpoint_of(store)
        assert checkpoint_of(other) is None
        assert checkpoints.read_held(other.settings.data_dir) == checkpoints.read_held(store.settings.data_dir)


class TestRefusal:
    @pytest.fixture
    def signed(self, store: Store) -> Store:
        """A log with two checkpoints, the last of which is held."""
        record_events(store, 5)
        checkpoint_of(store)
        record_events(store, 5)
        checkpoint_of(store)
        return store

    def test_meets_a_restored_backup(self, signed: Store) -> None:
        restore_older_state(signed, published(signed)[0])
        record_events(signed, 1, "visit-2")
        with pytest.raises(LogUnhealthyError, match="a signed checkpoint has"):
            checkpoint_of(signed)
        with pytest.raises(LogUnhealthyError):
            signed.database.write_now(health.ensure_healthy)
        assert len(published(signed)) == 1

    def test_is_recorded_at_the_start_of_a_process_before_anything_is_filed(self, signed: Store) -> None:
        restore_older_state(signed, published(signed)[0])
        assert signed.publisher.compare_now() is not None
        with pytest.raises(LogUnhealthyError):
            signed.database.read_now(health.ensure_healthy)

    def test_meets_another_history_of_the_same_length(self, signed: Store) -> None:
        last = published(signed)[-1]
        restore_older_state(signed, published(signed)[0])
        record_events(signed, last, "another history")
        with pytest.raises(LogUnhealthyError, match="are not those of a signed checkpoint"):
            checkpoint_of(signed)

    def test_meets_a_held_file_of_another_log(self, signed: Store) -> None:
        foreign = checkpoint.sign(checkpoint.Checkpoint("other/log", 3, bytes(32)), Signer.generate("other/log"))
        checkpoints.hold(signed.settings.data_dir, foreign)
        with pytest.raises(LogUnhealthyError, match="not one of this log"):
            checkpoint_of(signed)

    def test_ends_when_the_right_state_is_back(self, signed: Store) -> None:
        held = checkpoints.read_held(signed.settings.data_dir)
        assert held is not None
        foreign = checkpoint.sign(checkpoint.Checkpoint("other/log", 3, bytes(32)), Signer.generate("other/log"))
        checkpoints.hold(signed.settings.data_dir, foreign)
        assert signed.publisher.compare_now() is not None
        checkpoints.hold(signed.settings.data_dir, held)
        assert signed.publisher.compare_now() is None
        signed.database.read_now(health.ensure_healthy)

    def test_of_one_machine_is_not_withdrawn_by_another(self, signed: Store, tmp_path: Path) -> None:
        fresh = replace(signed, settings=replace(signed.settings, data_dir=tmp_path / "fresh"))
        fresh.settings.data_dir.mkdir()
        restore_older_state(signed, published(signed)[0])
        signed.publisher.compare_now()
        assert fresh.publisher.compare_now() is None
        with pytest.raises(LogUnhealthyError):
            fresh.database.read_now(health.ensure_healthy)

    def test_of_one_machine_keeps_all_others_from_signing(self, signed: Store) -> None:
        record_events(signed, 1, "visit-2")
        before = published(signed)
        signed.database.write_now(lambda conn: health.refuse(conn, "another machine", "it differs", signed.clock.now()))
        with pytest.raises(LogUnhealthyError, match="refused by another machine"):
            checkpoint_of(signed)
        assert published(signed) == before
        signed.database.write_now(lambda conn: health.withdraw(conn, "another machine"))
        checkpoint_of(signed)
        assert len(published(signed)) == len(before) + 1


class TestVerify:
    def test_finds_nothing_in_an_honest_log(self, store: Store) -> None:
        for round_number in range(3):
            record_events(store, 4, f"visit-{round_number}")
            checkpoint_of(store)
        report = verdict_of(store)
        assert (report.verdict, report.exit_code) == ("verified", 0)
        assert report.size == report.vouched_size == store.database.read_now(tree.head).size

    @pytest.mark.parametrize(
        ("table", "statement", "verdict"),
        [
            ("audit_event", "UPDATE audit_event SET leaf = :other WHERE n = 2 AND chain = 'visit-1'", "edited"),
            ("audit_event", "UPDATE audit_event SET leaf_hash = :other WHERE n = 2 AND chain = 'visit-1'", "edited"),
            ("audit_leaf", "DELETE FROM audit_leaf WHERE idx = 3", "missing"),
        ],
    )
    def test_names_what_an_owner_of_the_database_did(
        self, store: Store, table: str, statement: str, verdict: str
    ) -> None:
        record_events(store, 6)
        checkpoint_of(store)

        def attack(conn: Connection) -> None:
            unprotect(conn, table)
            conn.execute(text(statement), {"other": b"other"} if ":other" in statement else {})

        store.database.write_now(attack)
        report = verdict_of(store)
        assert report.exit_code == 1
        assert verdict in {finding.verdict for finding in report.findings}

    def test_finds_a_truncated_log_by_what_was_held(self, store: Store) -> None:
        record_events(store, 6)
        checkpoint_of(store)
        size = published(store)[0]
        record_events(store, 6)
        checkpoint_of(store)
        restore_older_state(store, size)
        store.database.write_now(forget_orphans)
        report = verdict_of(store)
        assert report.exit_code == 1
        assert "truncated" in {finding.verdict for finding in report.findings}


def forget_orphans(conn: Connection) -> None:
    conn.execute(text("DELETE FROM audit_event WHERE id NOT IN (SELECT event_id FROM audit_leaf)"))


def test_two_publishers_at_once_publish_one_checkpoint(store: Store) -> None:
    record_events(store, 3)
    twin = Database.open(store.database.url.render_as_string(hide_password=False))
    second = replace(store, database=twin)

    async def both() -> None:
        await sequence(store.database)
        await asyncio.gather(store.publisher.publish(), second.publisher.publish())

    asyncio.run(both())
    twin.close()
    assert len(published(store)) == 1
    assert verdict_of(store).exit_code == 0

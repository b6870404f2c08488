"""The log leaves the database as tiles, is verified there and carried on; and several read the database at once."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from audit.__main__ import main as audit
from audit.directory import TileDirectory
from audit.tiles import Tile
from gateway.ledger import checkpoints, exporting
from gateway.ledger.exporting import ExportError
from gateway.ledger.source import DatabaseSource
from gateway.parts import Store
from tests.gateway.ledger.events import checkpoint_of, record_events, verdict_of
from tests.gateway.ledger.test_checkpoints import restore_older_state, unprotect


def export(store: Store, folder: Path) -> int:
    seen: list[int] = []
    made = store.database.read_now(
        lambda conn: exporting.export(conn, folder, store.publisher, lambda done, _: seen.append(done))
    )
    assert seen == sorted(seen)
    return made


def verified(store: Store, folder: Path) -> int:
    vkey = store.publisher.signers[0].verifier.vkey
    return CliRunner().invoke(audit, ["verify-tiles", str(folder), "--vkey", vkey]).exit_code


@pytest.fixture
def grown(store: Store) -> Store:
    for visit in range(3):
        record_events(store, 100, f"visit-{visit}")
    checkpoint_of(store)
    return store


class TestAnExport:
    def test_is_verified_without_the_database_and_carried_on(self, grown: Store, tmp_path: Path) -> None:
        first = export(grown, tmp_path)
        assert first >= 5
        assert verified(grown, tmp_path) == 0
        assert export(grown, tmp_path) == 0
        record_events(grown, 3, "visit-9")
        checkpoint_of(grown)
        assert 0 < export(grown, tmp_path) < first
        assert verified(grown, tmp_path) == 0
        assert TileDirectory(tmp_path).size() == verdict_of(grown).size

    def test_that_broke_off_is_carried_on(self, grown: Store, tmp_path: Path) -> None:
        export(grown, tmp_path)
        (tmp_path / "checkpoint").unlink()
        (tmp_path / Tile(None, 0).path).unlink()
        assert export(grown, tmp_path) == 1
        assert verified(grown, tmp_path) == 0

    def test_of_another_history_is_refused(self, grown: Store, tmp_path: Path) -> None:
        record_events(grown, 5)
        checkpoint_of(grown)
        export(grown, tmp_path)
        size = TileDirectory(tmp_path).size()
        restore_older_state(grown, size - 5)
        with pytest.raises(ExportError, match="does not continue"):
            export(grown, tmp_path)

    def test_of_a_log_with_a_hole_is_refused(self, grown: Store, tmp_path: Path) -> None:
        grown.database.write_now(lambda conn: unprotect(conn, "audit_leaf"))
        grown.database.write_now(lambda conn: conn.execute(text("DELETE FROM audit_leaf WHERE idx = 9")))
        with pytest.raises(ExportError, match="lacks"):
            export(grown, tmp_path)

    def test_of_a_log_that_nobody_signed_is_refused(self, store: Store, tmp_path: Path) -> None:
        with pytest.raises(ExportError, match="no checkpoint"):
            export(store, tmp_path)


class TestTheDatabase:
    def test_is_opened_once_more_by_another_process(self, grown: Store) -> None:
        reopened = grown.database.read_now(lambda conn: DatabaseSource(conn).reopen())
        with reopened() as source:
            here = grown.database.read_now(lambda conn: list(DatabaseSource(conn).leaves(5, 300)))
            assert list(source.leaves(5, 300)) == here

    def test_is_verified_from_a_checkpoint_on(self, grown: Store) -> None:
        since = grown.database.read_now(checkpoints.latest)
        record_events(grown, 4, "visit-1")
        checkpoint_of(grown)
        report = verdict_of(grown, since=since)
        assert (report.exit_code, report.counts["entries"]) == (0, 4)
        assert report.root == verdict_of(grown).root

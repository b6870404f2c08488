"""A log whose database was brought back, for tests of how it goes on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from audit import checkpoint
from audit.report import Report
from gateway.ledger import checkpoints, log_keys
from gateway.ledger.checking import check
from gateway.ledger.checkpoints import read_held
from gateway.parts import Store
from tests.gateway.ledger.events import checkpoint_of, record_events
from tests.gateway.ledger.restoring import Backup, bring_back, take

NEW, THIRD = "second.example/log", "third.example/log"


def verdict(store: Store, held: bytes | None = None, vkeys: Sequence[str] = ()) -> Report:
    def look(conn: Connection) -> Report:
        keys, retired = log_keys.usable(conn, store)
        kept = read_held(store.settings.data_dir) if held is None else held
        now, origin = store.clock.now(), store.log_origin
        return check(conn, vkeys=(*keys, *vkeys), retired=retired, origin=origin, now=now, held=kept)

    return store.database.read_now(look)


def another_machine(store: Store, folder: Path, held: bytes) -> Store:
    """It shares database and key file, and holds a checkpoint of its own."""
    folder.mkdir()
    checkpoints.hold(folder, held)
    return replace(store, settings=replace(store.settings, data_dir=folder))


def held_by(store: Store) -> bytes:
    held = read_held(store.settings.data_dir)
    assert held is not None
    return held


class Story:
    """A log with a backup after its first checkpoint, and more that was signed since."""

    def __init__(self, store: Store) -> None:
        self.store = store
        record_events(store, 5)
        checkpoint_of(store)
        self.early = held_by(store)
        self.backup: Backup = take(store)
        record_events(store, 6, "visit-2")
        checkpoint_of(store)
        self.late = held_by(store)
        self.kept, self.signed = (checkpoint.parse(each).size for each in (self.early, self.late))
        bring_back(store, self.backup)

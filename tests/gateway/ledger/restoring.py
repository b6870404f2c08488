"""A backup of the log's tables, and bringing it back: what a restored database is, on both kinds."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from audit import checkpoint
from audit.checkpoint import Checkpoint
from gateway.database.models import METADATA
from gateway.ledger import checkpoints, continuing
from gateway.ledger.continuing import Known
from gateway.parts import GATEWAY, Store
from tests.gateway.ledger.test_checkpoints import unprotect

Backup = Mapping[str, Sequence[Mapping[str, Any]]]


def tables() -> list[Table]:
    """Of log and keys, those first that others refer to."""
    return [each for each in METADATA.sorted_tables if each.name.startswith("audit_") or each.name == "signing_key"]


def take(store: Store) -> Backup:
    """All rows as they are now."""

    def read(conn: Connection) -> Backup:
        return {each.name: [dict(row) for row in conn.execute(select(each)).mappings()] for each in tables()}

    return store.database.read_now(read)


def bring_back(store: Store, backup: Backup) -> None:
    """The database is again what it was, and the process has looked at its keys."""

    def write(conn: Connection) -> None:
        for each in reversed(tables()):
            unprotect(conn, each.name)
            conn.execute(delete(each))
        for each in tables():
            if backup[each.name]:
                conn.execute(insert(each), backup[each.name])

    store.database.write_now(write)
    refresh(store)


def refresh(store: Store) -> None:
    """What each process does by itself every twenty seconds."""
    store.database.read_now(lambda conn: store.keys.refresh(conn, store.sealer, store.clock.now()))


def go_on(store: Store, origin: str, outside: Sequence[bytes] = (), vkeys: Sequence[str] = ()) -> None:
    """What the command does."""
    known = Known((*continuing.held_here(store), *outside), tuple(vkeys))

    def write(conn: Connection) -> bytes:
        loss = continuing.assess(conn, store, known)
        return continuing.go_on(conn, store, loss, origin, GATEWAY)

    checkpoints.hold(store.settings.data_dir, store.database.write_now(write))
    refresh(store)


def lose_and_go_on(store: Store, more: int, origin: str) -> None:
    """This machine holds a state with so many entries `more` than its newest, and the log goes on without them."""
    signed = store.database.read_now(checkpoints.latest_bare)
    assert signed is not None
    size, key = checkpoint.parse(signed).size + more, store.publisher.signers[0]
    checkpoints.hold(store.settings.data_dir, checkpoint.sign(Checkpoint(key.name, size, bytes(32)), key))
    go_on(store, origin)

"""Gives recorded events their place in the tree.

Any number of sequencers may run: each takes what is pending in `(chain, n)` order, appends it, and moves the head by
compare-and-swap on its size, all in one transaction; whoever is second finds nothing left or tries again. If one dies
between any two steps, nothing was done.
"""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from audit.merkle import CompactRange, Node
from gateway.database.base import lock
from gateway.database.engine import Database
from gateway.ledger.tables import AuditEvent, AuditHead, AuditLeaf, AuditNode, AuditPending
from gateway.ledger.tree import HEAD

BATCH = 500
"""Events that one transaction takes, so that it holds SQLite's writer for some milliseconds only."""

_ANY_PENDING = select(AuditPending.event_id).limit(1)
_PENDING = (
    select(AuditEvent.id, AuditEvent.leaf_hash)
    .join(AuditPending, AuditPending.event_id == AuditEvent.id)
    .order_by(AuditEvent.chain, AuditEvent.n)
    .limit(bindparam("most"))
)
_FIRST_HEAD = {
    "sqlite": sqlite.insert(AuditHead).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(AuditHead).on_conflict_do_nothing(),
}
_INSERT_LEAF = insert(AuditLeaf)
_INSERT_NODE = insert(AuditNode)
_FORGET = delete(AuditPending).where(AuditPending.event_id == bindparam("sequenced"))
_MOVE_HEAD = (
    update(AuditHead)
    .where(AuditHead.id == 1, AuditHead.size == bindparam("old_size"))
    .values(size=bindparam("new_size"), range=bindparam("new_range"))
)
_AT_ONCE = text("""
    WITH leaf AS (
        INSERT INTO audit_leaf (idx, event_id, leaf_hash)
        SELECT * FROM unnest(CAST(:places AS bigint[]), CAST(:events AS text[]), CAST(:hashes AS bytea[]))
    ), node AS (
        INSERT INTO audit_node (level, idx, hash)
        SELECT * FROM unnest(CAST(:levels AS int[]), CAST(:indices AS bigint[]), CAST(:nodes AS bytea[]))
    ), forgotten AS (
        DELETE FROM audit_pending WHERE event_id = ANY(CAST(:events AS text[]))
    )
    UPDATE audit_head SET size = :new_size, range = :new_range WHERE id = 1 AND size = :old_size
""")
"""Row by row, a batch takes PostgreSQL five times as long."""


class HeadMovedError(Exception):
    """Another sequencer moved the head meanwhile; this transaction leaves nothing, and the next one looks again."""


async def sequence(database: Database) -> int:
    """Sequence all that is pending and return how many events it were; an idle look costs one read."""
    total = 0
    is_more = await database.read(_is_pending)
    while is_more:
        with contextlib.suppress(HeadMovedError):
            taken = await database.write(sequence_batch)
            total += taken
            is_more = taken == BATCH  # or it was all that there was: what came meanwhile wakes its own look
    return total


def sequence_now(database: Database) -> int:
    """Do what `sequence` does and wait for it: for commands and tests."""
    total = 0
    is_more = database.read_now(_is_pending)
    while is_more:
        with contextlib.suppress(HeadMovedError):
            taken = database.write_now(sequence_batch)
            total += taken
            is_more = taken == BATCH
    return total


def sequence_batch(conn: Connection) -> int:
    """Sequence up to `BATCH` events as the running transaction and return how many it were.

    Raises:
        HeadMovedError: another sequencer was quicker; the transaction must not commit.
    """
    tree = _locked_tree(conn)
    pending = conn.execute(_PENDING, {"most": BATCH}).all()
    if not pending:
        return 0
    size = tree.size
    completed = [node for _, hashed in pending for node in tree.append(bytes(hashed))]
    events, hashes = [row.id for row in pending], [bytes(row.leaf_hash) for row in pending]
    keep = _keep_at_once if conn.dialect.name == "postgresql" else _keep
    head = {"old_size": size, "new_size": tree.size, "new_range": tree.to_bytes()}
    if not keep(conn, events, hashes, completed, head):
        raise HeadMovedError
    return len(pending)


def _keep(
    conn: Connection, events: Sequence[str], hashes: Sequence[bytes], nodes: Sequence[Node], head: Mapping[str, Any]
) -> bool:
    """Insert leaves and nodes, forget that these events wait, and say whether the head could be moved."""
    places = enumerate(zip(events, hashes, strict=True), head["old_size"])
    conn.execute(
        _INSERT_LEAF, [{"idx": idx, "event_id": event, "leaf_hash": hashed} for idx, (event, hashed) in places]
    )
    if nodes:
        conn.execute(_INSERT_NODE, [{"level": level, "idx": idx, "hash": hashed} for level, idx, hashed in nodes])
    conn.execute(_FORGET, [{"sequenced": event} for event in events])
    return conn.execute(_MOVE_HEAD, head).rowcount == 1


def _keep_at_once(
    conn: Connection, events: Sequence[str], hashes: Sequence[bytes], nodes: Sequence[Node], head: Mapping[str, Any]
) -> bool:
    """Do the same in one statement."""
    values: dict[str, Any] = {
        "places": list(range(head["old_size"], head["new_size"])),
        "events": events,
        "hashes": hashes,
        "levels": [level for level, _, _ in nodes],
        "indices": [idx for _, idx, _ in nodes],
        "nodes": [hashed for _, _, hashed in nodes],
    }
    return conn.execute(_AT_ONCE, values | dict(head)).rowcount == 1


def _is_pending(conn: Connection) -> bool:
    return conn.execute(_ANY_PENDING).first() is not None


def _locked_tree(conn: Connection) -> CompactRange:
    locked = lock(conn, HEAD)
    row = conn.execute(locked).one_or_none()
    if row is None:
        conn.execute(_FIRST_HEAD[conn.dialect.name], {"id": 1, "size": 0, "range": CompactRange().to_bytes()})
        row = conn.execute(locked).one()
    return CompactRange.from_bytes(row.range)

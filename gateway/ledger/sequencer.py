"""Gives recorded events their place in the tree.

Any number of sequencers may run: each takes what is pending in `(chain, n)` order, appends it, and moves the head by
compare-and-swap on its size, all in one transaction; whoever is second finds nothing left or tries again. If one dies
between any two steps, nothing was done.
"""

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from audit.merkle import CompactRange
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
    .limit(BATCH)
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


class HeadMovedError(Exception):
    """Another sequencer moved the head meanwhile; this transaction leaves nothing, and the next one looks again."""


async def sequence(database: Database) -> int:
    """Sequence all that is pending and return how many events it were; an idle look costs one read."""
    total = 0
    while await database.read(_is_pending):
        try:
            total += await database.write(sequence_batch)
        except HeadMovedError:
            continue
    return total


def sequence_now(database: Database) -> int:
    """Do what `sequence` does and wait for it: for commands and tests."""
    total = 0
    while database.read_now(_is_pending):
        try:
            total += database.write_now(sequence_batch)
        except HeadMovedError:
            continue
    return total


def sequence_batch(conn: Connection) -> int:
    """Sequence up to `BATCH` events as the running transaction and return how many it were.

    Raises:
        HeadMovedError: another sequencer was quicker; the transaction must not commit.
    """
    tree = _locked_tree(conn)
    pending = conn.execute(_PENDING).all()
    if not pending:
        return 0
    size = tree.size
    completed = [node for _, hashed in pending for node in tree.append(bytes(hashed))]
    conn.execute(
        _INSERT_LEAF,
        [{"idx": size + i, "event_id": event_id, "leaf_hash": hashed} for i, (event_id, hashed) in enumerate(pending)],
    )
    if completed:
        conn.execute(_INSERT_NODE, [{"level": level, "idx": idx, "hash": hashed} for level, idx, hashed in completed])
    conn.execute(_FORGET, [{"sequenced": event_id} for event_id, _ in pending])
    moved = conn.execute(_MOVE_HEAD, {"old_size": size, "new_size": tree.size, "new_range": tree.to_bytes()})
    if moved.rowcount != 1:
        raise HeadMovedError
    return len(pending)


def _is_pending(conn: Connection) -> bool:
    return conn.execute(_ANY_PENDING).first() is not None


def _locked_tree(conn: Connection) -> CompactRange:
    locked = lock(conn, HEAD)
    row = conn.execute(locked).one_or_none()
    if row is None:
        conn.execute(_FIRST_HEAD[conn.dialect.name], {"id": 1, "size": 0, "range": CompactRange().to_bytes()})
        row = conn.execute(locked).one()
    return CompactRange.from_bytes(row.range)

"""The tree as it is stored: its head, its nodes, its leaves."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from audit.merkle import CompactRange, NodeReader, range_hash
from gateway.ledger.tables import AuditHead, AuditLeaf, AuditNode

HEAD = select(AuditHead.size, AuditHead.range).where(AuditHead.id == 1)
_NODE = select(AuditNode.hash).where(AuditNode.level == bindparam("level"), AuditNode.idx == bindparam("idx"))
_LEAF = select(AuditLeaf.leaf_hash).where(AuditLeaf.idx == bindparam("idx"))
_NODES = (
    select(AuditNode.hash)
    .where(
        AuditNode.level == bindparam("level"), AuditNode.idx >= bindparam("start"), AuditNode.idx < bindparam("stop")
    )
    .order_by(AuditNode.idx)
)
_LEAVES = (
    select(AuditLeaf.leaf_hash)
    .where(AuditLeaf.idx >= bindparam("start"), AuditLeaf.idx < bindparam("stop"))
    .order_by(AuditLeaf.idx)
)


@dataclass(frozen=True, slots=True)
class Head:
    """The tree's size and root."""

    size: int
    root: bytes


class NodeMissingError(LookupError):
    """A node that the tree's size promises is not in the database."""


def head(conn: Connection) -> Head:
    """Return the tree's size and root; the empty tree's before the first leaf."""
    row = conn.execute(HEAD).one_or_none()
    tree = CompactRange() if row is None else CompactRange.from_bytes(row.range)
    return Head(tree.size, tree.root())


def node_reader(conn: Connection) -> NodeReader:
    """Return a reader of complete nodes, level 0 being the leaf hashes; it raises `NodeMissingError`."""

    def read(level: int, idx: int) -> bytes:
        values = {"idx": idx} if level == 0 else {"level": level, "idx": idx}
        found: bytes | None = conn.execute(_LEAF if level == 0 else _NODE, values).scalar_one_or_none()
        if found is None:
            raise NodeMissingError(f"node {idx} of level {level} is not in the log")
        return bytes(found)

    return read


def nodes(conn: Connection, level: int, start: int, stop: int) -> list[bytes]:
    """Return the hashes of the complete nodes `start` up to, not including, `stop` of a level, as far as there are."""
    values = {"start": start, "stop": stop}
    rows = conn.execute(_LEAVES, values) if level == 0 else conn.execute(_NODES, values | {"level": level})
    return [bytes(row[0]) for row in rows]


def root_at(conn: Connection, size: int) -> bytes:
    """Return the root that the tree had at `size`.

    Raises:
        NodeMissingError: the tree is smaller, or a node is gone.
    """
    return range_hash(0, size, node_reader(conn))

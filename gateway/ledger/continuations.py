"""What the log in the database says of its earlier names, and whether that explains what was held of them.

An entry is believed only where a checkpoint of today's name, signed by our own key, covers it: a row alone, which
whoever owns the database can write, explains nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from audit import checkpoint, continuation
from audit.checkpoint import Checkpoint
from audit.continuation import Continuations, Standing
from audit.entry import decode
from audit.errors import AuditError
from audit.events import EventName
from audit.inclusion import inclusion_proof, root_of_inclusion
from audit.merkle import leaf_hash
from audit.note import Verifier
from gateway.ledger import tree
from gateway.ledger.tables import AuditEvent, AuditLeaf

_STATED: Any = (
    select(AuditLeaf.idx, AuditEvent.leaf)
    .join(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
    .where(AuditEvent.type == EventName.LOG_CONTINUED.value)
    .order_by(AuditLeaf.idx)
)


@dataclass(frozen=True, slots=True)
class Gap:
    """Entries that are missing for ever, in words for a page."""

    index: int
    """The entry that says so."""
    origin: str
    before: str
    kept: int
    missing: int


def gaps(conn: Connection) -> Sequence[Gap]:
    """Where the log was continued under another name, oldest first."""
    said = read(conn)
    return [
        Gap(index, each.origin, each.before, each.kept, said.gained[index])
        for index, each in sorted(said.stated.items())
    ]


def read(conn: Connection) -> Continuations:
    """What the entries say; whether they were changed since is for the verification."""
    return _taken((row.idx, bytes(row.leaf)) for row in conn.execute(_STATED))


def proven(conn: Connection, vouching: Checkpoint) -> Continuations:
    """What those entries say that the tree of `vouching`, a checkpoint that was verified, contains."""
    node = tree.node_reader(conn)

    def lies_under(index: int, leaf: bytes) -> bool:
        if index >= vouching.size:
            return False
        way = inclusion_proof(index, vouching.size, node)
        return root_of_inclusion(index, vouching.size, leaf_hash(leaf), way) == vouching.root

    rows = ((row.idx, bytes(row.leaf)) for row in conn.execute(_STATED).all())
    return _taken((index, leaf) for index, leaf in rows if lies_under(index, leaf))


def difference(
    conn: Connection, former: Iterable[bytes], vouching: Checkpoint, verifiers: Sequence[Verifier]
) -> str | None:
    """Say what of the checkpoints of earlier names the log neither continues nor admits to have lost."""
    said = proven(conn, vouching)
    names, keys = said.names(), [*verifiers, *(Verifier.parse(each) for each in said.vkeys())]
    size = tree.head(conn).size
    for signed in former:
        one = checkpoint.verify(signed, keys)
        if one.origin not in names:
            return f"a checkpoint is not one of this log: it is of {one.origin!r}"
        if one.size <= size and tree.root_at(conn, one.size) == one.root:
            continue
        if said.standing(one) is not Standing.ADMITTED:
            return f"it was continued without {one.size} entries of {one.origin!r} that a signed checkpoint has"
    return None


def _taken(rows: Iterable[tuple[int, bytes]]) -> Continuations:
    taken = Continuations()
    for index, leaf in rows:
        try:
            taken.add(index, continuation.read(decode(leaf).data))
        except AuditError:  # the verification of the log names it
            continue
    return taken

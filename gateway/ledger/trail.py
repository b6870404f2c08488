"""The events of one chain, each with its place in the log: what an auditor's page shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection, bindparam, func, select

from audit.entry import Entry, decode
from audit.merkle import leaf_hash
from gateway.ledger.tables import AuditChain, AuditCheckpoint, AuditEvent, AuditLeaf

_SIGNED = select(func.max(AuditCheckpoint.size)).scalar_subquery()
_EVENTS = (
    select(
        AuditEvent.leaf, AuditEvent.leaf_hash, AuditLeaf.idx, AuditChain.n.label("length"), _SIGNED.label("signed_size")
    )
    .join(AuditChain, AuditChain.chain == AuditEvent.chain)
    .outerjoin(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
    .where(AuditEvent.chain == bindparam("chain"))
    .order_by(AuditEvent.n)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Logged:
    """One event and its place."""

    entry: Entry
    hash: bytes
    """Leaf hash as it was stored."""
    index: int | None
    """Its leaf in the log; `None` while it waits for one."""


@dataclass(frozen=True, slots=True)
class Trail:
    """The events of a chain, oldest first."""

    events: tuple[Logged, ...]
    length: int
    """How many events the chain says it has."""
    signed_size: int
    """Leaves under the newest signed checkpoint."""
    is_whole: bool
    """Whether the bytes have the stored hashes, each continues from the one before, and none is missing."""

    def is_signed(self, event: Logged) -> bool:
        """Whether a signed checkpoint covers `event`."""
        return event.index is not None and event.index < self.signed_size


def read_chain(conn: Connection, chain: str, *, most: int) -> Trail:
    """Read up to `most` events of a chain and check how they hang together."""
    rows = conn.execute(_EVENTS, {"chain": chain, "most": most}).all()
    events = tuple(Logged(decode(bytes(row.leaf)), bytes(row.leaf_hash), row.idx) for row in rows)
    length = rows[0].length if rows else 0
    are_right = all(leaf_hash(bytes(row.leaf)) == row.leaf_hash for row in rows)
    signed_size = (rows[0].signed_size if rows else None) or 0
    return Trail(events, length, signed_size, are_right and all(_holds(events, min(length, most))))


def _holds(events: Sequence[Logged], length: int) -> Iterator[bool]:
    yield len(events) == length
    yield not events or events[0].entry.n == 1
    for before, after in pairwise(events):
        yield after.entry.n == before.entry.n + 1
        yield after.entry.prev == before.hash.hex()

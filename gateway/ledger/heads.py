"""States in the log where all chains end, once a day and whenever a bundle is made: a tail left out becomes visible.

The tree over the ends is kept in the database, so that one chain's proof is a few rows. It follows the leaves in their
order; `audit.heads` says what it is, and the verification of the whole log recomputes every record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from audit.entry import Actor, ActorKind, decode
from audit.events import EventName
from audit.heads import HeadProof, HeadsRecord, head_leaf
from audit.inclusion import inclusion_proof
from audit.merkle import NodeReader, node_hash, range_hash
from gateway.database.base import lock
from gateway.ledger import continuations, outbox, tree
from gateway.ledger.tables import AuditEnd, AuditEndNode, AuditEnds, AuditEvent, AuditLeaf

FOLD: Final = 20_000
"""Leaves that one transaction folds in: it holds SQLite's writer for a fraction of a second."""

_BATCH: Final = 400
_GATEWAY = Actor(ActorKind.SYSTEM, "gateway")
_STATE = select(AuditEnds.__table__).where(AuditEnds.id == 1)
_FIRST = {
    "sqlite": sqlite.insert(AuditEnds).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(AuditEnds).on_conflict_do_nothing(),
}
_LEAVES = (
    select(AuditEvent.chain, AuditEvent.n, AuditLeaf.leaf_hash)
    .join(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
    .where(AuditLeaf.idx >= bindparam("start"), AuditLeaf.idx < bindparam("stop"))
    .order_by(AuditLeaf.idx)
)
_PLACES = select(AuditEnd.chain, AuditEnd.place).where(AuditEnd.chain.in_(bindparam("chains", expanding=True)))
_END = select(AuditEnd.__table__).where(AuditEnd.chain == bindparam("of_chain"))
_NODES = select(AuditEndNode.idx, AuditEndNode.hash).where(
    AuditEndNode.level == bindparam("of_level"), AuditEndNode.idx.in_(bindparam("indices", expanding=True))
)
_NODE = select(AuditEndNode.hash).where(
    AuditEndNode.level == bindparam("of_level"), AuditEndNode.idx == bindparam("index")
)
_ADD_END = insert(AuditEnd)
_MOVE_END = (
    update(AuditEnd)
    .where(AuditEnd.chain == bindparam("of_chain"))
    .values(n=bindparam("new_n"), head=bindparam("new_head"))
)
_PUT = {
    "sqlite": sqlite.insert(AuditEndNode).on_conflict_do_update(
        index_elements=["level", "idx"], set_={"hash": sqlite.insert(AuditEndNode).excluded.hash}
    ),
    "postgresql": postgresql.insert(AuditEndNode).on_conflict_do_update(
        index_elements=["level", "idx"], set_={"hash": postgresql.insert(AuditEndNode).excluded.hash}
    ),
}
_LEAF = (
    select(AuditEvent.leaf, AuditLeaf.idx)
    .join(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
    .where(AuditEvent.id == bindparam("event"))
)
_OLDEST = select(AuditEvent.at).order_by(AuditEvent.at).limit(1)


@dataclass(frozen=True, slots=True)
class Stated:
    """Where one chain ends by the newest record, and that record's own leaf."""

    leaf: bytes
    index: int
    proof: HeadProof


def advance(conn: Connection, now: datetime, *, most: int = FOLD) -> bool:
    """Fold up to `most` leaves into the tree of ends, and state it as an event once it has caught up.

    Returns whether there are more. Nothing is stated where only the last statement itself came since, or while that
    waits for its place.
    """
    state = _locked(conn)
    size = tree.head(conn).size
    newest = _newest(conn, state)
    is_waiting = newest is None and state.event_id is not None
    if is_waiting or size == state.size or (newest is not None and newest[1] == state.size == size - 1):
        return False
    stop = min(size, state.size + most)
    chains = _fold(conn, state, stop)
    if stop < size:
        return True
    missing = sum(each.missing for each in continuations.gaps(conn) if each.index < stop)
    said = HeadsRecord(stop, chains, range_hash(0, chains, _reader(conn)).hex(), missing)
    event_id = outbox.record(
        conn,
        chain="system",
        type=EventName.LOG_HEADS_RECORDED,
        actor=_GATEWAY,
        data=msgspec.to_builtins(said),
        at=now,
    )
    conn.execute(update(AuditEnds).values(event_id=event_id, recorded_at=now))
    return False


def is_due(conn: Connection, now: datetime) -> bool:
    """Whether the newest record, or the log's first event where there is none, is of an earlier day (UTC)."""
    state = conn.execute(_STATE).one_or_none()
    last = None if state is None else state.recorded_at
    if last is None:
        last = conn.execute(_OLDEST).scalar_one_or_none()
    return last is not None and last.date() < now.date()


def stated(conn: Connection, chain: str) -> Stated | None:
    """Where `chain` ends by the newest record; nothing while that has no place in the log, or does not know it."""
    state = conn.execute(_STATE).one_or_none()
    newest = None if state is None else _newest(conn, state)
    end = conn.execute(_END, {"of_chain": chain}).one_or_none()
    if state is None or newest is None or end is None:
        return None
    leaf, index = newest
    said = msgspec.convert(decode(leaf).data, HeadsRecord)
    if said.size != state.size:  # more is folded in already, and not stated yet
        return None
    hashes = inclusion_proof(end.place, said.chains, _reader(conn))
    proof = HeadProof(end.n, bytes(end.head).hex(), end.place, tuple(each.hex() for each in hashes))
    return Stated(leaf, index, proof)


def _fold(conn: Connection, state: Any, stop: int) -> int:
    """Take the leaves up to `stop` into the tree; return how many chains there are."""
    ends: dict[str, tuple[int, bytes]] = {}
    for chain, n, hashed in conn.execute(_LEAVES, {"start": state.size, "stop": stop}):
        ends[chain] = (n, bytes(hashed))
    chains = _put_ends(conn, ends, state.chains)
    conn.execute(update(AuditEnds).values(size=stop, chains=chains))
    return chains


def _newest(conn: Connection, state: Any) -> tuple[bytes, int] | None:
    row = conn.execute(_LEAF, {"event": state.event_id}).one_or_none()
    return None if row is None else (bytes(row.leaf), row.idx)


def _locked(conn: Connection) -> Any:
    locked = lock(conn, _STATE)
    row = conn.execute(locked).one_or_none()
    if row is None:
        conn.execute(_FIRST[conn.dialect.name], {"id": 1, "size": 0, "chains": 0})
        row = conn.execute(locked).one()
    return row


def _put_ends(conn: Connection, ends: dict[str, tuple[int, bytes]], chains: int) -> int:
    """Set the ends of these chains and hash what lies above them; return how many chains there are."""
    places = {row.chain: row.place for each in _batches(list(ends)) for row in conn.execute(_PLACES, {"chains": each})}
    added = [chain for chain in ends if chain not in places]
    moved = [{"of_chain": each, "new_n": ends[each][0], "new_head": ends[each][1]} for each in places]
    if moved:
        conn.execute(_MOVE_END, moved)
    places |= {chain: place for place, chain in enumerate(added, chains)}
    if added:
        rows = [{"chain": each, "place": places[each], "n": ends[each][0], "head": ends[each][1]} for each in added]
        conn.execute(_ADD_END, rows)
    changed = {places[chain]: head_leaf(chain, n, head) for chain, (n, head) in ends.items()}
    size = chains + len(added)
    level = 0
    while changed:
        rows = [{"level": level, "idx": idx, "hash": hashed} for idx, hashed in sorted(changed.items())]
        conn.execute(_PUT[conn.dialect.name], rows)
        changed = _parents(conn, level, changed, size >> level)
        level += 1
    return size


def _parents(conn: Connection, level: int, changed: dict[int, bytes], width: int) -> dict[int, bytes]:
    """The complete nodes above changed ones."""
    parents = sorted({idx >> 1 for idx in changed if idx | 1 < width})
    lacking = [idx for each in parents for idx in (2 * each, 2 * each + 1) if idx not in changed]
    children = dict(changed)
    for batch in _batches(lacking):
        found = conn.execute(_NODES, {"of_level": level, "indices": batch})
        children |= {idx: bytes(hashed) for idx, hashed in found}
    return {each: node_hash(children[2 * each], children[2 * each + 1]) for each in parents}


def _reader(conn: Connection) -> NodeReader:
    def read(level: int, index: int) -> bytes:
        return bytes(conn.execute(_NODE, {"of_level": level, "index": index}).scalar_one())

    return read


def _batches(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[at : at + _BATCH] for at in range(0, len(values), _BATCH))

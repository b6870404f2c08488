"""Hashing the log's leaves and growing its tree, beside `hashlib` hashing the same bytes; and verifying a whole log."""

import hashlib
from collections.abc import Iterator, Mapping

from audit.merkle import CompactRange, leaf_hash
from tests.audit.builders import MemoryLog, check
from tests.benchmarks.effort import Effort, cpu
from tests.benchmarks.figures import Aim, Figure
from tests.databases import Databases

AIM = 2.5
_LEAF_BYTES = 300
_CHUNK = 4096
_ROUNDS = 3
"""Of a million leaves each: the work is long enough to be steady."""


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Leaves of 300 bytes, then real entries."""
    chunks = _chunks(effort.leaves)
    raw, grown = [], []
    for _ in range(min(effort.rounds, _ROUNDS)):
        raw.append(cpu(lambda: _hash(chunks)))
        grown.append(cpu(lambda: _grow(chunks)))
    raw_s, tree_s = min(raw), min(grown)
    yield Figure(
        name=f"leaves and tree, {effort.leaves:,} × {_LEAF_BYTES} bytes",
        value=tree_s,
        unit="s CPU",
        beside=f"hashlib on the same bytes {raw_s:.3g} s",
        ratio=tree_s / raw_s,
        aims=(Aim("ratio", tree_s / raw_s, AIM),),
    )
    yield _verified(effort)


def _verified(effort: Effort) -> Figure:
    """Everything that `pilnvara audit verify` checks, but for reading the database."""
    log = MemoryLog()
    for index in range(effort.entries):
        log.append(f"visit-{index // 20}")
    log.checkpoint()
    leaves = [leaf for _, leaf, _ in log.rows]
    raw_s = cpu(lambda: [hashlib.sha256(leaf).digest() for leaf in leaves])
    verified_s = min(cpu(lambda: check(log)) for _ in range(min(effort.rounds, _ROUNDS)))
    return Figure(
        name=f"whole log verified, {effort.entries:,} entries",
        value=verified_s / effort.entries * 1e6,
        unit="µs CPU an entry",
        beside=f"hashlib on the same bytes {raw_s / effort.entries * 1e6:.2g} µs",
        ratio=verified_s / raw_s,
    )


def _chunks(leaves: int) -> list[list[bytes]]:
    """As many leaves as are asked for, of which a few thousand differ: the hash does not care, memory does."""
    chunk = [index.to_bytes(8, "big") * (_LEAF_BYTES // 8) + bytes(_LEAF_BYTES % 8) for index in range(_CHUNK)]
    whole, rest = divmod(leaves, _CHUNK)
    return [chunk] * whole + [chunk[:rest]]


def _hash(chunks: list[list[bytes]]) -> None:
    for chunk in chunks:
        for leaf in chunk:
            hashlib.sha256(leaf).digest()


def _grow(chunks: list[list[bytes]]) -> bytes:
    tree = CompactRange()
    for chunk in chunks:
        tree.extend([leaf_hash(leaf) for leaf in chunk])
    return tree.root()

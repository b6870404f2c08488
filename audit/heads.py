"""The ends of all chains at one size of the log, under one root: what makes a missing tail of a visit visible.

Now and then an entry of the log (`system:log:heads_recorded`) states `{size, chains, root}`, and `missing` where
entries are lost (`audit.continuation`). The root is that of the RFC 6962 tree over one leaf a chain, in the order in
which the chains first appear in the log; a leaf is the RFC 8785 form of `[chain, n, leaf hash]` of the chain's last
entry below `size`. Whoever has the whole log recomputes it; whoever has one chain only checks that its end is in it.
"""

from collections import deque
from typing import Annotated

import msgspec
import rfc8785

from audit.errors import ProofError
from audit.glance import Glance, HeadsRecord
from audit.inclusion import inclusion_proof, verify_inclusion
from audit.merkle import leaf_hash, node_hash, range_hash
from audit.report import Findings, Verdict

__all__ = ["HeadProof", "HeadsRecord", "HeadsTree", "RecordedHeads", "head_leaf"]

MAX_LAG = 16_384
"""Leaves by which a record may follow the size that it is about: so far back a verifier remembers."""

_Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class HeadProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That a chain ended with entry `n`, of leaf hash `head`, at the size of a record."""

    n: Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
    head: _Hash
    position: _Count
    """How many chains appear in the log before it."""
    hashes: tuple[_Hash, ...]

    def verify(self, chain: str, record: HeadsRecord) -> None:
        """Check it against a record. Raises `ProofError`."""
        hashed = head_leaf(chain, self.n, bytes.fromhex(self.head))
        proof = [bytes.fromhex(each) for each in self.hashes]
        try:
            root = bytes.fromhex(record.root)
        except ValueError as error:
            raise ProofError("the record's root is not hexadecimal") from error
        verify_inclusion(self.position, record.chains, hashed, proof, root)


def head_leaf(chain: str, n: int, head: bytes) -> bytes:
    """The leaf hash of one chain's end."""
    if chain.isascii():  # the same bytes, several times sooner
        return leaf_hash(msgspec.json.encode((chain, n, head.hex())))
    return leaf_hash(rfc8785.dumps([chain, n, head.hex()]))


class HeadsTree:
    """The ends of all chains in memory. Only what changed since the last root is hashed again."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._ends: list[tuple[str, int, bytes]] = []
        self._levels: list[list[bytes]] = [[]]
        self._changed: set[int] = set()

    @property
    def size(self) -> int:
        """Chains so far."""
        return len(self._ends)

    def put(self, chain: str, n: int, head: bytes) -> None:
        """Set the end of a chain, after those that are known already if it is new."""
        place = self._places.setdefault(chain, len(self._ends))
        if place == len(self._ends):
            self._ends.append((chain, n, head))
        else:
            self._ends[place] = (chain, n, head)
        self._changed.add(place)

    def root(self) -> bytes:
        """The root over all ends."""
        self._hash_changed()
        return range_hash(0, self.size, self._node)

    def proof(self, chain: str) -> HeadProof:
        """That `chain`, which must be known, ends where it does."""
        self._hash_changed()
        place = self._places[chain]
        _, n, head = self._ends[place]
        hashes = inclusion_proof(place, self.size, self._node)
        return HeadProof(n, head.hex(), place, tuple(each.hex() for each in hashes))

    def _node(self, level: int, index: int) -> bytes:
        return self._levels[level][index]

    def _hash_changed(self) -> None:
        row, changed = self._levels[0], sorted(self._changed)
        for place in changed:
            _set(row, place, head_leaf(*self._ends[place]))
        self._changed.clear()
        level = 0
        while changed := sorted({place >> 1 for place in changed if place | 1 < len(row)}):
            if level + 1 == len(self._levels):
                self._levels.append([])
            above = self._levels[level + 1]
            for place in changed:
                _set(above, place, node_hash(row[2 * place], row[2 * place + 1]))
            row, level = above, level + 1


class RecordedHeads:
    """Recomputes each record from the entries before it. Memory grows with the chains, not with the entries."""

    def __init__(self, findings: Findings) -> None:
        """Report into `findings`."""
        self._findings = findings
        self._tree = HeadsTree()
        self._recent: deque[tuple[int, str, int, bytes]] = deque()
        self._folded = 0
        """Size of the log up to which the tree stands: no record about less can be recomputed."""
        self._is_whole = True

    def add(self, seen: Glance) -> None:
        """Take the next entry; compare, if it is a record."""
        if seen.record is not None or seen.is_record_unread:
            self._compare(seen)
        self._recent.append((seen.index, seen.chain, seen.n, seen.stored))
        if len(self._recent) > 2 * MAX_LAG:
            self._fold(self._recent[MAX_LAG][0])

    def skip(self) -> None:
        """A leaf is gone, and is reported elsewhere: no later record can be recomputed."""
        self._is_whole = False

    def _compare(self, seen: Glance) -> None:
        said, subject = seen.record, f"leaf {seen.index:,}"
        if said is None:
            self._findings.add(Verdict.NOT_CANONICAL, subject, "it states the ends of chains in no known form")
            return
        if not self._is_whole:
            return
        if said.size < self._folded:
            detail = f"it states the ends of all chains at {said.size:,}, which is too far back to recompute"
            self._findings.add(Verdict.CANNOT_EXCLUDE, subject, detail, index=seen.index)
            return
        self._fold(said.size)
        if said.size > seen.index or said.chains != self._tree.size or self._tree.root().hex() != said.root:
            detail = f"the ends of all chains that it states for {said.size:,} are not those of the log"
            self._findings.add(Verdict.INCONSISTENT, subject, detail, index=seen.index)

    def _fold(self, size: int) -> None:
        while self._recent and self._recent[0][0] < size:
            _, chain, n, hashed = self._recent.popleft()
            self._tree.put(chain, n, hashed)
        self._folded = max(self._folded, size)


def _set(row: list[bytes], place: int, value: bytes) -> None:
    if place == len(row):
        row.append(value)
    else:
        row[place] = value

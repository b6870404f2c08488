"""The Merkle tree of RFC 6962 section 2.1 over SHA-256: its hashes, and a tree that grows in logarithmic memory.

A *node* is named by `(level, index)`: level 0 are leaf hashes, and node `(l, i)` is the root of the perfect subtree
over leaves `i * 2**l` up to `(i + 1) * 2**l`. Only such complete nodes are ever stored; all else is folded from them.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Self, TypeAlias

from audit.errors import TreeError

HASH_BYTES = 32

_sha256 = hashlib.sha256

EMPTY_ROOT = _sha256(b"").digest()
"""Root of a tree without leaves."""

NodeReader: TypeAlias = Callable[[int, int], bytes]
"""Gives the hash of the complete node `(level, index)`."""


Node: TypeAlias = tuple[int, int, bytes]
"""Level, index and hash of a complete subtree."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of one leaf; the prefix 0x00 keeps a leaf from posing as a node."""
    return _sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of the node above two hashes; the prefix 0x01 keeps a node from posing as a leaf."""
    return _sha256(b"\x01" + left + right).digest()


def root_from_hashes(leaf_hashes: Iterable[bytes]) -> bytes:
    """Root of the tree over `leaf_hashes`, in order."""
    tree = CompactRange()
    tree.extend(list(leaf_hashes))
    return tree.root()


def fold(peaks: Sequence[bytes]) -> bytes:
    """Root over perfect subtrees that get smaller from left to right; the empty tree's for none."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in peaks[-2::-1]:
        root = _sha256(b"\x01" + peak + root).digest()
    return root


def range_hash(start: int, stop: int, node: NodeReader) -> bytes:
    """MTH(D[start:stop]) from complete nodes, for a range as RFC 6962 cuts them.

    Raises:
        TreeError: the range is not one that RFC 6962 would hash.
    """
    peaks: list[bytes] = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        if start & ((1 << level) - 1):
            raise TreeError(f"no subtree covers leaves {start} to {stop}")
        peaks.append(node(level, start >> level))
        start += 1 << level
    return fold(peaks)


class CompactRange:
    """A tree that remembers only the roots of its perfect subtrees: at most 64 hashes, however many leaves."""

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._peaks: list[bytes] = []

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._size

    def root(self) -> bytes:
        """Root at the present size."""
        return fold(self._peaks)

    def append(self, hashed_leaf: bytes) -> list[Node]:
        """Add one leaf hash. Returns the interior nodes (level 1 and up) that it completes, lowest first."""
        completed: list[Node] = []
        index, level, top = self._size, 0, hashed_leaf
        while index & 1:
            top = _sha256(b"\x01" + self._peaks.pop() + top).digest()
            index >>= 1
            level += 1
            completed.append((level, index, top))
        self._peaks.append(top)
        self._size += 1
        return completed

    def extend(self, leaf_hashes: Sequence[bytes]) -> None:
        """Add many leaf hashes, level by level: faster than one by one, with the same result."""
        row, index = list(leaf_hashes), self._size
        self._size += len(row)
        left_over: list[bytes] = []
        while row:
            if index & 1:
                row.insert(0, self._peaks.pop())
            if len(row) & 1:
                left_over.append(row.pop())
            pairs = iter(row)
            row = [_sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
            index >>= 1
        self._peaks.extend(reversed(left_over))

    @classmethod
    def from_nodes(cls, size: int, node: NodeReader) -> Self:
        """The tree of the first `size` leaves, from the nodes of a larger one."""
        tree, start = cls(), 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                tree._peaks.append(node(level, start >> level))
                start += 1 << level
        tree._size = size
        return tree

    def to_bytes(self) -> bytes:
        """The whole state: size as 8 bytes, big-endian, then the peaks from the largest subtree to the smallest."""
        return self._size.to_bytes(8, "big") + b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, state: bytes) -> Self:
        """Read `to_bytes` back.

        Raises:
            TreeError: the number of hashes does not fit the size.
        """
        size = int.from_bytes(state[:8], "big")
        if len(state) != 8 + HASH_BYTES * size.bit_count():
            raise TreeError(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(state) - 8} bytes of them")
        tree = cls()
        tree._size = size
        tree._peaks = [state[at : at + HASH_BYTES] for at in range(8, len(state), HASH_BYTES)]
        return tree

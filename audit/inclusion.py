"""Inclusion and consistency proofs (RFC 6962 sections 2.1.1 and 2.1.2).

They are made from stored nodes and verified without them. Verification follows RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from collections.abc import Sequence

from audit.errors import ProofError, TreeError
from audit.merkle import EMPTY_ROOT, HASH_BYTES, NodeReader, node_hash, range_hash


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of the tree of `size` leaves, the leaf's sibling first.

    Raises:
        TreeError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise TreeError(f"a tree of {size} leaves has no leaf {index}")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(range_hash(middle, stop, node))
            stop = middle
        else:
            path.append(range_hash(start, middle, node))
            start = middle
    return path[::-1]


def consistency_proof(old_size: int, new_size: int, node: NodeReader) -> list[bytes]:
    """The hashes that show that the tree of `new_size` leaves begins with the one of `old_size`.

    Empty when the sizes are equal or the old tree was empty: there is nothing to show.

    Raises:
        TreeError: the old tree is larger than the new one.
    """
    if not 0 <= old_size <= new_size:
        raise TreeError(f"a tree of {new_size} leaves cannot begin with one of {old_size}")
    if old_size in (0, new_size):
        return []
    path: list[bytes] = []
    start, stop, whole = 0, new_size, True
    while old_size != stop:
        middle = start + _split(stop - start)
        if old_size <= middle:
            path.append(range_hash(middle, stop, node))
            stop = middle
        else:
            path.append(range_hash(start, middle, node))
            start, whole = middle, False
    if not whole:
        path.append(range_hash(start, stop, node))
    return path[::-1]


def root_of_inclusion(index: int, size: int, hashed_leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root that `proof` leads to; whoever calls compares it with a root that they trust.

    Raises:
        ProofError: the proof has not the shape that `index` and `size` demand.
    """
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    _check_hashes(hashed_leaf, *proof)
    position, last, root = index, size - 1, hashed_leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the inclusion proof is too long")
        if position & 1 or position == last:
            root = node_hash(sibling, root)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            root = node_hash(root, sibling)
        position >>= 1
        last >>= 1
    if last:
        raise ProofError("the inclusion proof is too short")
    return root


def verify_inclusion(index: int, size: int, hashed_leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that `hashed_leaf` is leaf `index` of the tree of `size` leaves with `root`.

    Raises:
        ProofError: it is not, or the proof is malformed.
    """
    if root_of_inclusion(index, size, hashed_leaf, proof) != root:
        raise ProofError(f"the proof does not lead from leaf {index} to the root of {size}")


def verify_consistency(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree with `new_root` begins with the one with `old_root`.

    Raises:
        ProofError: it does not, or the proof is malformed.
    """
    if not 0 <= old_size <= new_size:
        raise ProofError(f"a tree of {new_size} leaves cannot begin with one of {old_size}")
    _check_hashes(old_root, new_root, *proof)
    if old_size in (0, new_size):
        expected = EMPTY_ROOT if old_size == 0 else new_root
        if proof or old_root != expected:
            raise ProofError(f"the roots of {old_size} and {new_size} are not consistent")
        return
    if _roots_of_consistency(old_size, new_size, old_root, proof) != (old_root, new_root):
        raise ProofError(f"the roots of {old_size} and {new_size} are not consistent")


def _roots_of_consistency(old_size: int, new_size: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The old and the new root that `proof` leads to, for sizes 0 < old < new."""
    rest = list(proof)
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position >>= 1
        last >>= 1
    if position and not rest:
        raise ProofError("the consistency proof is too short")
    # A perfect old tree is its own first hash, which a proof does not repeat.
    old = new = rest.pop(0) if position else old_root
    for sibling in rest:
        if last == 0:
            raise ProofError("the consistency proof is too long")
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        position >>= 1
        last >>= 1
    if last:
        raise ProofError("the consistency proof is too short")
    return old, new


def _split(size: int) -> int:
    """The largest power of two below `size` (at least 2): where RFC 6962 cuts a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def _check_hashes(*hashes: bytes) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise ProofError(f"a hash in a proof is not {HASH_BYTES} bytes")

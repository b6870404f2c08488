import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import TreeError
from audit.merkle import EMPTY_ROOT, CompactRange, leaf_hash, node_hash, range_hash, root_from_hashes
from tests.audit.builders import nodes_over
from tests.audit.vectors import tree_vectors, unhex

VECTORS = tree_vectors()
LEAVES = [leaf_hash(leaf) for leaf in unhex(VECTORS["leaves"])]
ROOTS = unhex(VECTORS["roots"])


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(str(index).encode()) for index in range(count)]


def recursive_root(leaf_hashes: list[bytes]) -> bytes:
    """MTH as RFC 6962 section 2.1 defines it, word for word."""
    if not leaf_hashes:
        return hashlib.sha256(b"").digest()
    if len(leaf_hashes) == 1:
        return leaf_hashes[0]
    split = 1
    while split * 2 < len(leaf_hashes):
        split *= 2
    return node_hash(recursive_root(leaf_hashes[:split]), recursive_root(leaf_hashes[split:]))


class TestRoot:
    @pytest.mark.parametrize("size", range(9))
    def test_is_that_of_the_public_vectors(self, size: int) -> None:
        assert root_from_hashes(LEAVES[:size]) == ROOTS[size]

    def test_of_nothing_is_the_hash_of_nothing(self) -> None:
        assert CompactRange().root() == EMPTY_ROOT == ROOTS[0]

    @given(st.integers(0, 200))
    def test_is_what_the_recursive_definition_says(self, size: int) -> None:
        assert root_from_hashes(hashes(size)) == recursive_root(hashes(size))

    def test_a_leaf_cannot_pose_as_a_node(self) -> None:
        left, right = hashes(2)
        assert leaf_hash(left + right) != node_hash(left, right)


class TestCompactRange:
    @given(st.lists(st.integers(0, 40), max_size=6))
    def test_extending_gives_the_same_tree_as_appending(self, batches: list[int]) -> None:
        leaf_hashes = hashes(sum(batches))
        appended, extended = CompactRange(), CompactRange()
        for leaf in leaf_hashes:
            appended.append(leaf)
        at = 0
        for batch in batches:
            extended.extend(leaf_hashes[at : at + batch])
            at += batch
        assert extended.to_bytes() == appended.to_bytes()
        assert extended.root() == appended.root()

    @given(st.integers(0, 300))
    def test_survives_being_stored(self, size: int) -> None:
        tree = CompactRange()
        tree.extend(hashes(size))
        restored = CompactRange.from_bytes(tree.to_bytes())
        assert (restored.size, restored.root()) == (size, tree.root())
        assert restored.append(leaf_hash(b"next")) == tree.append(leaf_hash(b"next"))

    @pytest.mark.parametrize("state", [b"", b"\x00" * 7, (3).to_bytes(8, "big") + bytes(32), bytes(9)])
    def test_refuses_a_state_whose_hashes_do_not_fit_its_size(self, state: bytes) -> None:
        with pytest.raises(TreeError):
            CompactRange.from_bytes(state)

    def test_reports_each_complete_interior_node_once(self) -> None:
        tree = CompactRange()
        completed = [node for leaf in LEAVES for node in tree.append(leaf)]
        assert [(level, index) for level, index, _ in completed] == [
            (1, 0),
            (1, 1),
            (2, 0),
            (1, 2),
            (1, 3),
            (2, 1),
            (3, 0),
        ]
        assert completed[-1][2] == ROOTS[8]
        assert completed[2][2] == ROOTS[4]


class TestRangeHash:
    @given(st.integers(1, 130))
    def test_over_all_leaves_is_the_root(self, size: int) -> None:
        assert range_hash(0, size, nodes_over(hashes(size))) == root_from_hashes(hashes(size))

    def test_refuses_a_range_that_is_no_subtree(self) -> None:
        with pytest.raises(TreeError):
            range_hash(1, 3, nodes_over(hashes(4)))

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import ProofError, TreeError
from audit.inclusion import consistency_proof, inclusion_proof, verify_consistency, verify_inclusion
from audit.merkle import leaf_hash, root_from_hashes
from tests.audit.builders import nodes_over
from tests.audit.vectors import tree_vectors, unhex

VECTORS = tree_vectors()
LEAVES = [leaf_hash(leaf) for leaf in unhex(VECTORS["leaves"])]
ROOTS = unhex(VECTORS["roots"])

MAX = 150
HASHES = [leaf_hash(str(index).encode()) for index in range(MAX)]
NODES = nodes_over(HASHES)


def root(size: int) -> bytes:
    return root_from_hashes(HASHES[:size])


@st.composite
def leaf_and_size(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(st.integers(1, MAX))
    return draw(st.integers(0, size - 1)), size


@st.composite
def two_sizes(draw: st.DrawFn) -> tuple[int, int]:
    new = draw(st.integers(0, MAX))
    return draw(st.integers(0, new)), new


class TestInclusion:
    @pytest.mark.parametrize("vector", VECTORS["inclusion"])
    def test_path_is_that_of_the_public_vectors(self, vector: dict[str, Any]) -> None:
        path = unhex(vector["path"])
        assert inclusion_proof(vector["index"], vector["size"], nodes_over(LEAVES)) == path
        verify_inclusion(vector["index"], vector["size"], LEAVES[vector["index"]], path, ROOTS[vector["size"]])

    @given(leaf_and_size())
    def test_every_leaf_of_every_tree_is_proven(self, place: tuple[int, int]) -> None:
        index, size = place
        verify_inclusion(index, size, HASHES[index], inclusion_proof(index, size, NODES), root(size))

    @given(leaf_and_size(), st.data())
    def test_any_change_is_refused(self, place: tuple[int, int], data: st.DataObject) -> None:
        index, size = place
        proof = inclusion_proof(index, size, NODES)
        at = data.draw(st.integers(0, len(proof)))
        longer = [*proof[:at], HASHES[0], *proof[at:]]
        for wrong in (longer, proof[:at] + proof[at + 1 :] if at < len(proof) else longer):
            with pytest.raises(ProofError):
                verify_inclusion(index, size, HASHES[index], wrong, root(size))
        with pytest.raises(ProofError):
            verify_inclusion(index, size, leaf_hash(b"another"), proof, root(size))
        with pytest.raises(ProofError):
            verify_inclusion(index, size, HASHES[index], proof, leaf_hash(b"another"))

    @given(leaf_and_size(), st.integers(0, MAX - 1))
    def test_a_proof_holds_for_its_own_index_only(self, place: tuple[int, int], other: int) -> None:
        index, size = place
        if other == index:
            return
        with pytest.raises(ProofError):
            verify_inclusion(other, size, HASHES[index], inclusion_proof(index, size, NODES), root(size))

    @pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
    def test_a_leaf_that_is_not_there_has_no_proof(self, index: int, size: int) -> None:
        with pytest.raises(TreeError):
            inclusion_proof(index, size, NODES)
        with pytest.raises(ProofError):
            verify_inclusion(index, size, HASHES[0], [], root(1))

    def test_a_proof_for_a_smaller_tree_is_none_for_a_larger_one(self) -> None:
        proof = inclusion_proof(1, 4, NODES)
        verify_inclusion(1, 4, HASHES[1], proof, root(4))
        with pytest.raises(ProofError):
            verify_inclusion(1, 8, HASHES[1], proof, root(4))

    def test_a_hash_of_another_length_is_refused(self) -> None:
        with pytest.raises(ProofError):
            verify_inclusion(0, 2, HASHES[0], [HASHES[1][:-1]], root(2))


class TestConsistency:
    @pytest.mark.parametrize("vector", VECTORS["consistency"])
    def test_path_is_that_of_the_public_vectors(self, vector: dict[str, Any]) -> None:
        old, new, path = vector["old"], vector["new"], unhex(vector["path"])
        assert consistency_proof(old, new, nodes_over(LEAVES)) == path
        verify_consistency(old, new, ROOTS[old], ROOTS[new], path)

    @given(two_sizes())
    def test_every_tree_is_shown_to_begin_with_every_earlier_one(self, sizes: tuple[int, int]) -> None:
        old, new = sizes
        verify_consistency(old, new, root(old), root(new), consistency_proof(old, new, NODES))

    @given(two_sizes(), st.data())
    def test_any_change_is_refused(self, sizes: tuple[int, int], data: st.DataObject) -> None:
        old, new = sizes
        proof = consistency_proof(old, new, NODES)
        at = data.draw(st.integers(0, len(proof)))
        wrongs = [[*proof[:at], HASHES[0], *proof[at:]]]
        if at < len(proof):
            wrongs += [proof[:at] + proof[at + 1 :], [*proof[:at], HASHES[0], *proof[at + 1 :]]]
        for wrong in wrongs:
            if wrong != proof:
                with pytest.raises(ProofError):
                    verify_consistency(old, new, root(old), root(new), wrong)
        for pair in ((leaf_hash(b"x"), root(new)), (root(old), leaf_hash(b"x"))):
            if old != 0 or pair[0] != root(0):
                with pytest.raises(ProofError):
                    verify_consistency(old, new, *pair, proof)

    @given(st.integers(2, MAX), st.data())
    def test_a_rewritten_history_has_no_proof(self, new: int, data: st.DataObject) -> None:
        changed = data.draw(st.integers(0, new - 2))
        old = data.draw(st.integers(changed + 1, new - 1))
        forged = [*HASHES[:changed], leaf_hash(b"forged"), *HASHES[changed + 1 : new]]
        with pytest.raises(ProofError):
            verify_consistency(
                old, new, root(old), root_from_hashes(forged), consistency_proof(old, new, nodes_over(forged))
            )

    def test_a_log_cannot_shrink(self) -> None:
        with pytest.raises(TreeError):
            consistency_proof(3, 2, NODES)
        with pytest.raises(ProofError):
            verify_consistency(3, 2, root(3), root(2), [])

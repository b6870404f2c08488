import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import AuditError, CheckpointError, NoteError, ProofError
from audit.inclusion import inclusion_proof
from audit.merkle import leaf_hash
from audit.proof import LogProof
from tests.audit.builders import KEY, ORIGIN, OTHER_KEY, MemoryLog, a_log, nodes_over

LOG = a_log(13, every=13)
TRUSTED = [KEY.verifier]


def a_proof(log: MemoryLog, index: int, extra: bytes | None = None) -> LogProof:
    nodes = nodes_over([row[2] for row in log.rows])
    path = tuple(inclusion_proof(index, len(log.rows), nodes))
    return LogProof(index, path, log.sign(), extra)


class TestLogProof:
    def test_is_written_as_the_specification_has_it(self) -> None:
        written = LogProof(5, (bytes(32), bytes(range(32))), b"head\n", b"more")
        assert written.encode() == (
            b"c2sp.org/tlog-proof@v1\n"
            b"extra bW9yZQ==\n"
            b"index 5\n"
            b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
            b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
            b"\n"
            b"head\n"
        )

    def test_of_a_single_leaf_has_no_hashes(self) -> None:
        assert LogProof(0, (), b"head\n").encode() == b"c2sp.org/tlog-proof@v1\nindex 0\n\nhead\n"

    @given(st.integers(0, 12), st.none() | st.binary(max_size=50))
    def test_shows_that_an_entry_is_in_the_log(self, index: int, extra: bytes | None) -> None:
        read = LogProof.parse(a_proof(LOG, index, extra).encode())
        head = read.verify(leaf_hash(LOG.rows[index][1]), TRUSTED, origin=ORIGIN)
        assert (head.size, read.extra) == (13, extra)

    def test_is_refused_for_another_entry(self) -> None:
        with pytest.raises(ProofError):
            a_proof(LOG, 3).verify(leaf_hash(LOG.rows[4][1]), TRUSTED, origin=ORIGIN)

    def test_is_refused_for_another_log_or_key(self) -> None:
        hashed = LOG.rows[3][2]
        with pytest.raises(CheckpointError):
            a_proof(LOG, 3).verify(hashed, TRUSTED, origin="log.example/other")
        with pytest.raises(NoteError):
            a_proof(LOG, 3).verify(hashed, [OTHER_KEY.verifier], origin=ORIGIN)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b"c2sp.org/tlog-proof@v1", b"c2sp.org/tlog-proof@v2"),
            (b"index 3", b"index 03"),
            (b"index 3", b"index -3"),
            (b"index 3", b"index"),
            (b"index 3\n", b""),
            (b"index 3", b"extra\nindex 3"),
            (b"index 3", b"extra !\nindex 3"),
            (b"index 3", b"index 3\nAAAA"),
            (b"index 3", b"index 3" + b"\n" + b"\n".join([b"A" * 43 + b"="] * 64)),
            (b"\n", b"\r\n"),
        ],
    )
    def test_has_one_form_only(self, old: bytes, new: bytes) -> None:
        content = a_proof(LOG, 3).encode()
        with pytest.raises(AuditError):
            LogProof.parse(content.replace(old, new)).verify(LOG.rows[3][2], TRUSTED, origin=ORIGIN)

    @given(st.binary(max_size=100))
    def test_raises_nothing_but_its_own_error_for_any_bytes(self, garbage: bytes) -> None:
        with pytest.raises(AuditError):
            LogProof.parse(garbage)

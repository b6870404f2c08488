from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import checkpoint, note
from audit.checkpoint import Checkpoint
from audit.cosignature import WitnessSigner, WitnessVerifier, cosigned_at
from audit.errors import CheckpointError, NoteError, SignatureError, UntrustedNoteError
from audit.note import Signer
from tests.audit.vectors import c2sp

EXAMPLE = c2sp("checkpoint.txt")
KEY = Signer("log.example/one", bytes(32))
HEAD = Checkpoint("log.example/one", 42, bytes(range(32)))
WITNESS = WitnessSigner("witness.example/w1", bytes(range(32)), lambda: datetime(2026, 3, 2, 12, 0, tzinfo=UTC))


class TestPublicExample:
    def test_is_read(self) -> None:
        read = checkpoint.parse(EXAMPLE)
        assert read.origin == "example.com/behind-the-sofa"
        assert read.size == 20852163
        assert read.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
        assert read.extensions == ()

    def test_is_written_again_byte_for_byte(self) -> None:
        assert EXAMPLE.startswith(checkpoint.parse(EXAMPLE).text() + b"\n")

    def test_says_when_its_witness_signed(self) -> None:
        line = note.parse(EXAMPLE).signatures[1]
        assert line.name == "witness.example.com/w1"
        assert cosigned_at(line.signature).timestamp() == 1679315147


class TestText:
    def test_is_origin_size_and_root(self) -> None:
        assert HEAD.text() == b"log.example/one\n42\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"

    @given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
    def test_reads_back(self, size: int, root: bytes) -> None:
        head = Checkpoint("log.example/one", size, root, ("an extension",))
        assert checkpoint.parse_text(head.text()) == head

    @pytest.mark.parametrize(
        "head",
        [
            Checkpoint("", 1, bytes(32)),
            Checkpoint("a\nb", 1, bytes(32)),
            Checkpoint("a", -1, bytes(32)),
            Checkpoint("a", 2**63, bytes(32)),
            Checkpoint("a", 1, bytes(31)),
            Checkpoint("a", 1, bytes(32), ("",)),
        ],
    )
    def test_refuses_what_cannot_be_written(self, head: Checkpoint) -> None:
        with pytest.raises(CheckpointError):
            head.text()

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b"42", b"042"),
            (b"42", b"+42"),
            (b"42", b"-1"),
            (b"42", b"4 2"),
            (b"42", "٤٢".encode()),
            (b"42", b"9223372036854775808"),
            (b"42\n", b""),
            (b"log.example/one", b""),
            (b"Hh8=\n", b"Hh8=\n\n"),
            (b"Hh8=\n", b"Hh8="),
            (b"Hh8=", b"Hh9="),
            (b"AAEC", b""),
        ],
    )
    def test_refuses_any_other_form(self, old: bytes, new: bytes) -> None:
        with pytest.raises(CheckpointError):
            checkpoint.parse_text(HEAD.text().replace(old, new))


class TestVerify:
    def test_gives_the_checkpoint_that_a_trusted_key_signed(self) -> None:
        signed = checkpoint.sign(HEAD, KEY)
        assert checkpoint.verify(signed, [KEY.verifier], origin="log.example/one") == HEAD

    def test_refuses_one_that_was_changed(self) -> None:
        signed = checkpoint.sign(HEAD, KEY)
        with pytest.raises(SignatureError):
            checkpoint.verify(signed.replace(b"\n42\n", b"\n43\n"), [KEY.verifier])

    def test_refuses_one_of_another_log(self) -> None:
        signed = checkpoint.sign(HEAD, KEY)
        with pytest.raises(CheckpointError):
            checkpoint.verify(signed, [KEY.verifier], origin="log.example/two")

    def test_refuses_one_that_only_strangers_signed(self) -> None:
        signed = checkpoint.sign(HEAD, Signer("log.example/one", bytes([7] * 32)))
        with pytest.raises(UntrustedNoteError):
            checkpoint.verify(signed, [KEY.verifier])


class TestCosignature:
    def test_a_witness_signs_beside_the_log(self) -> None:
        signed = note.add_signatures(checkpoint.sign(HEAD, KEY), [WITNESS])
        verified = note.parse(signed).verify([KEY.verifier, WITNESS.verifier])
        assert {verifier.name for verifier in verified} == {KEY.name, WITNESS.name}

    def test_says_when(self) -> None:
        line = note.parse(checkpoint.sign(HEAD, WITNESS)).signatures[0]
        assert cosigned_at(line.signature) == WITNESS.now()

    @pytest.mark.parametrize("at", [7, 8, 71])
    def test_neither_time_nor_signature_can_change(self, at: int) -> None:
        signature = bytearray(WITNESS.sign(HEAD.text()))
        assert WITNESS.verifier.accepts(HEAD.text(), bytes(signature))
        signature[at] ^= 1
        assert not WITNESS.verifier.accepts(HEAD.text(), bytes(signature))

    def test_is_for_one_checkpoint(self) -> None:
        signature = WITNESS.sign(HEAD.text())
        assert not WITNESS.verifier.accepts(Checkpoint(HEAD.origin, 43, HEAD.root).text(), signature)

    @pytest.mark.parametrize("signature", [b"", bytes(64), bytes(73), b"\xff" * 72])
    def test_refuses_other_shapes(self, signature: bytes) -> None:
        assert not WITNESS.verifier.accepts(HEAD.text(), signature)

    def test_a_log_key_is_not_a_witness_key(self) -> None:
        assert WitnessVerifier.parse(WITNESS.verifier.vkey) == WITNESS.verifier
        with pytest.raises(NoteError):
            WitnessVerifier.parse(KEY.verifier.vkey)

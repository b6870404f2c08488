import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import note
from audit.errors import AuditError, NoteError, SignatureError, UntrustedNoteError
from audit.note import Signer, Verifier
from tests.audit.vectors import c2sp

NOTE = c2sp("note.txt")
VKEY = c2sp("note-vkey.txt").decode().strip()
SKEY = c2sp("note-skey.txt").decode().strip()
PETER = Verifier.parse(VKEY)
PETER_SIGNS = Signer("PeterNeumann", base64.b64decode(SKEY.split("+", 4)[4])[1:])
TEXT = NOTE[: NOTE.rindex(b"\n\n") + 1]
LINE = NOTE[NOTE.rindex(b"\n\n") + 2 :]
ANNA = Signer("anna.example/log", bytes(32))


class TestPublicExample:
    def test_verifies(self) -> None:
        read = note.parse(NOTE)
        assert read.text == TEXT
        assert read.verify([PETER]) == (PETER,)

    def test_is_signed_again_byte_for_byte(self) -> None:
        assert note.sign(TEXT, [PETER_SIGNS]) == NOTE

    def test_key_writes_the_same_vkey(self) -> None:
        assert PETER_SIGNS.verifier.vkey == VKEY == PETER.vkey
        assert PETER.key_id.hex() == "c74f20a3"


class TestVerify:
    def test_takes_the_signatures_that_it_knows_and_ignores_the_rest(self) -> None:
        both = note.add_signatures(NOTE, [ANNA])
        assert note.parse(both).verify([ANNA.verifier]) == (ANNA.verifier,)
        assert set(note.parse(both).verify([PETER, ANNA.verifier])) == {PETER, ANNA.verifier}

    def test_refuses_a_note_that_no_trusted_key_signed(self) -> None:
        with pytest.raises(UntrustedNoteError):
            note.parse(NOTE).verify([ANNA.verifier])
        with pytest.raises(UntrustedNoteError):
            note.parse(NOTE).verify([])

    def test_refuses_changed_text(self) -> None:
        with pytest.raises(SignatureError):
            note.parse(NOTE.replace(b"answer", b"ANSWER")).verify([PETER])

    def test_one_bad_signature_of_a_known_key_spoils_the_note(self) -> None:
        forged = LINE.replace(b"RyyBwJnAM=", b"RyyBwJnAI=")
        with pytest.raises(SignatureError):
            note.parse(NOTE + forged).verify([PETER])

    def test_the_same_name_with_another_key_is_a_stranger(self) -> None:
        impostor = Signer("PeterNeumann", bytes(32))
        with pytest.raises(UntrustedNoteError):
            note.parse(note.sign(TEXT, [impostor])).verify([PETER])

    def test_a_hundred_signatures_are_read_and_no_more(self) -> None:
        assert note.parse(TEXT + b"\n" + LINE * 100).verify([PETER])
        with pytest.raises(NoteError):
            note.parse(TEXT + b"\n" + LINE * 101)


class TestParse:
    def test_text_may_hold_empty_lines(self) -> None:
        text = b"one\n\ntwo\n\n"
        assert note.parse(note.sign(text, [ANNA])).text == text

    @pytest.mark.parametrize(
        "malformed",
        [
            b"",
            TEXT,
            TEXT + b"\n",
            TEXT + b"\n" + LINE.rstrip(b"\n"),
            b"\x01" + NOTE,
            b"\xff" + NOTE,
            NOTE.replace(b"\n", b"\r\n"),
            NOTE.replace(b"PeterNeumann", b"Bad Name"),
            NOTE.replace(b"PeterNeumann", b"Bad+Name"),
            NOTE.replace(b"PeterNeumann", "Bad\u00a0Name".encode()),
            NOTE.replace("— PeterNeumann".encode(), "— ".encode()),
            NOTE.replace("—".encode(), b"-"),
            NOTE + b"Unexpected line.\n",
            NOTE.replace(b"BwJnAM=", b"BwJnAM"),
            NOTE.replace(b"BwJnAM=", b"BwJnAN="),
            NOTE.replace(b"BwJnAM=", b"BwJn-M="),
            TEXT + "\n— PeterNeumann x08gow==\n".encode(),
            b"x" * 1_000_001,
        ],
    )
    def test_refuses_what_is_not_exactly_a_note(self, malformed: bytes) -> None:
        with pytest.raises(NoteError):
            note.parse(malformed)

    @given(st.binary(max_size=100))
    def test_raises_nothing_but_its_own_error_for_any_bytes(self, garbage: bytes) -> None:
        with pytest.raises(AuditError):
            note.parse(garbage)

    @given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=50))
    def test_reads_back_any_text_that_was_signed(self, line: str) -> None:
        text = f"{line}\n".encode()
        read = note.parse(note.sign(text, [ANNA, PETER_SIGNS]))
        assert read.text == text
        assert len(read.verify([ANNA.verifier, PETER])) == 2


class TestSign:
    @pytest.mark.parametrize("text", [b"no newline", b"tab\t\n", b"\xff\n", b""])
    def test_refuses_text_that_cannot_stand_in_a_note(self, text: bytes) -> None:
        with pytest.raises(NoteError):
            note.sign(text, [ANNA])

    def test_refuses_to_make_a_note_without_a_signature(self) -> None:
        with pytest.raises(NoteError):
            note.sign(b"text\n", [])


class TestKeys:
    @pytest.mark.parametrize("change", range(len(VKEY)))
    def test_no_character_of_a_vkey_can_change(self, change: int) -> None:
        changed = VKEY[:change] + chr(ord(VKEY[change]) + 1) + VKEY[change + 1 :]
        with pytest.raises(NoteError):
            Verifier.parse(changed)

    @pytest.mark.parametrize(
        "vkey",
        [
            "",
            "PeterNeumann",
            VKEY[:-1],
            VKEY + "=",
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ],
    )
    def test_refuses_a_vkey_of_another_length_or_algorithm(self, vkey: str) -> None:
        with pytest.raises(NoteError):
            Verifier.parse(vkey)

    @pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\t", "no\u00a0break"])
    def test_refuses_a_name_that_cannot_stand_in_a_line(self, name: str) -> None:
        with pytest.raises(NoteError):
            Signer(name, bytes(32))
        with pytest.raises(NoteError):
            Verifier(name, bytes(32))

    def test_generated_keys_differ(self) -> None:
        assert Signer.generate("a").seed != Signer.generate("a").seed

    def test_a_private_key_does_not_show_itself(self) -> None:
        shown = repr(ANNA)
        assert ANNA.seed.hex() not in shown
        assert repr(ANNA.seed) not in shown
        assert ANNA.key_id.hex() in shown

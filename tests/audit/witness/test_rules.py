"""Every answer that C2SP tlog-witness knows, and what is kept before one is given."""

import json
import re
from pathlib import Path

import pytest

from audit import checkpoint, note
from audit.checkpoint import Checkpoint
from audit.cosignature import cosigned_at
from audit.errors import NoteError, SubmissionError, WitnessFolderError
from audit.merkle import EMPTY_ROOT
from audit.note import NoteVerifier, Signer
from audit.submission import Submission
from audit.witness.folder import CONFLICTS, STATE, WitnessFolder
from audit.witness.rules import Answer, Witness
from tests.audit.builders import KEY, ORIGIN, OTHER_KEY
from tests.audit.witness.logs import AT, NAME, GrowingLog, a_folder, a_witness

LOG = GrowingLog()
FORK = GrowingLog(word="other")


@pytest.fixture
def folder(tmp_path: Path) -> WitnessFolder:
    return a_folder(tmp_path)


@pytest.fixture
def witness(folder: WitnessFolder) -> Witness:
    return a_witness(folder)


def status(answer: Answer) -> int:
    return answer.status.value


class TestCosigning:
    def test_gives_a_line_that_its_key_accepts_over_the_checkpoint(self, witness: Witness) -> None:
        answer = witness.add_checkpoint(LOG.submission(0, 7))
        assert status(answer) == 200
        cosigned = note.parse(LOG.signed(7) + answer.body)
        assert cosigned.verify([witness.signer.verifier]) == (witness.signer.verifier,)
        assert cosigned_at(cosigned.signatures[-1].signature) == AT
        assert re.fullmatch(f"\N{EM DASH} {NAME} [A-Za-z0-9+/]+={{0,2}}\n", answer.body.decode())

    def test_goes_on_from_what_it_cosigned_last(self, witness: Witness) -> None:
        for old, size in [(0, 3), (3, 8), (8, 8), (8, 13)]:
            assert status(witness.add_checkpoint(LOG.submission(old, size))) == 200

    def test_takes_an_empty_log_of_the_one_root_that_it_can_have(self, witness: Witness) -> None:
        made_up = checkpoint.sign(Checkpoint(ORIGIN, 0, bytes(32)), KEY)
        assert status(witness.add_checkpoint(Submission(0, (), made_up).encode())) == 422
        empty = checkpoint.sign(Checkpoint(ORIGIN, 0, EMPTY_ROOT), KEY)
        assert status(witness.add_checkpoint(Submission(0, (), empty).encode())) == 200

    def test_keeps_logs_apart(self, tmp_path: Path) -> None:
        second = Signer("second.example/log", bytes(range(2, 34)))
        witness = a_witness(a_folder(tmp_path, KEY, second))
        other = GrowingLog(word="second", origin=second.name, key=second)
        assert status(witness.add_checkpoint(LOG.submission(0, 7))) == 200
        assert status(witness.add_checkpoint(other.submission(0, 3))) == 200
        assert [head and head.size for _, head in witness.heads()] == [7, 3]

    def test_takes_any_key_that_it_trusts_for_the_log(self, folder: WitnessFolder, witness: Witness) -> None:
        renewed = GrowingLog(key=OTHER_KEY)
        assert status(witness.add_checkpoint(renewed.submission(0, 7))) == 403
        folder.add_log(OTHER_KEY.verifier.vkey)
        assert status(witness.add_checkpoint(renewed.submission(0, 7))) == 200

    def test_ignores_lines_of_keys_that_it_does_not_know(self, witness: Witness) -> None:
        signed = note.add_signatures(LOG.signed(7), [Signer("stranger.example", bytes(32))])
        assert status(witness.add_checkpoint(Submission(0, (), signed).encode())) == 200


class TestRefusing:
    def test_a_log_that_nobody_told_it_of(self, witness: Witness) -> None:
        stranger = Signer("stranger.example/log", bytes(32))
        other = GrowingLog(origin=stranger.name, key=stranger)
        assert status(witness.add_checkpoint(other.submission(0, 7))) == 404

    def test_a_checkpoint_that_the_log_did_not_sign(self, witness: Witness) -> None:
        assert status(witness.add_checkpoint(GrowingLog(key=OTHER_KEY).submission(0, 7))) == 403
        altered = LOG.submission(0, 7).replace(b"\n7\n", b"\n8\n")
        assert status(witness.add_checkpoint(altered)) == 403

    def test_an_old_size_past_the_checkpoint(self, witness: Witness) -> None:
        assert status(witness.add_checkpoint(Submission(9, (), LOG.signed(7)).encode())) == 400

    def test_another_old_size_than_it_cosigned_naming_its_own(self, witness: Witness) -> None:
        witness.add_checkpoint(LOG.submission(0, 7))
        answer = witness.add_checkpoint(LOG.submission(5, 9))
        assert answer == Answer(answer.status, b"7\n", "text/x.tlog.size")
        assert status(answer) == 409

    def test_a_smaller_tree(self, witness: Witness) -> None:
        witness.add_checkpoint(LOG.submission(0, 7))
        assert status(witness.add_checkpoint(LOG.submission(0, 5))) == 409
        assert status(witness.add_checkpoint(LOG.submission(5, 5))) == 409
        assert status(witness.add_checkpoint(Submission(7, (), LOG.signed(5)).encode())) == 400

    def test_another_root_for_a_size_that_it_cosigned_and_keeps_what_shows_it(
        self, folder: WitnessFolder, witness: Witness, tmp_path: Path
    ) -> None:
        witness.add_checkpoint(LOG.submission(0, 7))
        assert status(witness.add_checkpoint(FORK.submission(7, 7))) == 422
        (kept,) = (tmp_path / "witness" / CONFLICTS).iterdir()
        assert kept.read_bytes() == FORK.signed(7)
        assert folder.last(ORIGIN) == LOG.signed(7)

    def test_a_history_that_does_not_continue(self, witness: Witness, folder: WitnessFolder) -> None:
        witness.add_checkpoint(LOG.submission(0, 7))
        assert status(witness.add_checkpoint(FORK.submission(7, 9))) == 422
        assert folder.last(ORIGIN) == LOG.signed(7)

    def test_a_proof_where_there_is_nothing_to_prove(self, witness: Witness) -> None:
        body = Submission(0, (bytes(32),), LOG.signed(7)).encode()
        assert status(witness.add_checkpoint(body)) == 422
        witness.add_checkpoint(LOG.submission(0, 7))
        assert status(witness.add_checkpoint(Submission(7, (bytes(32),), LOG.signed(7)).encode())) == 422

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"old 0\n",
            LOG.signed(7),
            b"old 00\n\n" + LOG.signed(7),
            b"old -1\n\n" + LOG.signed(7),
            b"Old 0\n\n" + LOG.signed(7),
            b"old 0\nAAAA\n\n" + LOG.signed(7),
            b"old 0\nnot base64!\n\n" + LOG.signed(7),
            b"old 0\r\n\r\n" + LOG.signed(7),
            b"old 0\n\nno checkpoint\n",
            b"old 0\n\n" + LOG.signed(7)[:-1],
            Submission(0, (bytes(32),) * 64, LOG.signed(7)).encode(),
            b"old 0\n\n" + LOG.signed(7) + LOG.signed(7) * 400,
        ],
    )
    def test_what_is_not_a_submission(self, witness: Witness, body: bytes) -> None:
        assert status(witness.add_checkpoint(body)) == 400

    def test_is_written_byte_for_byte_as_the_protocol_has_it(self) -> None:
        body = Submission(2, (bytes(32), b"\xff" * 32), LOG.signed(3)).encode()
        head = b"old 2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n//////////////////////////////////////////8=\n\n"
        assert body == head + LOG.signed(3)
        assert Submission.parse(body).encode() == body
        with pytest.raises(SubmissionError):
            Submission.parse(body.replace(b"=\n\n", b"=\n"))


class TestRemembering:
    def test_outlives_the_process(self, folder: WitnessFolder, witness: Witness) -> None:
        witness.add_checkpoint(LOG.submission(0, 7))
        again = a_witness(folder)
        assert status(again.add_checkpoint(FORK.submission(0, 9))) == 409
        assert status(again.add_checkpoint(FORK.submission(7, 9))) == 422

    def test_signs_nothing_that_it_cannot_keep(
        self, folder: WitnessFolder, witness: Witness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(WitnessFolderError, match="No space left"):
            witness.add_checkpoint(LOG.submission(0, 7))
        assert folder.last(ORIGIN) is None

    @pytest.mark.parametrize("content", [None, b"", b"{}", b'{"logs": {"x": "no checkpoint"}}', b'{"logs": {}} {'])
    def test_signs_nothing_once_it_has_forgotten(self, witness: Witness, tmp_path: Path, content: bytes | None) -> None:
        state = tmp_path / "witness" / STATE
        state.unlink()
        if content is not None:
            state.write_bytes(content)
        with pytest.raises(WitnessFolderError, match=re.escape(STATE)):
            witness.add_checkpoint(LOG.submission(0, 7))

    def test_can_be_read_by_a_person(self, folder: WitnessFolder, witness: Witness, tmp_path: Path) -> None:
        witness.add_checkpoint(LOG.submission(0, 7))
        assert json.loads((tmp_path / "witness" / STATE).read_text()) == {"logs": {ORIGIN: LOG.signed(7).decode()}}

    def test_shows_what_it_cosigned_to_whoever_watches_the_log(self, witness: Witness) -> None:
        assert witness.held(ORIGIN) is None
        witness.add_checkpoint(LOG.submission(0, 7))
        held = witness.held(ORIGIN)
        assert held is not None
        keys: list[NoteVerifier] = [KEY.verifier, witness.signer.verifier]
        assert set(note.parse(held).verify(keys)) == set(keys)

    def test_keeps_a_bounded_number_of_conflicts(self, witness: Witness, tmp_path: Path) -> None:
        witness.add_checkpoint(LOG.submission(0, 7))
        for size in range(8, 80):
            witness.add_checkpoint(Submission(7, (), LOG.signed(size)).encode())
        assert len(list((tmp_path / "witness" / CONFLICTS).iterdir())) == 64


class TestFolder:
    def test_has_a_key_that_its_owner_alone_can_read(self, folder: WitnessFolder, tmp_path: Path) -> None:
        assert (tmp_path / "witness" / "key").stat().st_mode & 0o777 == 0o600
        name, seed = folder.key()
        assert (name, len(seed)) == (NAME, 32)

    def test_is_never_made_over_another(self, folder: WitnessFolder, tmp_path: Path) -> None:
        with pytest.raises(WitnessFolderError, match="holds a witness already"):
            WitnessFolder.create(tmp_path / "witness", NAME)

    @pytest.mark.parametrize("text", ["", "PRIVATE+KEY+a+00000000+AAAA", "PRIVATE+KEY+a+00000000+" + "A" * 44])
    def test_refuses_a_damaged_key(self, folder: WitnessFolder, tmp_path: Path, text: str) -> None:
        (tmp_path / "witness" / "key").write_text(text)
        with pytest.raises(WitnessFolderError):
            folder.key()

    def test_names_the_line_of_the_list_that_is_no_key(self, folder: WitnessFolder, tmp_path: Path) -> None:
        with (tmp_path / "witness" / "logs").open("a") as file:
            file.write("not a key\n")
        with pytest.raises(WitnessFolderError, match="logs, line 3"):
            folder.logs()

    def test_watches_only_what_is_a_logs_key(self, folder: WitnessFolder, witness: Witness) -> None:
        with pytest.raises(NoteError):
            folder.add_log(witness.signer.verifier.vkey)
        folder.add_log(KEY.verifier.vkey)
        assert folder.logs() == {ORIGIN: (KEY.verifier,)}

    def test_serves_one_process_at_a_time(self, folder: WitnessFolder, tmp_path: Path) -> None:
        with folder.alone():
            again = WitnessFolder(tmp_path / "witness")
            with pytest.raises(WitnessFolderError, match="another process"), again.alone():
                pass
        with folder.alone():
            pass

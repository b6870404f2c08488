"""A log that a witness watches, and the witness's folder."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from audit import checkpoint
from audit.checkpoint import Checkpoint
from audit.inclusion import consistency_proof
from audit.merkle import leaf_hash, root_from_hashes
from audit.note import Signer
from audit.submission import Submission
from audit.witness.folder import WitnessFolder
from audit.witness.rules import Witness
from tests.audit.builders import KEY, ORIGIN, nodes_over

NAME = "witness.example/w1"
AT = datetime(2024, 3, 4, 12, 5, tzinfo=UTC)


@dataclass
class GrowingLog:
    """Leaves that are `word` and a number; another word is another history."""

    word: str = "leaf"
    origin: str = ORIGIN
    key: Signer = KEY
    hashes: list[bytes] = field(default_factory=list)

    def signed(self, size: int) -> bytes:
        return checkpoint.sign(Checkpoint(self.origin, size, root_from_hashes(self._upto(size))), self.key)

    def proof(self, old: int, size: int) -> tuple[bytes, ...]:
        return tuple(consistency_proof(old, size, nodes_over(self._upto(size))))

    def submission(self, old: int, size: int) -> bytes:
        return Submission(old, self.proof(old, size), self.signed(size)).encode()

    def _upto(self, size: int) -> list[bytes]:
        return [leaf_hash(f"{self.word} {number}".encode()) for number in range(size)]


def a_folder(path: Path, *logs: Signer) -> WitnessFolder:
    folder = WitnessFolder.create(path / "witness", NAME)
    for key in logs or (KEY,):
        folder.add_log(key.verifier.vkey)
    return folder


def a_witness(folder: WitnessFolder) -> Witness:
    return Witness(folder, lambda: AT)

"""Proofs to carry away (C2SP tlog-proof): an entry's place, its inclusion proof and the checkpoint, in one small file.

Verified offline with nothing but the entry, the log's public key and its origin.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from audit import checkpoint, note
from audit.checkpoint import Checkpoint
from audit.errors import NoteError, ProofError
from audit.inclusion import verify_inclusion
from audit.merkle import HASH_BYTES
from audit.note import NoteVerifier

MAX_PROOF_HASHES = 63
"""A path of a tree of fewer than 2^63 leaves has no more."""

_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True)
class LogProof:
    """That some entry is leaf `index` of a log."""

    index: int
    hashes: tuple[bytes, ...]
    """The inclusion proof, the leaf's sibling first."""
    checkpoint: bytes
    """The signed note, as the log and its witnesses gave it."""
    extra: bytes | None = None
    """Context that nobody signed; never to be trusted."""

    def encode(self) -> bytes:
        """The file's content; its name ends in `.tlog-proof`."""
        lines = [_FIRST_LINE]
        if self.extra is not None:
            lines.append(f"extra {_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += (_base64(value) for value in self.hashes)
        return "\n".join((*lines, "", "")).encode() + self.checkpoint

    @classmethod
    def parse(cls, content: bytes) -> "LogProof":
        """Read a proof, without verifying it.

        Raises:
            ProofError: it is not in the one form of tlog-proof v1.
        """
        head, blank, signed = content.partition(b"\n\n")
        if not blank:
            raise ProofError("a log proof has an empty line before its checkpoint")
        try:
            return _parse(head.decode("ascii").split("\n"), signed)
        except (UnicodeDecodeError, NoteError) as error:
            raise ProofError("a line of the log proof is not as tlog-proof has it") from error

    def verify(self, hashed_leaf: bytes, verifiers: Iterable[NoteVerifier], *, origin: str) -> Checkpoint:
        """Check that the leaf with this hash is in the log `origin`, and return the checkpoint that shows it.

        The caller recomputes the hash from the entry's own bytes, and decides whether the checkpoint is recent enough
        and has the witnesses that they demand.

        Raises:
            ProofError: the proof does not lead from the leaf to the checkpoint's root.
            NoteError, CheckpointError: the checkpoint is malformed, of another log, or signed by no trusted key.
        """
        trusted = checkpoint.verify(self.checkpoint, verifiers, origin=origin)
        verify_inclusion(self.index, trusted.size, hashed_leaf, self.hashes, trusted.root)
        return trusted


def _parse(lines: list[str], signed: bytes) -> LogProof:
    if lines.pop(0) != _FIRST_LINE:
        raise ProofError("not a log proof of version 1")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = note.from_base64(lines.pop(0).removeprefix("extra "))
    match = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if match is None:
        raise ProofError("a log proof names its leaf in a line of its own")
    if len(lines) > MAX_PROOF_HASHES:
        raise ProofError(f"no inclusion proof has {len(lines)} hashes")
    hashes = tuple(note.from_base64(line) for line in lines)
    if any(len(value) != HASH_BYTES for value in hashes):
        raise ProofError(f"a hash in a log proof is not {HASH_BYTES} bytes")
    return LogProof(int(match[1]), hashes, signed, extra)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")

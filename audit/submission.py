"""What a log sends to a witness (C2SP tlog-witness v1.1, add-checkpoint): old size, consistency proof, checkpoint."""

import base64
import hashlib
import re
from dataclasses import dataclass

from audit import note
from audit.errors import NoteError, SubmissionError
from audit.merkle import HASH_BYTES

MAX_PROOF_LINES = 63
"""C2SP's bound; a consistency proof between trees of fewer than 2^63 leaves has no more."""

MAX_SUBMISSION_BYTES = 65_536
"""Keeps a hostile log from filling a witness's memory; ours with every line that it may have is a tenth of it."""

SIZE_TYPE = "text/x.tlog.size"
"""Content type of the answer that names the size which the witness cosigned last."""

ADD_CHECKPOINT = "add-checkpoint"
"""Where a witness takes submissions, below its submission prefix."""

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True)
class Submission:
    """One request for a cosignature, unverified."""

    old_size: int
    """The size that the witness is thought to have cosigned last; 0 if none."""
    proof: tuple[bytes, ...]
    """RFC 6962 section 2.1.2, from the old size to the checkpoint's."""
    checkpoint: bytes
    """The signed note."""

    def encode(self) -> bytes:
        """The body of the request."""
        lines = [f"old {self.old_size}", *(base64.b64encode(value).decode("ascii") for value in self.proof)]
        return "\n".join((*lines, "", "")).encode() + self.checkpoint

    @classmethod
    def parse(cls, body: bytes) -> "Submission":
        """Read the body of a request, strictly, without verifying anything.

        Raises:
            SubmissionError: it is not in the one form of add-checkpoint.
        """
        if len(body) > MAX_SUBMISSION_BYTES:
            raise SubmissionError(f"a submission of {len(body)} bytes; {MAX_SUBMISSION_BYTES} are read")
        head, blank, signed = body.partition(b"\n\n")
        try:
            first, *lines = head.decode("ascii").split("\n")
            proof = tuple(note.from_base64(line) for line in lines)
        except (UnicodeDecodeError, NoteError) as error:
            raise SubmissionError("a line of the consistency proof is not base64") from error
        match = _OLD.fullmatch(first)
        if not blank or match is None:
            raise SubmissionError("a submission is an old size, a proof, an empty line and a checkpoint")
        if len(proof) > MAX_PROOF_LINES:
            raise SubmissionError(f"no consistency proof has {len(proof)} hashes")
        if any(len(value) != HASH_BYTES for value in proof):
            raise SubmissionError(f"a hash of the consistency proof is not {HASH_BYTES} bytes")
        return cls(int(match[1]), proof, signed)


def held_path(origin: str) -> str:
    """Where a witness shows the checkpoint that it cosigned last for `origin`, below its monitoring prefix."""
    return f"{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"

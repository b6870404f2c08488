"""Checkpoints (C2SP tlog-checkpoint): a log's name, its number of leaves and its root, signed as a note."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from audit import note
from audit.errors import CheckpointError, NoteError
from audit.merkle import HASH_BYTES
from audit.note import NoteSigner, NoteVerifier

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """The state of a log at one size."""

    origin: str
    """The log's name: a URL without its scheme, by custom also the name of its key."""
    size: int
    root: bytes
    """32 bytes (RFC 6962 section 2.1)."""
    extensions: tuple[str, ...] = ()
    """Opaque lines; ours has none, since nobody can audit them."""

    def text(self) -> bytes:
        """The note's text: origin, size, base64 root and any extension lines.

        Raises:
            CheckpointError: a line is empty or holds a newline, or a number is out of range.
        """
        if any(not line or "\n" in line for line in (self.origin, *self.extensions)):
            raise CheckpointError("a checkpoint's lines are not empty and hold no newline")
        if not 0 <= self.size < 2**63 or len(self.root) != HASH_BYTES:
            raise CheckpointError("a checkpoint's size or root is out of range")
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode("ascii"), *self.extensions)
        return "".join(f"{line}\n" for line in lines).encode()


def sign(checkpoint: Checkpoint, *signers: NoteSigner) -> bytes:
    """`checkpoint` as a note signed by `signers`, the log's own key first.

    Raises:
        CheckpointError, NoteError: it cannot be written, or nobody signs.
    """
    return note.sign(checkpoint.text(), signers)


def parse(signed: bytes) -> Checkpoint:
    """Read a signed checkpoint **without** checking who signed it; `verify` does.

    Raises:
        NoteError: not a signed note.
        CheckpointError: its text is not a checkpoint.
    """
    return parse_text(note.parse(signed).text)


def verify(signed: bytes, verifiers: Iterable[NoteVerifier], *, origin: str | None = None) -> Checkpoint:
    """Read a checkpoint that at least one of `verifiers` signed, and that names `origin` if given.

    Raises:
        NoteError: not a note; also as `SignatureError` (changed) or `UntrustedNoteError` (signed by nobody trusted).
        CheckpointError: its text is not a checkpoint, or is another log's.
    """
    read = note.parse(signed)
    read.verify(verifiers)
    checkpoint = parse_text(read.text)
    if origin is not None and checkpoint.origin != origin:
        raise CheckpointError(f"a checkpoint of {checkpoint.origin!r}, not of {origin!r}")
    return checkpoint


def parse_text(text: bytes) -> Checkpoint:
    """Read a note's text as a checkpoint.

    Raises:
        CheckpointError: too few lines, an empty one, a size or root in any but its one form.
    """
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise CheckpointError("a checkpoint is UTF-8") from error
    if len(lines) < 4 or lines.pop() != "" or not all(lines):
        raise CheckpointError("a checkpoint is origin, size and root, each on a line that is not empty")
    origin, size, root, *extensions = lines
    if not _SIZE.fullmatch(size) or int(size) >= 2**63:
        raise CheckpointError("a checkpoint's size is a plain decimal number")
    try:
        decoded = note.from_base64(root)
    except NoteError as error:
        raise CheckpointError("a checkpoint's root is base64") from error
    if len(decoded) != HASH_BYTES:
        raise CheckpointError(f"a checkpoint's root is {HASH_BYTES} bytes")
    return Checkpoint(origin, int(size), decoded, tuple(extensions))

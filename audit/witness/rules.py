"""What a witness answers to a submission: the checks of C2SP tlog-witness in their order, one submission at a time.

What was decided is on the disk before a cosignature leaves: whatever dies in between, the witness never signs a smaller
tree afterwards, nor another root for a size.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from audit import checkpoint, note
from audit.checkpoint import Checkpoint
from audit.cosignature import WitnessSigner
from audit.errors import CheckpointError, NoteError, ProofError, SubmissionError
from audit.inclusion import verify_consistency
from audit.merkle import EMPTY_ROOT
from audit.note import Verifier
from audit.submission import SIZE_TYPE, Submission
from audit.witness.folder import WitnessFolder

PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """What goes back over HTTP."""

    status: HTTPStatus
    body: bytes
    content_type: str = PLAIN


class _RefusedError(Exception):
    """A submission is not cosigned, for the reason that the answer gives."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.answer = Answer(status, f"{why}\n".encode())


class _OtherSizeError(_RefusedError):
    """The witness cosigned another size last."""

    def __init__(self, size: int) -> None:
        super().__init__(HTTPStatus.CONFLICT, "")
        self.answer = Answer(HTTPStatus.CONFLICT, b"%d\n" % size, SIZE_TYPE)


class Witness:
    """Cosigns for the logs of one folder. Whoever calls lets one submission in at a time."""

    def __init__(self, folder: WitnessFolder, now: Callable[[], datetime]) -> None:
        """Read key and state; `now` gives aware time.

        Raises:
            WitnessFolderError: they are not there, or damaged.
        """
        self._folder = folder
        name, seed = folder.key()
        self.signer = WitnessSigner(name, seed, now)

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a submission, remembering what is cosigned before returning.

        Raises:
            WitnessFolderError: nothing can be remembered, so nothing is signed.
        """
        try:
            submission = Submission.parse(body)
            submitted = checkpoint.parse(submission.checkpoint)
        except (SubmissionError, NoteError, CheckpointError) as error:
            return Answer(HTTPStatus.BAD_REQUEST, f"{error}\n".encode())
        try:
            kept = self._check(submission, submitted)
        except _RefusedError as refused:
            return refused.answer
        if kept != submission.checkpoint:
            self._folder.remember(submitted.origin, submission.checkpoint)
        text = note.parse(submission.checkpoint).text
        return Answer(HTTPStatus.OK, note.signature_line(self.signer, text))

    def held(self, origin: str) -> bytes | None:
        """The checkpoint that was cosigned last for `origin`, with a cosignature made now; none before the first."""
        signed = self._folder.last(origin)
        return None if signed is None else note.add_signatures(signed, [self.signer])

    def heads(self) -> list[tuple[str, Checkpoint | None]]:
        """The logs that are watched, each with its last cosigned state."""
        origins = sorted(self._folder.logs())
        return [(origin, self._last(origin)) for origin in origins]

    def _check(self, submission: Submission, submitted: Checkpoint) -> bytes | None:
        """Return the checkpoint that was remembered until now.

        Raises:
            _RefusedError: it is not to be cosigned.
        """
        origin = submitted.origin
        verifiers = self._folder.logs().get(origin)
        if verifiers is None:
            raise _RefusedError(HTTPStatus.NOT_FOUND, f"this witness does not watch the log {origin}")
        _check_signature(submission.checkpoint, verifiers)
        if submission.old_size > submitted.size:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint's")
        last = self._last(origin)
        size, root = (0, EMPTY_ROOT) if last is None else (last.size, last.root)
        if submission.old_size != size:
            raise _OtherSizeError(size)
        if size == submitted.size and root != submitted.root:
            self._folder.keep_conflict(submission.checkpoint)
            # C2SP tlog-witness v1.1; v1.0 had 409 here, from which a log could not tell a fork from a size it forgot.
            raise _RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"another root was cosigned for {size} entries")
        try:
            verify_consistency(size, submitted.size, root, submitted.root, submission.proof)
        except ProofError as error:
            self._folder.keep_conflict(submission.checkpoint)
            raise _RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
        return self._folder.last(origin)

    def _last(self, origin: str) -> Checkpoint | None:
        signed = self._folder.last(origin)
        return None if signed is None else checkpoint.parse(signed)


def _check_signature(signed: bytes, verifiers: Iterable[Verifier]) -> None:
    try:
        note.parse(signed).verify(verifiers)
    except NoteError as error:
        raise _RefusedError(HTTPStatus.FORBIDDEN, str(error)) from error

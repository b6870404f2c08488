"""What can be wrong with the bytes of an audit trail. Each error has a stable `code`; none knows HTTP."""

from typing import ClassVar


class AuditError(Exception):
    """The root of every error that this package raises on purpose."""

    code: ClassVar[str] = "audit.error"


class EntryError(AuditError):
    """An entry cannot be written, or its bytes are not an entry."""

    code: ClassVar[str] = "audit.entry.malformed"


class EntryTooLargeError(EntryError):
    """An entry needs more than 65,535 bytes, the most that an entry bundle can carry (C2SP tlog-tiles)."""

    code: ClassVar[str] = "audit.entry.too_large"


class NotCanonicalError(EntryError):
    """An entry says something readable in bytes other than its one canonical form (RFC 8785)."""

    code: ClassVar[str] = "audit.entry.not_canonical"


class TreeError(AuditError):
    """A tree's state, size or index makes no sense."""

    code: ClassVar[str] = "audit.tree.malformed"


class ProofError(AuditError):
    """A proof is malformed, or does not lead to the root that it was held against."""

    code: ClassVar[str] = "audit.proof.invalid"


class ContinuationError(AuditError):
    """An entry that gives the log a new name contradicts itself."""

    code: ClassVar[str] = "audit.continuation.invalid"


class NoteError(AuditError):
    """Bytes are not a signed note, or a key is not a note key (C2SP signed-note)."""

    code: ClassVar[str] = "audit.note.malformed"


class SignatureError(NoteError):
    """A trusted key's signature on a note does not verify: the note was changed, or the signature was made up."""

    code: ClassVar[str] = "audit.note.signature_invalid"


class UntrustedNoteError(NoteError):
    """A note carries no signature of any trusted key."""

    code: ClassVar[str] = "audit.note.untrusted"


class CheckpointError(AuditError):
    """A note's text is not a checkpoint (C2SP tlog-checkpoint), or not one of this log."""

    code: ClassVar[str] = "audit.checkpoint.malformed"


class TileError(AuditError):
    """A tile's path, width or content is not what C2SP tlog-tiles allows."""

    code: ClassVar[str] = "audit.tile.malformed"


class SubmissionError(AuditError):
    """A request to a witness is not what C2SP tlog-witness allows."""

    code: ClassVar[str] = "audit.submission.malformed"


class PolicyError(AuditError):
    """A list of logs, witnesses and quorum is not what C2SP tlog-policy allows."""

    code: ClassVar[str] = "audit.policy.malformed"


class WitnessFolderError(AuditError):
    """What a witness keeps is not there, damaged, or in use by another process; it cosigns nothing then."""

    code: ClassVar[str] = "audit.witness.folder"


class SourceError(AuditError):
    """A log cannot be read at all, so nothing can be said about it."""

    code: ClassVar[str] = "audit.source.unreadable"


class NoticeError(AuditError):
    """A token does not say what the log's entry about it would hold."""

    code: ClassVar[str] = "audit.notice.malformed"


class BundleError(AuditError):
    """A file is not a bundle, or not in its one form."""

    code: ClassVar[str] = "audit.bundle.malformed"

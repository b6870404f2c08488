"""Who signed a checkpoint, and whether that counts: trusted keys, retired keys, witnesses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from audit import note
from audit.checkpoint import Checkpoint, parse_text
from audit.errors import CheckpointError, NoteError, SignatureError, UntrustedNoteError
from audit.note import Verifier
from audit.outside import Outside
from audit.policy import TrustPolicy
from audit.report import Findings, Verdict

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Policy:
    """What a verifier demands beyond the log's keys."""

    origin: str | None = None
    """The log's name; without it, all checkpoints need only name the same."""
    retired: Mapping[str, int] = field(default_factory=dict)
    """vkeys that once signed, each with the size of the last checkpoint that it may have signed."""
    witnesses: tuple[str, ...] = ()
    """vkeys of witnesses (C2SP tlog-cosignature)."""
    quorum: int = 0
    """Witnesses that must have signed the newest checkpoint."""
    trust: TrustPolicy | None = None
    """Logs, witnesses and quorum as a policy file has them; then `witnesses` and `quorum` are not looked at."""
    sequencing_grace: timedelta = timedelta(minutes=1)
    """How long an event may wait for its leaf before it counts as pending, or as suppressed when it waits no more."""
    stale_after: timedelta = timedelta(minutes=5)
    """How long a leaf may wait for a checkpoint over it."""
    clock_skew: timedelta = timedelta(minutes=5)
    """How far an entry may lie ahead of the verifier's clock."""


class Signatures:
    """Checks checkpoints, one after another, and reports what is wrong with them."""

    def __init__(self, findings: Findings, vkeys: Iterable[str], policy: Policy) -> None:
        """Read the keys.

        Raises:
            NoteError: one of them is not a vkey, or there is none.
        """
        self._findings = findings
        self._policy = policy
        self.trust = policy.trust or TrustPolicy.of(policy.witnesses, policy.quorum)
        self._retired = {Verifier.parse(vkey): size for vkey, size in policy.retired.items()}
        self._keys = [*(Verifier.parse(vkey) for vkey in vkeys), *self.trust.logs, *self._retired]
        if not self._keys:
            raise NoteError("a verification needs the log's public key")
        self._former: list[Verifier] = []
        self.origin = policy.origin

    def learn(self, newest: bytes | None, former: Iterable[str]) -> None:
        """Take the log's name from its newest checkpoint, if nobody demands one and a trusted key signed it.

        `former` are vkeys that signed under earlier names, as the log says: they count for those names alone.
        """
        self._former = [Verifier.parse(vkey) for vkey in former]
        if newest is None or self.origin is not None:
            return
        try:
            read = note.parse(newest)
            read.verify(self._keys)
            self.origin = parse_text(read.text).origin
        except (NoteError, CheckpointError):
            return  # reported where it is checked

    def check(self, signed: bytes, *, former: bool = False) -> Checkpoint | None:
        """The checkpoint, if a trusted key signed it for this log; otherwise the reason is reported."""
        try:
            return self.read(signed, former=former)
        except SignatureError as error:
            self._findings.add(Verdict.EDITED, describe(signed), f"it was changed after it was signed: {error}")
        except UntrustedNoteError:
            self._findings.add(Verdict.CANNOT_EXCLUDE, describe(signed), "no key that we trust has signed it")
        except (NoteError, CheckpointError) as error:
            self._findings.add(Verdict.EDITED, "a checkpoint", f"it cannot be read: {error}")
        return None

    def read(self, signed: bytes, *, former: bool = False) -> Checkpoint | None:
        """As `check`, but what is wrong with signature or form is raised.

        With `former` one of another name is given too: whether the log ever had that name, the whole of it tells.

        Raises:
            NoteError, CheckpointError: not a checkpoint signed by a trusted key.
        """
        read = note.parse(signed)
        checkpoint = parse_text(read.text)
        is_former = former and self.origin is not None and checkpoint.origin != self.origin
        signers = read.verify([*self._keys, *self._former] if is_former else self._keys)
        self.origin = self.origin or checkpoint.origin
        subject = f"checkpoint of {checkpoint.size:,}"
        if is_former:
            return checkpoint
        if checkpoint.origin != self.origin:
            detail = f"it is of the log {checkpoint.origin!r}, not of {self.origin!r}"
            self._findings.add(Verdict.INCONSISTENT, subject, detail)
            return None
        limits = [self._retired.get(signer) for signer in signers if isinstance(signer, Verifier)]
        if all(limit is not None and checkpoint.size > limit for limit in limits):
            self._findings.add(Verdict.RETIRED_KEY, subject, "it is signed only by a key that had been retired")
            return None
        return checkpoint

    def count_witnesses(self, signed: bytes) -> int:
        """How many witnesses signed, reporting when they are not enough for the policy."""
        outside = Outside(self._findings, self.trust)
        return outside.conclude(signed, describe(signed), lambda _: None, _NEVER, timedelta()).newest


def describe(signed: bytes) -> str:
    """A checkpoint as the subject of a finding."""
    try:
        return f"checkpoint of {parse_text(note.parse(signed).text).size:,}"
    except (NoteError, CheckpointError):
        return "a checkpoint"

"""How far people outside have seen a log: the newest checkpoint that enough witnesses cosigned."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit import note
from audit.checkpoint import Checkpoint
from audit.cosignature import WitnessVerifier, cosigned_at
from audit.errors import SignatureError, UntrustedNoteError
from audit.policy import TrustPolicy
from audit.report import Findings, Verdict

_LOOKED_BACK = 1_000
"""Checkpoints that are looked through for one with a quorum, newest first: a log signs one a second at most."""


def cosigners(signed: bytes, trust: TrustPolicy) -> tuple[WitnessVerifier, ...]:
    """The trusted witnesses that cosigned a checkpoint.

    Raises:
        NoteError: not a note; as `SignatureError`, if a line claims to be by one of them and is not.
    """
    try:
        found = note.parse(signed).verify([each.verifier for each in trust.witnesses])
    except UntrustedNoteError:
        return ()
    return tuple(each for each in found if isinstance(each, WitnessVerifier))


def last_cosigned(signed: bytes, trust: TrustPolicy) -> datetime | None:
    """When the last of the trusted witnesses saw a checkpoint; none if none of them did.

    Raises:
        NoteError: as of `cosigners`.
    """
    have = {(each.name, each.key_id) for each in cosigners(signed, trust)}
    lines = (each for each in note.parse(signed).signatures if (each.name, each.key_id) in have)
    return max((cosigned_at(each.signature) for each in lines), default=None)


def sentence(signed: bytes, trust: TrustPolicy, what: str) -> tuple[str, int]:
    """The verdict over something else that holds under a checkpoint, with who outside has seen that; and exit code.

    Raises:
        NoteError: as of `cosigners`.
    """
    have = cosigners(signed, trust)
    if not trust.is_met(have):
        return f"Cannot conclude (unwitnessed): {what}, but the quorum is {trust}.", 3
    names = f", witnessed by {', '.join(each.name for each in have)}" if have else ", unwitnessed"
    return f"Verified{names}: {what}.", 0


@dataclass(frozen=True)
class Seen:
    """What witnesses have seen."""

    newest: int = 0
    """How many cosigned the newest checkpoint."""
    size: int = 0
    """Size of the newest checkpoint with a quorum; without a demanded one, with any witness."""


class Outside:
    """Looks at one checkpoint after another, and says at the end what is unwitnessed."""

    def __init__(self, findings: Findings, trust: TrustPolicy) -> None:
        """Report to `findings`."""
        self._findings = findings
        self._trust = trust
        self._last: deque[tuple[int, bytes]] = deque(maxlen=_LOOKED_BACK)

    def see(self, head: Checkpoint, signed: bytes) -> None:
        """Remember a checkpoint that the log did sign, in the order of their sizes."""
        self._last.append((head.size, signed))

    def conclude(
        self, newest: bytes, subject: str, time_of: Callable[[int], datetime | None], now: datetime, grace: timedelta
    ) -> Seen:
        """Report what witnesses have not seen of the log up to `newest`.

        A tail that is younger than `grace` counts as a note: its witnesses may be on their way. A log of which they
        have seen nothing is never excused so, since whoever makes up a log makes up its times.
        """
        try:
            have = cosigners(newest, self._trust)
        except SignatureError as error:
            self._findings.add(Verdict.EDITED, subject, str(error))
            have = ()
        size = self._last_seen()
        count = len(have)
        if not self._trust.demands:
            if count == 0:
                detail = (
                    "none of the witnesses has signed that they saw it"
                    if self._trust.witnesses
                    else "no witness was named (--policy), so it is not known whether anybody outside has seen it"
                )
                self._findings.add(Verdict.UNWITNESSED, subject, detail, note=True)
            return Seen(count, size)
        if not self._trust.is_met(have):
            self._report(subject, count, size, time_of, now - grace)
        return Seen(count, size)

    def _report(
        self, subject: str, count: int, size: int, time_of: Callable[[int], datetime | None], young: datetime
    ) -> None:
        detail = f"{count} witnesses have signed it; the quorum is {self._trust}"
        since = time_of(size) if size else None
        if since is None:
            self._findings.add(Verdict.UNWITNESSED, subject, detail)
            return
        detail += f"; nothing from entry {size:,} on, of {since.isoformat()}, is witnessed"
        self._findings.add(Verdict.UNWITNESSED, subject, detail, note=since > young)

    def _last_seen(self) -> int:
        for size, signed in reversed(self._last):
            try:
                have = cosigners(signed, self._trust)
            except SignatureError:
                continue
            if have and self._trust.is_met(have):
                return size
        return 0

"""What a verification found, in words that a person and a program can both act on."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum, StrEnum

import msgspec

from audit.entry import format_time
from audit.made_up import MadeUp, kind_of, warning

KEPT_FINDINGS = 20
"""Findings of one verdict and weight that a report names one by one; the rest are counted."""


class Verdict(StrEnum):
    """What one finding, or the whole log, comes to."""

    VERIFIED = "verified"
    EDITED = "edited"
    """Bytes were changed after they were logged or signed."""
    MISSING = "missing"
    """A leaf is gone from within the log."""
    SUPPRESSED = "suppressed"
    """An event was recorded, became no leaf, and does not wait to become one either."""
    PENDING = "pending"
    """An event was recorded and still waits to become a leaf, longer than it should: nobody runs the sequencer."""
    TRUNCATED = "truncated"
    """A signed checkpoint promises more leaves than there are."""
    INCONSISTENT = "inconsistent"
    """The leaves do not lead to a root that was signed."""
    SPLIT_VIEW = "split_view"
    """Two roots were signed for one size."""
    STALE = "stale"
    """The newest checkpoint is older than it may be, so what came since is not vouched for."""
    UNWITNESSED = "unwitnessed"
    """Too few people outside have signed that they saw the checkpoint."""
    DUPLICATE = "duplicate"
    """An event stands in the log twice."""
    NOT_CANONICAL = "not_canonical"
    """A leaf is not an entry in its one form."""
    INCOMPLETE_VISIT = "incomplete_visit"
    """A visit's chain has a gap or does not continue from the entry before."""
    TIME_ORDER = "time_order"
    """Time runs backwards within a visit, or an entry lies in the future."""
    RETIRED_KEY = "retired_key"
    """A checkpoint was signed only by a key that no longer signs."""
    EVIDENCE_MISSING = "evidence_missing"
    """A yes or a token that the log tells of is not kept any more."""
    EVIDENCE_ALTERED = "evidence_altered"
    """What is kept of a yes, or a token, is not what the log tells of."""
    EVIDENCE_INVALID = "evidence_invalid"
    """What is kept of a yes does not prove it: a provider's or a passkey's signature does not fit it."""
    EVIDENCE_UNPROVEN = "evidence_unproven"
    """A sign-in was kept without the provider's key, so that its signature cannot be checked again."""
    TOKEN_INVALID = "token_invalid"
    """A delegation or a permit does not bear our signature, or says something else than the log."""
    STATEMENT_DIFFERS = "statement_differs"
    """A statement written again from the record is not the one that was approved."""
    ERASED = "erased"
    """A resident's values were made unreadable; the log says so, and that is not an error."""
    CONTINUED = "continued"
    """The log goes on under a new name, and says how many entries are missing: not an error, and said for ever."""
    CANNOT_EXCLUDE = "cannot_exclude"
    """Nothing contradicts the log, but something that would vouch for it is not there."""
    BAD_INPUT = "bad_input"
    """A key or checkpoint that the caller handed in cannot be used."""


class Severity(IntEnum):
    """How a finding weighs; a report is as grave as its gravest finding."""

    NOTE = 0
    INCONCLUSIVE = 1
    VIOLATION = 2
    BAD_INPUT = 3


_EXIT_CODES = {Severity.NOTE: 0, Severity.VIOLATION: 1, Severity.BAD_INPUT: 2, Severity.INCONCLUSIVE: 3}
_KEEP_ALL = (
    "keep what was read and this report as they are, have nobody mend anything, and tell the other auditors. A backup "
    "from before, or the same asked for anew, verified in the same way, shows what stood there"
)
_TWO_HISTORIES = (
    "keep both: the checkpoint that was signed, and the log as it is now. The log's own signature under two histories "
    "is proof that needs nobody's word; show it to the other auditors and to the witnesses"
)
_ASK_EVIDENCE = "ask the operator for what is missing or altered, and the resident for their copy of it"
_NEXT_STEPS = {
    Verdict.EDITED: _KEEP_ALL,
    Verdict.MISSING: _KEEP_ALL,
    Verdict.SUPPRESSED: _KEEP_ALL,
    Verdict.DUPLICATE: _KEEP_ALL,
    Verdict.NOT_CANONICAL: _KEEP_ALL,
    Verdict.INCOMPLETE_VISIT: _KEEP_ALL,
    Verdict.TIME_ORDER: _KEEP_ALL,
    Verdict.TRUNCATED: _TWO_HISTORIES,
    Verdict.INCONSISTENT: _TWO_HISTORIES,
    Verdict.SPLIT_VIEW: _TWO_HISTORIES,
    Verdict.RETIRED_KEY: "believe nothing that only the retired key signed, and ask the operator who still has it",
    Verdict.EVIDENCE_MISSING: _ASK_EVIDENCE,
    Verdict.EVIDENCE_ALTERED: _ASK_EVIDENCE,
    Verdict.PENDING: "have the operator start a worker, then verify again",
    Verdict.STALE: "see whether the operator's worker runs, fetch the checkpoint anew, and verify again",
    Verdict.UNWITNESSED: "verify again in some minutes; if it stays so, ask the witnesses what they hold of this log",
    Verdict.CANNOT_EXCLUDE: "get a checkpoint or key from somebody who does not run the log, and verify again with it",
}
"""What somebody who is told of it does next, where one can say so at all."""
_SEVERITIES = {
    Verdict.ERASED: Severity.NOTE,
    Verdict.CONTINUED: Severity.NOTE,
    Verdict.PENDING: Severity.INCONCLUSIVE,
    Verdict.EVIDENCE_UNPROVEN: Severity.INCONCLUSIVE,
    Verdict.STALE: Severity.INCONCLUSIVE,
    Verdict.UNWITNESSED: Severity.INCONCLUSIVE,
    Verdict.CANNOT_EXCLUDE: Severity.INCONCLUSIVE,
    Verdict.BAD_INPUT: Severity.BAD_INPUT,
}


@dataclass(frozen=True)
class Finding:
    """One thing that was found, at one place."""

    verdict: Verdict
    severity: Severity
    subject: str
    """What it is about, such as `leaf 17`, `checkpoint of 4,096`, `visit 3f…`."""
    detail: str
    """One sentence for a person."""
    index: int | None = None
    """The leaf, where it is about one."""
    times: int = 1
    """For how many it stands."""


@dataclass(frozen=True)
class Report:
    """The outcome of one verification."""

    checked_at: datetime
    origin: str | None
    size: int
    """Leaves that were read."""
    root: bytes | None
    """Root over all of them; `None` where a gap makes it unknowable."""
    vouched_size: int
    """Leaves under a checkpoint that was signed by a trusted key and agrees with them; later ones nobody has signed."""
    findings: tuple[Finding, ...]
    """At most 20 of each verdict and weight, in the order found; `totals` counts all."""
    totals: dict[Verdict, int]
    counts: dict[str, int]
    """How much was checked: `entries`, `visits`, `checkpoints`, `witnesses` of the newest one, `witnessed`
    entries, `unvouched` ones."""
    about: str = ""
    """What was read, in words, where it is not a whole log."""
    missing: int = 0
    """Entries that the log says that it has lost, whenever it was continued under a new name."""

    @property
    def severity(self) -> Severity:
        """That of the gravest finding; `NOTE` when there is none."""
        return max((finding.severity for finding in self.findings), default=Severity.NOTE)

    @property
    def verdict(self) -> Verdict:
        """`verified`, or the first of the gravest findings."""
        gravest = self.severity
        if gravest is Severity.NOTE:
            return Verdict.VERIFIED
        return next(finding.verdict for finding in self.findings if finding.severity is gravest)

    @property
    def made_up(self) -> MadeUp | None:
        """Of what kind the log is, where nobody in it is real."""
        return kind_of(self.origin)

    @property
    def exit_code(self) -> int:
        """0 verified, 1 violation, 2 bad input, 3 cannot conclude."""
        return _EXIT_CODES[self.severity]

    def with_more(self, findings: "Findings", counts: dict[str, int]) -> "Report":
        """This report with what was found beside the log, such as in the evidence that it tells of."""
        totals = Counter(self.totals) + findings.totals
        return replace(
            self,
            findings=(*self.findings, *findings.kept),
            totals=dict(totals),
            counts=self.counts | counts,
        )

    def to_json(self) -> str:
        """All of it as one JSON object; hashes in hex, time as RFC 3339."""
        return msgspec.json.encode(
            {
                "verdict": self.verdict,
                "exit_code": self.exit_code,
                "checked_at": format_time(self.checked_at),
                "origin": self.origin,
                "made_up": self.made_up,
                "size": self.size,
                "vouched_size": self.vouched_size,
                "missing": self.missing,
                "root": None if self.root is None else self.root.hex(),
                "counts": self.counts,
                "totals": self.totals,
                "findings": [
                    {
                        "verdict": finding.verdict,
                        "severity": finding.severity.name.lower(),
                        "subject": finding.subject,
                        "detail": finding.detail,
                        "index": finding.index,
                    }
                    for finding in self.findings
                ],
            }
        ).decode()

    def lines(self) -> list[str]:
        """The report in sentences, the verdict first; before it only, where that is so, that nobody is real."""
        lines = [self._headline()] if self.made_up is None else [warning(self.made_up), self._headline()]
        for verdict, total in self.totals.items():
            kept = [finding for finding in self.findings if finding.verdict is verdict]
            lines += (f"{verdict.value}: {finding.subject}: {finding.detail}" for finding in kept)
            if (more := total - sum(finding.times for finding in kept)) > 0:
                lines.append(f"{verdict.value}: and {more:,} more like these.")
        if self.exit_code and (step := _NEXT_STEPS.get(self.verdict)):
            lines.append(f"What to do: {step}.")
        return lines

    def _headline(self) -> str:
        read = self.about or f"{self.size:,} entries of {self.counts.get('visits', 0):,} visits and other chains"
        lost = f", {self.missing:,} entries missing for ever" if self.missing else ""
        match self.severity:
            case Severity.NOTE:
                verified = "Verified, unwitnessed" if Verdict.UNWITNESSED in self.totals else "Verified"
                verified += lost
                if self.about:
                    return f"{verified}: {read}."
                return f"{verified}: {read}; {self.vouched_size:,} of them under a signed checkpoint."
            case Severity.INCONCLUSIVE:
                return f"Cannot conclude ({self.verdict.value}){lost}: nothing contradicts the log, read: {read}."
            case Severity.VIOLATION:
                number = sum(self.totals.values())
                findings = "1 finding" if number == 1 else f"{number:,} findings"
                return f"NOT VERIFIED ({self.verdict.value}){lost}: {findings} in {read}."
            case Severity.BAD_INPUT:
                return "Nothing was checked: what was handed in cannot be used."


@dataclass
class Findings:
    """Collects findings, keeping the first of each verdict and weight and counting the rest."""

    kept: list[Finding] = field(default_factory=list)
    totals: Counter[Verdict] = field(default_factory=Counter)
    _named: Counter[tuple[Verdict, Severity]] = field(default_factory=Counter)
    """By weight too: notes that come first must not take the place of one that counts."""

    def add(
        self,
        verdict: Verdict,
        subject: str,
        detail: str,
        *,
        index: int | None = None,
        times: int = 1,
        note: bool = False,
    ) -> None:
        """Record a finding; `times` when it stands for several, `note` when it does not count against the log."""
        severity = Severity.NOTE if note else _SEVERITIES.get(verdict, Severity.VIOLATION)
        self.totals[verdict] += times
        self._named[verdict, severity] += 1
        if self._named[verdict, severity] <= KEPT_FINDINGS:
            self.kept.append(Finding(verdict, severity, subject, detail, index, times))

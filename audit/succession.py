"""A log that had other names before, as the verification of a whole log meets it.

Checkpoints of an earlier name are held against the tree like those of today's. What differs waits until every entry
was read: one that continued the log may admit it.
"""

from collections.abc import Iterable

from audit.checkpoint import Checkpoint
from audit.continuation import Continuations, Continued, Standing
from audit.errors import AuditError
from audit.glance import Glance, glance
from audit.inclusion import inclusion_proof, root_of_inclusion
from audit.merkle import NodeReader
from audit.report import Findings, Verdict

_MOST = 1_000
"""Differing checkpoints of earlier names that are remembered, and entries that are believed to continue the log."""


class Succession:
    """Takes what is met of earlier names, and says at the end what it comes to."""

    def __init__(self, findings: Findings) -> None:
        """Report to `findings`."""
        self._findings = findings
        self._stated = Continuations()
        self._different: dict[tuple[str, int, bytes], Checkpoint] = {}
        self._unheld = 0
        """Differing checkpoints beyond those that are remembered."""
        self._agreed: dict[str, int] = {}
        self._recorded = 0
        self.goes_on = False
        """Whether entries before the first were not read: one among them may have continued the log."""

    @property
    def missing(self) -> int:
        """Entries that the log says that it has lost."""
        return max(self._stated.missing, self._recorded)

    def compare(self, seen: Glance) -> None:
        """Hold the number that an entry about all chains' ends repeats against the entries that gave it."""
        said = seen.record
        if said is None:
            return
        if said.missing == self._stated.missing_before(said.size):
            return
        if self.goes_on and said.missing > self._stated.missing:
            self._recorded = max(self._recorded, said.missing)
            return
        detail = f"it says that {said.missing:,} entries of the log are missing, and other entries say otherwise"
        self._findings.add(Verdict.INCONSISTENT, f"leaf {seen.index:,}", detail, index=seen.index)

    def state(self, seen: Glance, root: bytes | None) -> None:
        """Take an entry that gives the log a new name; `root` is that of the leaves before it, if it is known."""
        said, subject = seen.continued, f"leaf {seen.index:,}"
        if said is None:
            if seen.continued_fault:
                self._findings.add(Verdict.INCONSISTENT, subject, seen.continued_fault, index=seen.index)
            return
        if said.size != seen.index or (root is not None and said.root != root.hex()):
            detail = "it states another place or root than the one at which the log goes on"
            self._findings.add(Verdict.INCONSISTENT, subject, detail, index=seen.index)
            return
        self._stated.add(seen.index, said)
        if said.missing != self._stated.gained[seen.index]:
            detail = f"its checkpoints make {self._stated.gained[seen.index]:,} entries missing, not {said.missing:,}"
            self._findings.add(Verdict.INCONSISTENT, subject, detail, index=seen.index)
        self._findings.add(Verdict.CONTINUED, subject, describe(said), index=seen.index)

    def prove(self, index: int, leaf: bytes, since: Checkpoint, node: NodeReader) -> None:
        """Take such an entry from what was verified earlier, once it is seen to lie under `since`.

        Raises:
            SourceError: a node of the tree is not there.
        """
        seen = glance(index, leaf, b"")
        hashed = node(0, index)
        try:
            way = inclusion_proof(index, since.size, node)
            is_there = root_of_inclusion(index, since.size, hashed, way) == since.root
        except AuditError:
            is_there = False
        if is_there and not glance(index, leaf, hashed).is_edited:
            self.state(seen, None)
        else:
            subject = f"leaf {index:,}"
            self._findings.add(Verdict.EDITED, subject, "it is not the entry that was verified then", index=index)

    def agrees(self, head: Checkpoint) -> None:
        """The tree continues a checkpoint of an earlier name."""
        self._agreed[head.origin] = max(head.size, self._agreed.get(head.origin, 0))

    def differs(self, head: Checkpoint) -> None:
        """The tree does not continue it: too short, or with another root there."""
        if len(self._different) < _MOST:
            self._different[head.origin, head.size, head.root] = head
        else:
            self._unheld += 1

    def conclude(self, origin: str | None, size: int) -> None:
        """Say what the entries make of what was met; the log of `size` leaves is called `origin` now."""
        names = self._stated.names()
        newest = self._stated.origin
        if newest is not None and origin is not None and newest != origin:
            detail = f"its entries say that it is called {newest!r}, its checkpoints {origin!r}"
            self._findings.add(Verdict.INCONSISTENT, "the log", detail)
        for head in self._different.values():
            self._judge(head, names, size)
        if self._unheld:
            detail = f"{self._unheld:,} more of earlier names differ than were held against what the log says it lost"
            self._findings.add(Verdict.CANNOT_EXCLUDE, "checkpoints", detail)
        for name, agreed in self._agreed.items():
            if name not in names:
                detail = f"it is of the log {name!r}, not of {origin!r}"
                self._findings.add(Verdict.INCONSISTENT, f"checkpoint of {agreed:,}", detail)
            elif agreed > names[name]:
                detail = f"it was signed as {name!r} after the log had given up that name at {names[name]:,}"
                self._findings.add(Verdict.RETIRED_KEY, f"checkpoint of {agreed:,}", detail)

    def _judge(self, head: Checkpoint, names: dict[str, int], size: int) -> None:
        subject = f"checkpoint of {head.size:,} ({head.origin})"
        match self._stated.standing(head):
            case Standing.ADMITTED:
                detail = "the log was continued without all of it, and says so"
                self._findings.add(Verdict.CONTINUED, subject, detail)
            case Standing.OTHER_ROOT:
                self._findings.add(Verdict.SPLIT_VIEW, subject, "two roots were signed for it")
            case Standing.UNKNOWN if head.origin not in names:
                self._findings.add(Verdict.INCONSISTENT, subject, "it is of another log")
            case Standing.UNKNOWN if head.size > size:
                detail = f"the log has {size:,} leaves, and does not say that so many were lost"
                self._findings.add(Verdict.TRUNCATED, subject, detail)
            case Standing.UNKNOWN:
                detail = "the leaves do not lead to the root that was signed, and the log does not say that it goes on"
                self._findings.add(Verdict.INCONSISTENT, subject, detail)


def describe(said: Continued) -> str:
    """One sentence about a log's new name."""
    ranges = ", ".join(f"{said.kept:,} to {head.size - 1:,} of {head.origin!r}" for head in said.heads())
    gone = f"{said.missing:,} entries that had been signed for are missing for ever ({ranges})"
    return f"from here on the log {said.before!r} is called {said.origin!r}: {gone}"


def keys_of(leaves: Iterable[bytes]) -> frozenset[str]:
    """The vkeys of earlier names, by entries that a source says continue the log; what is none is left out."""
    found = (glance(0, leaf, b"").continued for leaf in leaves)
    return frozenset(key for said in found if said is not None for key in said.keys)

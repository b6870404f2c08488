"""Verifies a whole log: every leaf, every visit's chain, every checkpoint, from first to last, in one pass.

The checks, by number:

 1. The keys and the held checkpoint that the caller hands in can be used.
 2. Each checkpoint is signed by a trusted key that had not been retired, for this log.
 3. Checkpoints grow, and one size has one root.
 4. No leaf is missing, and each stored leaf hash is the hash of the leaf's bytes.
 5. Each leaf is an entry in its canonical form.
 6. Each visit's entries are numbered without gap, each continues from the one before, and time does not run backwards.
 7. No event stands in the log twice, and each record of all chains' ends is what the entries before it give.
 8. The root over the leaves equals the root of every checkpoint, at its size.
 9. The held checkpoint is one of this log's past states.
10. Every recorded event has become a leaf, or waits to; and none waits long.
11. The newest checkpoint is recent: no leaf waits for one longer than it may.
12. Enough witnesses have signed the newest checkpoint, or an earlier one and only what is recent came after it.
13. Where the log had other names before: each checkpoint of them is a past state too, or an entry admits the loss.
14. Of each token whose notice a portal can look for, a visit tells.

The caller owes: that the keys did not come from whoever runs the log; that the held checkpoint was kept elsewhere; a
right clock; that every delegation, permit and filing in the database has its event; and, without witnesses, a
comparison with the checkpoints that others hold (a log can show two people two histories, each of them sound).
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from audit.boundary import Boundary
from audit.chains import Chains
from audit.checkpoint import Checkpoint
from audit.entry import Entry, decode
from audit.errors import AuditError, EntryError
from audit.glance import Glance
from audit.log_source import LogSource
from audit.merkle import CompactRange, range_hash
from audit.outside import Outside, Seen
from audit.parallel import look
from audit.report import Finding, Findings, Report, Severity, Verdict
from audit.signatures import Policy, Signatures, describe
from audit.succession import Succession, keys_of

__all__ = ["Finding", "LogSource", "Policy", "Report", "Severity", "Verdict", "verify"]

_BATCH = 4096
_MOST_NAMES = 1_000
"""New names of one log that a source is believed about."""

_ANY_POLICY = Policy()


def verify(
    source: LogSource,
    *,
    vkeys: Iterable[str],
    now: datetime,
    held: bytes | None = None,
    progress: Callable[[int, int], None] | None = None,
    policy: Policy = _ANY_POLICY,
    since: bytes | None = None,
    workers: int | None = None,
) -> Report:
    """Check the whole log in `source`, or what came after `since`.

    Args:
        source: the log.
        vkeys: the log's public keys (C2SP vkeys), from somewhere other than the log.
        now: aware time by a clock that the log's operator does not set.
        held: a signed checkpoint that was kept outside; the log must still contain that state.
        progress: called now and then with leaves done and leaves in all.
        policy: what else is demanded.
        since: a signed checkpoint up to which somebody has verified the log: only what came after it is read. Chains
            that began before go on from where they are met.
        workers: processes for a long log; one a core without it.

    Raises:
        SourceError: the log cannot be read. What it says is never a reason to raise.
    """
    findings = Findings()
    newest = source.latest_checkpoint()  # before the size: see `_Run`
    continued = sorted(source.continued())[:_MOST_NAMES]
    try:
        signatures = Signatures(findings, vkeys, policy)
        signatures.learn(newest, keys_of(leaf for at in continued for _, leaf, _ in source.leaves(at, at + 1)))
        held_checkpoint = None if held is None else signatures.read(held, former=True)
        start = None if since is None else signatures.read(since, former=True)
    except AuditError as error:
        findings.add(Verdict.BAD_INPUT, "key or held checkpoint", str(error))
        return Report(now, policy.origin, 0, None, 0, tuple(findings.kept), dict(findings.totals), {})
    run = _Run(source, findings, signatures, now, policy, newest)
    run.begin(start, workers, continued)
    run.read(held_checkpoint, progress or _no_progress)
    run.finish()
    return run.report()


class _Run:
    """One verification under way."""

    def __init__(
        self,
        source: LogSource,
        findings: Findings,
        signatures: Signatures,
        now: datetime,
        policy: Policy,
        newest: bytes | None,
    ) -> None:
        self._source = source
        self._findings = findings
        self._signatures = signatures
        self._now = now
        self._policy = policy
        self._start = 0
        self._lost: Checkpoint | None = None
        """A state of an earlier name from which the verification was to begin, and could not."""
        self._workers: int | None = None
        self._chains = Chains(findings, now + policy.clock_skew)
        self._tree: CompactRange | None = CompactRange()
        """`None` once a leaf is missing: no later root can be known."""
        self._hashes: list[bytes] = []
        self._vouched = 0
        self._checkpoints = 0
        self._outside = Outside(findings, signatures.trust)
        self._seen = Seen()
        self._waiting_since: datetime | None = None
        """Time of the first leaf that the newest checkpoint does not cover."""
        self._succession = Succession(findings)
        # Read before the size: a log that grows meanwhile can only have more leaves than its checkpoint says.
        self._newest = newest
        self._published = None if self._newest is None else signatures.check(self._newest)
        self._size = source.size()

    def begin(self, since: Checkpoint | None, workers: int | None, continued: Sequence[int]) -> None:
        """Take up the tree where `since` left it, which has to be one of the log's past states.

        A state of an earlier name that the log does not continue is no beginning: everything is read, and its loss
        has to be admitted.
        """
        self._workers = workers
        if since is None or not self._is_past(since):
            self._lost = since
            return
        self._start = min(since.size, self._size)
        boundary = Boundary(self._findings, self._source, since)
        self._chains = Chains(self._findings, self._now + self._policy.clock_skew, boundary=boundary)
        self._succession.goes_on = True
        subject = f"checkpoint of {since.size:,}"
        if since.size > self._size:
            self._findings.add(Verdict.TRUNCATED, subject, f"the log has {self._size:,} leaves")
            return
        self._tree = CompactRange.from_nodes(since.size, self._source.node)
        if self._tree.root() != since.root:
            self._findings.add(Verdict.INCONSISTENT, subject, "the log does not begin with what was verified then")
        self._vouched = since.size
        for index in (each for each in continued if each < since.size):
            for _, leaf, _ in self._source.leaves(index, index + 1):
                self._succession.prove(index, leaf, since, self._source.node)

    def _is_past(self, since: Checkpoint) -> bool:
        """Whether a verification can begin there; what is wrong with a state of today's name is reported there."""
        if since.origin == self._signatures.origin:
            return True
        return since.size <= self._size and range_hash(0, since.size, self._source.node) == since.root

    def read(self, held: Checkpoint | None, progress: Callable[[int, int], None]) -> None:
        """Checks 2 to 6, 8 and 9, in one pass over leaves and checkpoints side by side."""
        heads = _Ahead(each for each in self._heads(held) if each.size >= self._start)
        expected = self._start
        for seen in look(self._source, self._start, self._size, self._source.reopen(), self._workers):
            index = seen.index
            if index < expected:
                self._findings.add(Verdict.DUPLICATE, f"leaf {index:,}", "the log gives it twice", index=index)
                continue
            if index > expected:
                self._report_gap(expected, index)
            self._compare_roots(heads, index)
            self._check_leaf(seen)
            expected = index + 1
            if len(self._hashes) >= _BATCH:
                self._grow()
                progress(expected, self._size)
        if expected < self._size:
            self._report_gap(expected, self._size)
        self._compare_roots(heads, self._size)
        self._report_truncation(heads)
        progress(self._size, self._size)

    def finish(self) -> None:
        """Checks 7 and 10 to 14."""
        self._succession.conclude(self._signatures.origin, self._size)
        self._chains.conclude()
        if self._chains.continued:
            detail = f"{self._chains.continued:,} of them began before {self._start:,}; " + (
                "an entry from before that was put there again since would only be seen by reading the whole log"
                if self._chains.untold
                else "they go on from what stands there now; only reading the whole log excludes that more stood there"
            )
            self._findings.add(Verdict.CANNOT_EXCLUDE, "visits and other chains", detail, note=True)
        if suspected := self._chains.suspected_twice():
            self._chains.report_twice(self._identifiers(), suspected)
        for event in self._source.events_without_leaf(self._now - self._policy.sequencing_grace):
            self._findings.add(Verdict.SUPPRESSED, f"event {event}", "it was recorded and never reached the log")
        if waiting := self._source.events_pending(self._now - self._policy.sequencing_grace):
            detail = f"{waiting:,} recorded events wait for their place in it: no worker takes them up"
            self._findings.add(Verdict.PENDING, "the log", detail, times=waiting)
        if self._newest is None:
            detail = "no checkpoint is signed by a key that we trust: a rewritten history would look the same"
            self._findings.add(Verdict.CANNOT_EXCLUDE, "the log", detail)
            return
        if self._waiting_since is not None and self._now - self._waiting_since > self._policy.stale_after:
            detail = f"nothing since {self._waiting_since.isoformat()} is covered by it"
            self._findings.add(Verdict.STALE, "the newest checkpoint", detail)
        if self._published is not None:
            self._outside.see(self._published, self._newest)
        grace, subject = self._policy.stale_after, describe(self._newest)
        self._seen = self._outside.conclude(self._newest, subject, self._time_of, self._now, grace)

    def report(self) -> Report:
        """All that was found."""
        self._grow()
        counts = {
            "entries": self._size - self._start,
            "visits": self._chains.count,
            "checkpoints": self._checkpoints,
            "witnesses": self._seen.newest,
            "witnessed": self._seen.size,
            "unvouched": self._size - self._vouched,
        }
        return Report(
            checked_at=self._now,
            origin=self._signatures.origin,
            size=self._size,
            root=None if self._tree is None else self._tree.root(),
            vouched_size=self._vouched,
            findings=tuple(self._findings.kept),
            totals=dict(self._findings.totals),
            counts=counts,
            about=self._about() if self._start else "",
            missing=self._succession.missing,
        )

    def _about(self) -> str:
        read = f"{self._size - self._start:,} entries after the {self._start:,} that were verified before"
        return f"{read}, of {self._chains.count:,} visits and other chains; {self._vouched:,} under a signed checkpoint"

    def _heads(self, held: Checkpoint | None) -> Iterator[Checkpoint]:
        """Every good checkpoint by size: stored, published and held; two roots for one size are reported here."""
        extra = sorted((one for one in (held, self._lost, self._published) if one is not None), key=_by_size)
        last: Checkpoint | None = None
        told = -1
        for head in heapq.merge(self._stored_heads(), extra, key=_by_size):
            is_twice = last is not None and (head.origin, head.size) == (last.origin, last.size)
            if last is not None and is_twice and head.root != last.root and told != head.size:
                told = head.size
                self._findings.add(Verdict.SPLIT_VIEW, f"checkpoint of {head.size:,}", "two roots were signed for it")
            last = head
            yield head

    def _stored_heads(self) -> Iterator[Checkpoint]:
        published = self._newest is not None
        largest = -1
        for signed in self._source.checkpoints():
            head = self._signatures.check(signed, former=True)
            if head is None:
                continue
            self._checkpoints += 1
            if head.size < largest:
                self._findings.add(Verdict.STALE, f"checkpoint of {head.size:,}", f"it follows the one of {largest:,}")
                continue
            largest = head.size
            if not self._is_former(head):
                if not published:
                    self._newest = signed
                self._outside.see(head, signed)
            yield head

    def _is_former(self, head: Checkpoint) -> bool:
        return head.origin != self._signatures.origin

    def _time_of(self, index: int) -> datetime | None:
        for _, leaf, _ in self._source.leaves(index, index + 1):
            entry = _entry_or_none(leaf)
            return None if entry is None else entry.time
        return None

    def _compare_roots(self, heads: "_Ahead", size: int) -> None:
        """Hold the root at `size` against every checkpoint of that size."""
        while heads.next is not None and heads.next.size <= size:
            head = heads.take()
            if self._tree is None or head.size < size:  # within a gap: nothing to compare with
                continue
            self._grow()
            agrees = head.root == self._tree.root()
            if self._is_former(head):
                (self._succession.agrees if agrees else self._succession.differs)(head)
            elif agrees:
                self._vouched = size
                if self._published is None:
                    self._waiting_since = None
            else:
                detail = "the leaves do not lead to the root that was signed"
                self._findings.add(Verdict.INCONSISTENT, f"checkpoint of {size:,}", detail)

    def _check_leaf(self, seen: Glance) -> None:
        if seen.is_edited:
            detail = "its bytes were changed after it was logged"
            self._findings.add(Verdict.EDITED, f"leaf {seen.index:,}", detail, index=seen.index)
        if seen.continued is not None or seen.continued_fault:
            self._grow()
            self._succession.state(seen, None if self._tree is None else self._tree.root())
        self._succession.compare(seen)
        # The tree takes the stored hash: an edit is then reported where it is, not also as every later root.
        self._hashes.append(seen.stored)
        self._chains.add(seen)
        covered = self._published is not None and seen.index < self._published.size
        if seen.fault is None and self._waiting_since is None and not covered:
            self._waiting_since = seen.time

    def _grow(self) -> None:
        if self._tree is not None:
            self._tree.extend(self._hashes)
        self._hashes.clear()

    def _report_gap(self, start: int, stop: int) -> None:
        self._grow()
        self._tree = None
        self._chains.skip()
        subject = f"leaf {start:,}" if stop == start + 1 else f"leaves {start:,} to {stop - 1:,}"
        self._findings.add(Verdict.MISSING, subject, "gone from the log", index=start, times=stop - start)

    def _report_truncation(self, heads: "_Ahead") -> None:
        size_now = self._source.size() if heads.next is not None else self._size
        while heads.next is not None:
            head = heads.take()
            if head.size > size_now and self._is_former(head):
                self._succession.differs(head)
            elif head.size > size_now:  # otherwise the log has only grown while it was read
                detail = f"the log has {size_now:,} leaves: {head.size - size_now:,} that were signed for are gone"
                self._findings.add(Verdict.TRUNCATED, f"checkpoint of {head.size:,}", detail)

    def _identifiers(self) -> Iterator[tuple[int, str]]:
        for index, leaf, _ in self._source.leaves(self._start, self._size):
            entry = _entry_or_none(leaf)
            if entry is not None:
                yield index, entry.id


class _Ahead:
    """Checkpoints with a look at the next one."""

    def __init__(self, heads: Iterator[Checkpoint]) -> None:
        self._heads = heads
        self.next = next(heads, None)

    def take(self) -> Checkpoint:
        """The next one, which must exist."""
        taken = self.next
        if taken is None:
            raise StopIteration
        self.next = next(self._heads, None)
        return taken


def _entry_or_none(leaf: bytes) -> Entry | None:
    try:
        return decode(leaf)
    except EntryError:  # reported on the first reading
        return None


def _by_size(head: Checkpoint) -> int:
    return head.size


def _no_progress(done: int, total: int) -> None:
    """Nobody watches."""

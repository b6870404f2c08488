"""The entries of a log as events: each visit's chain unbroken, time forwards, no event twice, ends as stated.

Memory grows with the number of visits, and by eight bytes an entry for the identifiers.
"""

from array import array
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from audit.boundary import NOTHING, Boundary, Head
from audit.glance import EPOCH, Glance, short
from audit.heads import RecordedHeads
from audit.noticed import Noticed
from audit.report import Findings, Verdict


class Chains:
    """Takes entries in the log's order and reports what does not fit."""

    def __init__(self, findings: Findings, latest: datetime, *, boundary: Boundary | None = None) -> None:
        """`latest`: an entry after this aware time lies in the future; `boundary` where earlier ones were not read."""
        goes_on = boundary is not None
        self._findings = findings
        self._latest = (latest - EPOCH) // timedelta(microseconds=1)
        self._boundary = boundary
        self._heads: dict[str, Head] = {}
        self._ids = array("q")
        self._recorded = RecordedHeads(findings)
        self._noticed = Noticed(findings, goes_on=goes_on)
        self.continued = 0
        """Chains that began in what was not read."""
        self.untold = 0
        """Those among them of which nobody could tell where they stood."""
        if goes_on:
            self._recorded.skip()

    @property
    def count(self) -> int:
        """Chains seen so far: visits, and those of terminals, accounts and the log itself."""
        return len(self._heads)

    def add(self, seen: Glance) -> None:
        """Check one leaf."""
        if seen.fault is not None:
            self._report(Verdict.NOT_CANONICAL, seen.index, seen.fault)
            return
        self._ids.append(seen.id)
        if seen.at > self._latest:
            self._report(Verdict.TIME_ORDER, seen.index, f"its time lies in the future: {seen.time.isoformat()}")
        self._continue_chain(seen)
        self._recorded.add(seen)
        self._noticed.add(seen)
        if seen.is_erasure:
            subject = f"leaf {seen.index:,}"
            self._findings.add(Verdict.ERASED, subject, "a resident's values were erased", index=seen.index, note=True)

    def skip(self) -> None:
        """A leaf is gone: where chains ended cannot be recomputed from here on."""
        self._recorded.skip()

    def conclude(self) -> None:
        """All of the log was seen."""
        self._noticed.conclude()

    def suspected_twice(self) -> set[int]:
        """Hashes of identifiers that may stand in the log more than once; a second reading tells."""
        ordered = sorted(self._ids)
        return {one for one, next_one in pairwise(ordered) if one == next_one}

    def report_twice(self, entries: Iterator[tuple[int, str]], suspected: set[int]) -> None:
        """Report every identifier in `entries` (index, id) that is suspected and really repeats."""
        first: dict[str, int] = {}
        for index, identifier in entries:
            if short(identifier) not in suspected:
                continue
            if identifier in first:
                self._report(Verdict.DUPLICATE, index, f"the same event as leaf {first[identifier]:,}")
            else:
                first[identifier] = index

    def _continue_chain(self, seen: Glance) -> None:
        head = self._heads.get(seen.chain)
        if head is None and self._boundary is not None:
            head = self._boundary.head_of(seen.chain)
            self.continued += head != NOTHING and (head is not None or seen.n > 1)
            self.untold += head is None and seen.n > 1
        if head is None and self._boundary is not None and seen.n > 1:
            self._heads[seen.chain] = (seen.n, seen.stored, seen.at)
            return
        number, before = (head[0], head[1].hex()) if head else (0, "")
        if seen.n <= number:
            self._report(Verdict.DUPLICATE, seen.index, f"entry {seen.n} of {seen.chain} stands in the log already")
            return
        if seen.n != number + 1:
            gap = f"{number + 1}" if seen.n == number + 2 else f"{number + 1} to {seen.n - 1}"
            self._report(Verdict.INCOMPLETE_VISIT, seen.index, f"{seen.chain} lacks its entry {gap}")
        elif seen.prev != before:
            detail = f"entry {seen.n} of {seen.chain} continues from another entry {number}"
            self._report(Verdict.INCOMPLETE_VISIT, seen.index, detail)
        if head and seen.at < head[2]:
            detail = f"entry {seen.n} of {seen.chain} is earlier than the one before"
            self._report(Verdict.TIME_ORDER, seen.index, detail)
        self._heads[seen.chain] = (seen.n, seen.stored, seen.at)

    def _report(self, verdict: Verdict, index: int, detail: str) -> None:
        self._findings.add(verdict, f"leaf {index:,}", detail, index=index)

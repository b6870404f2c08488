"""The entries of a log as events: each visit's chain unbroken, time forwards, no event twice, ends as stated.

Memory grows with the number of visits, and by eight bytes an entry for the identifiers.
"""

from array import array
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from audit.entry import Entry, decode
from audit.errors import EntryError, NotCanonicalError
from audit.events import EventName
from audit.heads import RecordedHeads
from audit.report import Findings, Verdict

_Head = tuple[int, bytes, datetime]
"""Of a chain's last entry: its number, leaf hash and time."""


class Chains:
    """Takes entries in the log's order and reports what does not fit."""

    def __init__(self, findings: Findings, latest: datetime) -> None:
        """`latest` is the aware time after which an entry lies in the future."""
        self._findings = findings
        self._latest = latest
        self._heads: dict[str, _Head] = {}
        self._ids = array("q")
        self._recorded = RecordedHeads(findings)

    @property
    def count(self) -> int:
        """Chains seen so far: visits, and those of terminals, accounts and the log itself."""
        return len(self._heads)

    def add(self, index: int, leaf: bytes, leaf_hash: bytes) -> Entry | None:
        """Check leaf `index`, whose hash in the tree is `leaf_hash`. Returns the entry if it can be read."""
        try:
            entry = decode(leaf)
        except NotCanonicalError:
            self._report(Verdict.NOT_CANONICAL, index, "the event is written in other bytes than its one form")
            return None
        except EntryError as error:
            self._report(Verdict.NOT_CANONICAL, index, str(error))
            return None
        self._ids.append(hash(entry.id))
        self._check_time(index, entry)
        self._continue_chain(index, entry, leaf_hash)
        self._recorded.add(index, entry, leaf_hash)
        if entry.type == EventName.RESIDENT_ERASED:
            self._findings.add(
                Verdict.ERASED, f"leaf {index:,}", "a resident's values were erased", index=index, note=True
            )
        return entry

    def skip(self) -> None:
        """A leaf is gone: where chains ended cannot be recomputed from here on."""
        self._recorded.skip()

    def suspected_twice(self) -> set[int]:
        """Hashes of identifiers that may stand in the log more than once; a second reading tells."""
        ordered = sorted(self._ids)
        return {one for one, next_one in pairwise(ordered) if one == next_one}

    def report_twice(self, entries: Iterator[tuple[int, str]], suspected: set[int]) -> None:
        """Report every identifier in `entries` (index, id) that is suspected and really repeats."""
        first: dict[str, int] = {}
        for index, identifier in entries:
            if hash(identifier) not in suspected:
                continue
            if identifier in first:
                self._report(Verdict.DUPLICATE, index, f"the same event as leaf {first[identifier]:,}")
            else:
                first[identifier] = index

    def _check_time(self, index: int, entry: Entry) -> None:
        if entry.time > self._latest:
            self._report(Verdict.TIME_ORDER, index, f"its time lies in the future: {entry.time.isoformat()}")

    def _continue_chain(self, index: int, entry: Entry, leaf_hash: bytes) -> None:
        head = self._heads.get(entry.visit)
        number, before = (head[0], head[1].hex()) if head else (0, "")
        if entry.n <= number:
            self._report(Verdict.DUPLICATE, index, f"entry {entry.n} of {entry.visit} stands in the log already")
            return
        if entry.n != number + 1:
            gap = f"{number + 1}" if entry.n == number + 2 else f"{number + 1} to {entry.n - 1}"
            self._report(Verdict.INCOMPLETE_VISIT, index, f"{entry.visit} lacks its entry {gap}")
        elif entry.prev != before:
            self._report(
                Verdict.INCOMPLETE_VISIT,
                index,
                f"entry {entry.n} of {entry.visit} continues from another entry {number}",
            )
        if head and entry.time < head[2]:
            self._report(Verdict.TIME_ORDER, index, f"entry {entry.n} of {entry.visit} is earlier than the one before")
        self._heads[entry.visit] = (entry.n, leaf_hash, entry.time)

    def _report(self, verdict: Verdict, index: int, detail: str) -> None:
        self._findings.add(verdict, f"leaf {index:,}", detail, index=index)

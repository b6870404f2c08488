"""Verifies a bundle: one visit's entries with their proofs, and everything that they tell of, in one file.

The checks, by number:

 1. The keys can be used, and the file is a bundle.
 2. Each member stands there once and is what the manifest says; none is missing and none is beside it.
 3. The checkpoint is signed by a trusted key that had not been retired, for this log, and by enough witnesses.
 4. Each entry is in its canonical form and of this visit.
 5. Each entry's proof leads to the checkpoint's root.
 6. The entries are numbered from 1 without gap, each continues from the one before, none stands twice, and time does
    not run backwards.
 7. The visit ends where the log itself states it: a record of all chains' ends is in the log, and this end in it.
 8. That record is not too old.
 9. Where the bundle says that the values were erased, the log says so too; and the readable page is the one that these
    members give.

`audit.evidence` checks what the entries tell of: statements, delegations, permits, receipts, disclosed values.

The caller owes: that the keys did not come from whoever made the bundle; a right clock; and that the log as a whole was
verified by somebody (`audit.verify` recomputes each record of the chains' ends).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Any

import msgspec

from audit import archive, page
from audit.archive import MANIFEST, Manifest
from audit.checkpoint import Checkpoint
from audit.entry import Entry, decode
from audit.errors import AuditError, EntryError, ProofError
from audit.events import EventName
from audit.heads import HeadProof, HeadsRecord
from audit.inclusion import verify_inclusion
from audit.members import Members
from audit.merkle import leaf_hash
from audit.proof import LogProof
from audit.report import KEPT_FINDINGS, Findings, Report, Verdict
from audit.signatures import Policy, Signatures

OLD = timedelta(days=2)
"""Since a record of the ends is made each day, an older one is worth a word."""

_ANY_POLICY = Policy()


@dataclass(frozen=True)
class Proven:
    """One entry of the visit, as far as it could be read."""

    entry: Entry
    hash: bytes
    index: int | None
    """Its leaf, where the proof leads to the checkpoint."""


@dataclass(frozen=True)
class Opened:
    """A bundle whose entries were checked, for whoever checks what they tell of."""

    members: Members
    entries: tuple[Proven, ...]

    def told(self, kind: EventName) -> list[dict[str, Any]]:
        """The data of each entry of a kind."""
        return [each.entry.data for each in self.entries if each.entry.type == kind]


More = Callable[[Opened, Findings], dict[str, int]]
"""Checks what the entries tell of, and counts it."""


def verify_bundle(
    content: bytes,
    *,
    vkeys: Iterable[str],
    now: datetime,
    policy: Policy = _ANY_POLICY,
    max_age: timedelta | None = None,
    more: More | None = None,
) -> Report:
    """Check a bundle.

    Args:
        content: the file.
        vkeys: the log's public keys (C2SP vkeys), from somewhere other than the bundle.
        now: aware time by the verifier's own clock.
        policy: what else is demanded.
        max_age: how old the newest statement of the visit's end may be; without it an old one is only noted.
        more: checks what the entries tell of.
    """
    findings = Findings()
    try:
        signatures = Signatures(findings, vkeys, policy)
        files, twice = archive.read(content)
        members = Members(archive.read_manifest(files), files)
    except AuditError as error:
        findings.add(Verdict.BAD_INPUT, "key or file", str(error))
        return Report(now, policy.origin, 0, None, 0, tuple(findings.kept), dict(findings.totals), {})
    check = _Check(members, findings, signatures, now, policy)
    check.members(twice)
    witnesses = check.checkpoint()
    entries = check.entries()
    check.end(entries, max_age)
    opened = Opened(members, entries)
    counts = {} if more is None else more(opened, findings)
    check.erasure(opened)
    check.page(opened)
    return check.report(entries, {"witnesses": witnesses} | counts)


class _Check:
    """One verification under way."""

    def __init__(
        self, members: Members, findings: Findings, signatures: Signatures, now: datetime, policy: Policy
    ) -> None:
        self._members, self._findings, self._signatures = members, findings, signatures
        self._said: Manifest = members.manifest
        self._now, self._policy = now, policy
        self._head: Checkpoint | None = None
        self._ends_at: Entry | None = None
        self._missing = 0

    def members(self, twice: list[str]) -> None:
        """2. What stands there is what the manifest names."""
        for name in twice:
            self._findings.add(Verdict.DUPLICATE, name, "it stands in the file twice: two readers could see two")
        for name in self._members.changed():
            self._findings.add(Verdict.EDITED, name, "it is not what the manifest says")
        for name in sorted(self._said.files.keys() - self._members.files.keys()):
            self._findings.add(Verdict.MISSING, name, "the manifest names it, and it is gone")
        for name in sorted(self._members.files.keys() - self._said.files.keys() - {MANIFEST}):
            self._findings.add(Verdict.EDITED, name, "it was put beside what the manifest names")

    def checkpoint(self) -> int:
        """3. Who signed the state of the log; how many witnesses did."""
        signed = self._members.checkpoint
        if signed is None:
            self._findings.add(Verdict.CANNOT_EXCLUDE, "the bundle", "no checkpoint is in it: nothing vouches for it")
            return 0
        self._head = self._signatures.check(signed)
        return 0 if self._head is None else self._signatures.count_witnesses(signed)

    def entries(self) -> tuple[Proven, ...]:
        """4 to 6. Every entry, its proof, and how they hang together."""
        read = [each for each in map(self._entry, self._members.entry_names()) if each is not None]
        read.sort(key=lambda each: each.entry.n)
        self._chain(read)
        return tuple(read)

    def _entry(self, name: str) -> Proven | None:
        leaf = self._members.files[name]
        try:
            entry = decode(leaf)
        except EntryError as error:
            self._findings.add(Verdict.NOT_CANONICAL, name, str(error))
            return None
        if entry.visit != self._said.visit:
            self._findings.add(Verdict.EDITED, name, f"it is an entry of {entry.visit}")
            return None
        if entry.time > self._now + self._policy.clock_skew:
            self._findings.add(Verdict.TIME_ORDER, name, f"its time lies in the future: {entry.time.isoformat()}")
        hashed = leaf_hash(leaf)
        return Proven(entry, hashed, self._place(name, hashed))

    def _place(self, name: str, hashed: bytes) -> int | None:
        """The leaf of an entry, if its proof leads from it to the checkpoint."""
        content = self._members.proof_of(name)
        if self._head is None:
            return None  # nothing vouches for anything; that is reported once
        if content is None:
            self._findings.add(Verdict.MISSING, name, "its proof is not in the bundle")
            return None
        try:
            proof = LogProof.parse(content)
            if proof.checkpoint != self._members.checkpoint:
                raise ProofError("its proof is under another checkpoint")
            verify_inclusion(proof.index, self._head.size, hashed, proof.hashes, self._head.root)
        except ProofError as error:
            self._findings.add(self._why(name, hashed), name, str(error))
            return None
        return proof.index

    def _why(self, name: str, hashed: bytes) -> Verdict:
        """The next entry names the hash of this one: if that fits, the entry is untouched, and the root is another."""
        following = self._members.after(name)
        return Verdict.INCONSISTENT if following == hashed.hex() else Verdict.EDITED

    def _chain(self, read: list[Proven]) -> None:
        numbers = [each.entry.n for each in read]
        for before, after in pairwise(numbers):
            if before == after:
                self._findings.add(Verdict.DUPLICATE, f"entry {after}", "two entries have this number")
        indices = [each.index for each in read if each.index is not None]
        if len(set(indices)) != len(indices) or len({each.entry.id for each in read}) != len(read):
            self._findings.add(Verdict.DUPLICATE, "the entries", "one event stands there twice")
        there, last = set(numbers), max([self._said.last, *numbers])
        if lost := last - len(there):
            named = list(islice((n for n in range(1, last + 1) if n not in there), KEPT_FINDINGS))
            entries = "entry" if lost == 1 else "entries"
            detail = f"left out: {entries} {', '.join(map(str, named))}{' and more' if lost > len(named) else ''}"
            self._findings.add(Verdict.INCOMPLETE_VISIT, f"visit {self._said.visit}", detail, times=lost)
        for one, following in pairwise(read):
            self._follows(one, following)

    def _follows(self, one: Proven, following: Proven) -> None:
        name = f"entry {following.entry.n}"
        is_next = following.entry.n == one.entry.n + 1
        if is_next and following.entry.prev != one.hash.hex() and one.index is not None:
            self._findings.add(Verdict.INCOMPLETE_VISIT, name, f"it continues from another entry {one.entry.n}")
        if following.entry.time < one.entry.time:
            self._findings.add(Verdict.TIME_ORDER, name, "it is earlier than the one before")

    def end(self, entries: tuple[Proven, ...], max_age: timedelta | None) -> None:
        """7 and 8. Where the log states that the visit ends, and when it stated that."""
        found = self._stated_end()
        if found is None:
            if self._head is not None:
                detail = f"the log does not state where it ends: entries after {self._said.last} may be left out"
                self._findings.add(Verdict.CANNOT_EXCLUDE, f"visit {self._said.visit}", detail)
            return
        stated_by, record, end = found
        self._compare_end(entries, record, end)
        age = self._now - stated_by.time
        if age > (max_age or OLD):
            detail = f"stated {age.days} days ago ({stated_by.time:%Y-%m-%d}): what came since would not be in it"
            self._findings.add(Verdict.STALE, "the visit's end", detail, note=max_age is None)
        self._ends_at = stated_by
        self._missing = record.missing
        if record.missing:
            detail = f"it was continued under another name: {record.missing:,} of its entries are missing for ever"
            self._findings.add(Verdict.CONTINUED, f"the log {self._said.origin}", detail)

    def _stated_end(self) -> tuple[Entry, HeadsRecord, HeadProof] | None:
        members, name = self._members, Members.HEADS_ENTRY
        leaf, content = members.files.get(name), members.files.get(Members.HEADS_PROOF)
        if leaf is None or content is None:
            return None
        try:
            entry = decode(leaf)
            record = msgspec.convert(entry.data, HeadsRecord)
            end = msgspec.json.decode(content, type=HeadProof)
            if entry.type != EventName.LOG_HEADS_RECORDED:
                raise ProofError("it is not an entry about the ends of all chains")
            end.verify(self._said.visit, record)
        except (EntryError, ProofError, msgspec.DecodeError, UnicodeError) as error:
            self._findings.add(Verdict.EDITED, "the visit's end", str(error))
            return None
        return None if self._place(name, leaf_hash(leaf)) is None else (entry, record, end)

    def _compare_end(self, entries: tuple[Proven, ...], record: HeadsRecord, end: HeadProof) -> None:
        subject = f"visit {self._said.visit}"
        last = entries[-1].entry.n if entries else 0
        if last < end.n:
            detail = f"the log states that it had {end.n} entries at {record.size:,}; it ends here with {last}"
            self._findings.add(Verdict.INCOMPLETE_VISIT, subject, detail, times=end.n - last)
        covered = [each for each in entries if each.index is not None and each.index < record.size]
        if any(each.entry.n > end.n for each in covered):
            detail = f"it has more entries below {record.size:,} than the {end.n} that the log states"
            self._findings.add(Verdict.INCONSISTENT, subject, detail)
        if any(each.entry.n == end.n and each.hash.hex() != end.head for each in entries):
            self._findings.add(Verdict.EDITED, f"entry {end.n}", "it is not the one with which the log states it ended")

    def erasure(self, opened: Opened) -> None:
        """9. That values are gone is told by the log, not by whoever made the bundle."""
        if not self._said.erased:
            return
        told = [each.entry for each in opened.entries if _tells_of_a_visits_key(each.entry)]
        if told:
            detail = f"erased at {told[0].time:%Y-%m-%d}"
            self._findings.add(Verdict.ERASED, "the resident's values", detail, note=True)
            return
        leaf, name = self._members.files.get(Members.ERASURE), Members.ERASURE
        people = {each.get("principal") for each in opened.told(EventName.DELEGATION_REQUESTED)}
        try:
            entry = None if leaf is None else decode(leaf)
        except EntryError:
            entry = None
        is_told = entry is not None and entry.type == EventName.RESIDENT_ERASED
        if leaf is None or entry is None or not is_told or entry.visit.removeprefix("resident:") not in people:
            detail = "the bundle says that they were erased; no entry of the log in it does"
            self._findings.add(Verdict.CANNOT_EXCLUDE, "the resident's values", detail)
        elif self._place(name, leaf_hash(leaf)) is not None:
            self._findings.add(Verdict.ERASED, "the resident's values", f"erased at {entry.time:%Y-%m-%d}", note=True)

    def page(self, opened: Opened) -> None:
        """9. The page says what the members say."""
        shown = self._members.files.get(page.NAME)
        if shown is None or self._said.page != page.VERSION:
            detail = "there is none" if shown is None else f"it is of version {self._said.page}: not compared"
            self._findings.add(Verdict.CANNOT_EXCLUDE, page.NAME, detail, note=True)
            return
        entries = tuple(each.entry for each in opened.entries)
        if page.render(self._members.to_tell(entries)) != shown:
            self._findings.add(Verdict.EDITED, page.NAME, "the readable page is not what the entries give")

    def report(self, entries: tuple[Proven, ...], counts: dict[str, int]) -> Report:
        """All that was found."""
        size = 0 if self._head is None else self._head.size
        proven = sum(each.index is not None for each in entries)
        about = (
            f"{len(entries):,} entries of visit {self._said.visit}, {proven:,} of them proven in the log of {size:,}"
        )
        is_cut = Verdict.INCOMPLETE_VISIT in self._findings.totals
        if self._ends_at is not None and not is_cut:
            about += f", whole as of {self._ends_at.time:%Y-%m-%d %H:%M:%S} UTC"
        return Report(
            checked_at=self._now,
            origin=self._signatures.origin or self._said.origin,
            size=len(entries),
            root=None if self._head is None else self._head.root,
            vouched_size=proven,
            findings=tuple(self._findings.kept),
            totals=dict(self._findings.totals),
            counts={"entries": len(entries), "visits": 1} | counts,
            about=about,
            missing=self._missing,
        )


def _tells_of_a_visits_key(entry: Entry) -> bool:
    """Whether an entry of the visit says that the visit's own key was destroyed, and the person's was not."""
    return entry.type == EventName.KEY_DESTROYED and entry.data.get("kind") == "visit"

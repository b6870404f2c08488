"""A log in memory that does everything right, and lets a test do each thing wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from audit import checkpoint
from audit.checkpoint import Checkpoint
from audit.entry import Actor, ActorKind, Entry, decode, encode, new_salt
from audit.events import EventName
from audit.merkle import CompactRange, NodeReader, leaf_hash, root_from_hashes
from audit.note import NoteSigner, Signer
from audit.report import Report, Verdict
from audit.verify import Policy, verify

NOON = datetime(2024, 3, 4, 12, 0, tzinfo=UTC)
SOON = NOON + timedelta(minutes=2)
ORIGIN = "log.example/pilnvara"
KEY = Signer(ORIGIN, bytes(range(32)))
OTHER_KEY = Signer(ORIGIN, bytes(range(1, 33)))
ASSISTANT = Actor(ActorKind.ASSISTANT, "staff-1", "terminal-1", "centre-1")


def an_entry(**changes: Any) -> Entry:
    fields: dict[str, Any] = {
        "id": "event-1",
        "time": NOON,
        "type": EventName.VISIT_OPENED,
        "visit": "visit-1",
        "n": 1,
        "prev": "",
        "actor": ASSISTANT,
        "data": {"channel": "counter"},
        "salt": new_salt(bytes),
    }
    return Entry(**(fields | changes))


def nodes_over(hashes: list[bytes]) -> NodeReader:
    """A reader of all complete nodes, as a database would keep them."""
    kept = {(0, index): value for index, value in enumerate(hashes)}
    tree = CompactRange()
    for value in hashes:
        kept.update({(level, index): node for level, index, node in tree.append(value)})
    return lambda level, index: kept[level, index]


@dataclass
class MemoryLog:
    """A `LogSource` whose every part a test may change."""

    rows: list[tuple[int, bytes, bytes]] = field(default_factory=list)
    signed: list[bytes] = field(default_factory=list)
    published: bytes | None = None
    waiting: list[tuple[str, datetime]] = field(default_factory=list)
    pending: list[datetime] = field(default_factory=list)
    claimed_size: int | None = None
    lists_chains: bool = True
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)

    def size(self) -> int:
        return len(self.rows) if self.claimed_size is None else self.claimed_size

    def leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        return iter([row for row in self.rows if start <= row[0] < stop])

    def checkpoints(self) -> Iterator[bytes]:
        return iter(self.signed)

    def latest_checkpoint(self) -> bytes | None:
        return self.published

    def events_without_leaf(self, older_than: datetime) -> list[str]:
        return [event for event, since in self.waiting if since < older_than]

    def events_pending(self, older_than: datetime) -> int:
        return sum(since < older_than for since in self.pending)

    def continued(self) -> list[int]:
        return [index for index, leaf, _ in self.rows if b'"system:log:continued"' in leaf]

    def node(self, level: int, index: int) -> bytes:
        return nodes_over([row[2] for row in self.rows])(level, index)

    def last_of(self, chain: str, before: int) -> int | None:
        if not self.lists_chains:
            return None
        wanted = f'"visit":"{chain}"'.encode()
        return max((index for index, leaf, _ in self.rows[:before] if wanted in leaf), default=-1)

    def reopen(self) -> None:
        return None

    # What a well-behaved operator does.

    def append(self, visit: str = "visit-1", **changes: Any) -> Entry:
        n, prev = self.heads.get(visit, (0, ""))
        index = len(self.rows)
        defaults = {"id": f"event-{index}", "time": NOON + timedelta(seconds=index), "data": {"index": index}}
        entry = an_entry(**(defaults | {"visit": visit, "n": n + 1, "prev": prev} | changes))
        self.append_bytes(encode(entry))
        self.heads[visit] = (entry.n, self.rows[-1][2].hex())
        return entry

    def append_bytes(self, leaf: bytes) -> None:
        self.rows.append((len(self.rows), leaf, leaf_hash(leaf)))

    def root(self, size: int | None = None) -> bytes:
        return root_from_hashes([row[2] for row in self.rows[:size]])

    def sign(self, *signers: NoteSigner, size: int | None = None) -> bytes:
        at = len(self.rows) if size is None else size
        return checkpoint.sign(Checkpoint(ORIGIN, at, self.root(at)), *(signers or (KEY,)))

    def checkpoint(self, *signers: NoteSigner) -> bytes:
        """Sign, store and publish the present state."""
        self.published = self.sign(*signers)
        self.signed.append(self.published)
        return self.published

    # What someone with the database's password does.

    def edit(self, index: int, leaf: bytes, *, rehash: bool) -> None:
        stored = leaf_hash(leaf) if rehash else self.rows[index][2]
        self.rows[index] = (index, leaf, stored)


def a_log(entries: int = 20, *, visits: int = 3, every: int = 5) -> MemoryLog:
    """Entries of several visits taking turns, with a checkpoint after each few, the last over all."""
    log = MemoryLog()
    for index in range(entries):
        log.append(f"visit-{index % visits}")
        if (index + 1) % every == 0 or index + 1 == entries:
            log.checkpoint()
    return log


def check(log: MemoryLog, *, held: bytes | None = None, now: datetime | None = None, **policy: Any) -> Report:
    demanded = Policy(**({"origin": ORIGIN} | policy))
    at = now or SOON
    return verify(log, vkeys=[KEY.verifier.vkey], now=at, held=held, policy=demanded)


def verdicts(report: Report) -> set[Verdict]:
    """What a verification says, but for the missing witness."""
    return set(report.totals) - {Verdict.UNWITNESSED}


def another_event(leaf: bytes) -> bytes:
    """An entry in the place of `leaf` that says something else."""
    entry = decode(leaf)
    return encode(an_entry(id=entry.id, time=entry.time, visit=entry.visit, n=entry.n, prev=entry.prev, data={"x": 1}))

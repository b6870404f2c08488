"""What an owner of the database does to the log, some with its signing key too, and the verdict that names it.

Each attack runs in a transaction of its own that is rolled back, so that one log serves all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, text

from audit import checkpoint
from audit.checkpoint import Checkpoint
from audit.entry import decode, encode
from audit.merkle import CompactRange, leaf_hash
from audit.note import Signer
from audit.report import Report, Verdict
from gateway.ledger import checkpoints
from gateway.ledger.checking import check
from gateway.parts import Store
from tests.gateway.ledger.events import checkpoint_of, record_events
from tests.gateway.ledger.test_checkpoints import unprotect

_TABLES = ("audit_event", "audit_leaf", "audit_node", "audit_checkpoint")


class _UndoneError(Exception):
    """Rolls an attack back, once it was seen."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


@dataclass(frozen=True)
class Attacker:
    """Somebody with all rights in the database; `signer` is the log's own key, for those who have that too."""

    conn: Connection
    signer: Signer
    now: datetime

    def do(self, statement: str, **values: object) -> None:
        self.conn.execute(text(statement), values)

    def leaves(self) -> list[bytes]:
        """All leaves in their order."""
        query = "SELECT leaf FROM audit_event JOIN audit_leaf ON audit_leaf.event_id = audit_event.id ORDER BY idx"
        return [bytes(leaf) for leaf in self.conn.execute(text(query)).scalars()]

    def write(self, leaves: list[bytes]) -> None:
        """Put these leaves in the place of the log, with the tree over them and one signed checkpoint."""
        for table in ("audit_pending", "audit_leaf", "audit_node", "audit_checkpoint"):
            self.do(f"DELETE FROM {table}")
        self.do("UPDATE audit_ends SET event_id = NULL")
        self.do("DELETE FROM audit_event")
        tree = CompactRange()
        for index, leaf in enumerate(leaves):
            hashed = leaf_hash(leaf)
            values = {"id": f"event-{index}", "leaf": leaf, "hash": hashed, "idx": index, "at": stamp(self.now)}
            self.do(
                "INSERT INTO audit_event (id, chain, n, type, at, leaf, leaf_hash) "
                "VALUES (:id, :id, 1, 'any', :at, :leaf, :hash)",
                **values,
            )
            self.do("INSERT INTO audit_leaf (idx, event_id, leaf_hash) VALUES (:idx, :id, :hash)", **values)
            for level, idx, node in tree.append(hashed):
                self.do("INSERT INTO audit_node VALUES (:level, :idx, :hash)", level=level, idx=idx, hash=node)
        self.do("UPDATE audit_head SET size = :s, range = :r", s=tree.size, r=tree.to_bytes())
        self.sign(tree.size, tree.root())

    def sign(self, size: int, root: bytes) -> None:
        signed = checkpoint.sign(Checkpoint(self.signer.name, size, root), self.signer)
        insert = "INSERT INTO audit_checkpoint (size, root, note, signed_at) VALUES (:s, :r, :n, :at)"
        self.do(insert, s=size, r=root, n=signed, at=stamp(self.now))

    def change_last(self, make: Callable[[bytes], bytes]) -> None:
        """Change the newest leaf, and sign the log as if it had always been so."""
        *leaves, last = self.leaves()
        changed = make(last)
        assert changed != last
        self.write([*leaves, changed])


def stamp(moment: datetime) -> str:
    """A time as both databases take it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"


Attack = Callable[[Attacker], None]


def run(
    store: Store, attack: Attack, *, held: bytes | None, later: timedelta = timedelta(0), since: bytes | None = None
) -> Report:
    signer = store.publisher.signers[0]
    now = store.clock.now() + later

    def work(conn: Connection) -> None:
        for table in _TABLES:
            unprotect(conn, table)
        attack(Attacker(conn, signer, now))
        vkeys, origin = [signer.verifier.vkey], store.settings.log_origin
        raise _UndoneError(check(conn, vkeys=vkeys, origin=origin, now=now, held=held, since=since))

    with pytest.raises(_UndoneError) as undone:
        store.database.write_now(work)
    return undone.value.report


@pytest.fixture
def log(store: Store) -> Store:
    """Two visits, each under a checkpoint of its own."""
    for visit in ("visit-1", "visit-2"):
        record_events(store, 4, visit)
        checkpoint_of(store)
    return store


def held_by(store: Store) -> bytes:
    held = checkpoints.read_held(Path(store.settings.data_dir))
    assert held is not None
    return held


def other(leaf: bytes) -> bytes:
    """The same event, with another step in it."""
    entry = decode(leaf)
    return encode(msgspec.structs.replace(entry, data={"step": 99}))


def drop_tail(attacker: Attacker) -> None:
    attacker.do("DELETE FROM audit_leaf WHERE idx >= 6")
    attacker.do("DELETE FROM audit_event WHERE id NOT IN (SELECT event_id FROM audit_leaf)")
    tree = CompactRange()
    tree.extend([leaf_hash(leaf) for leaf in attacker.leaves()])
    attacker.do("UPDATE audit_head SET size = :s, range = :r", s=tree.size, r=tree.to_bytes())


def drop_tail_and_what_was_signed_of_it(attacker: Attacker) -> None:
    attacker.write(attacker.leaves()[:6])


def roll_back(leaf: bytes) -> bytes:
    entry = decode(leaf)
    return encode(msgspec.structs.replace(entry, time=entry.time - timedelta(days=1)))


def insert_twice(attacker: Attacker) -> None:
    leaves = attacker.leaves()
    attacker.write([*leaves, leaves[5]])


def leave_out(attacker: Attacker) -> None:
    """One event of the first visit never happened: the later ones are chained and signed anew, but for one number."""
    leaves = attacker.leaves()
    first = next(index for index, leaf in enumerate(leaves) if decode(leaf).visit == "visit-1")
    attacker.write([leaf for index, leaf in enumerate(leaves) if index != first + 1])


def suppress(attacker: Attacker) -> None:
    leaf = other(attacker.leaves()[-1])
    attacker.do(
        "INSERT INTO audit_event (id, chain, n, type, at, leaf, leaf_hash) VALUES ('x', 'x', 1, 'any', :at, :l, :h)",
        at=stamp(attacker.now - timedelta(hours=1)),
        l=leaf,
        h=leaf_hash(leaf),
    )


def replay(attacker: Attacker) -> None:
    """An old checkpoint is the newest again, and stays it."""
    attacker.do("DELETE FROM audit_checkpoint WHERE size = (SELECT max(size) FROM audit_checkpoint)")


def rebuild(attacker: Attacker) -> None:
    """Another history: each chain is written anew, entry by entry, without a fault."""
    ends: dict[str, str] = {}
    leaves = []
    for entry in map(decode, attacker.leaves()):
        data = entry.data | {"told": "otherwise"}
        leaves.append(encode(msgspec.structs.replace(entry, prev=ends.get(entry.visit, ""), data=data)))
        ends[entry.visit] = leaf_hash(leaves[-1]).hex()
    attacker.write(leaves)


def edit(attacker: Attacker) -> None:
    fifth = "(SELECT event_id FROM audit_leaf WHERE idx = 5)"
    attacker.do(f"UPDATE audit_event SET leaf = :leaf WHERE id = {fifth}", leaf=other(attacker.leaves()[5]))


def delete(attacker: Attacker) -> None:
    attacker.do("DELETE FROM audit_leaf WHERE idx = 5")


def place_beyond(attacker: Attacker) -> None:
    """An entry stands there again, past the end that the tree's head knows."""
    columns = "'again', n, type, at, leaf, leaf_hash FROM audit_event JOIN audit_leaf USING (leaf_hash) WHERE idx = 5"
    attacker.do(f"INSERT INTO audit_event (id, chain, n, type, at, leaf, leaf_hash) SELECT 'again', {columns}")
    attacker.do(
        "INSERT INTO audit_leaf (idx, event_id, leaf_hash) SELECT (SELECT max(idx) + 1 FROM audit_leaf), id, leaf_hash "
        "FROM audit_event WHERE id = 'again'"
    )


def recode(old: str, new: str) -> Attack:
    """The same event in other bytes."""
    return lambda attacker: attacker.change_last(lambda leaf: leaf.replace(old.encode(), new.encode(), 1))


def nothing(attacker: Attacker) -> None:
    """Leave all as it is."""


ATTACKS: dict[str, tuple[Attack, Verdict]] = {
    # Without the signing key: the log shows it.
    "edit": (edit, Verdict.EDITED),
    "delete": (delete, Verdict.MISSING),
    "drop the tail": (drop_tail, Verdict.TRUNCATED),
    "suppress": (suppress, Verdict.SUPPRESSED),
    "place beyond the head": (place_beyond, Verdict.DUPLICATE),
    # With the key everything is signed anew: the entries show it.
    "insert twice": (insert_twice, Verdict.DUPLICATE),
    "leave out": (leave_out, Verdict.INCOMPLETE_VISIT),
    "roll the clock back": (lambda attacker: attacker.change_last(roll_back), Verdict.TIME_ORDER),
    "key order": (recode('"channel":"counter","step":3', '"step":3,"channel":"counter"'), Verdict.NOT_CANONICAL),
    "number form": (recode('"step":3', '"step":3.0'), Verdict.NOT_CANONICAL),
    "not in NFC": (recode('"counter"', '"a\N{COMBINING MACRON}"'), Verdict.NOT_CANONICAL),
}
AGAINST_WHAT_WAS_HELD: dict[str, tuple[Attack, Verdict]] = {
    # A flawless other history: only a checkpoint that somebody kept shows it.
    "rebuild with the same key": (rebuild, Verdict.SPLIT_VIEW),
    "drop the tail and what was signed of it": (drop_tail_and_what_was_signed_of_it, Verdict.TRUNCATED),
}


def test_each_attack_has_its_verdict(log: Store) -> None:
    assert run(log, nothing, held=held_by(log)).exit_code == 0
    for name, (attack, verdict) in ATTACKS.items():
        report = run(log, attack, held=None)
        assert (report.exit_code, verdict in report.totals) == (1, True), (name, report.lines())
    for name, (attack, verdict) in AGAINST_WHAT_WAS_HELD.items():
        assert run(log, attack, held=None).exit_code == 0, name
        report = run(log, attack, held=held_by(log))
        assert (report.exit_code, verdict in report.totals) == (1, True), (name, report.lines())


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # it keeps anything in any column
def test_what_is_no_bytes_any_more_is_edited_and_ends_no_verification(log: Store) -> None:
    def write_text(attacker: Attacker) -> None:
        attacker.do("UPDATE audit_event SET leaf = 'text' WHERE id = (SELECT event_id FROM audit_leaf WHERE idx = 5)")
        attacker.do("UPDATE audit_leaf SET leaf_hash = 17 WHERE idx = 6")
        attacker.do("UPDATE audit_head SET size = 'many', range = 'none'")

    assert {Verdict.EDITED, Verdict.NOT_CANONICAL} <= run(log, write_text, held=None).totals.keys()


def test_a_history_that_grew_on_after_the_fork_is_inconsistent_with_what_was_held(log: Store) -> None:
    earlier = log.database.read_now(checkpoints.latest)
    record_events(log, 2, "visit-3")
    checkpoint_of(log)
    assert run(log, rebuild, held=earlier).verdict is Verdict.INCONSISTENT


def test_an_old_checkpoint_shown_again_is_stale(log: Store) -> None:
    report = run(log, replay, held=None, later=timedelta(hours=1))
    assert (report.verdict, report.exit_code) == (Verdict.STALE, 3)
    assert run(log, replay, held=held_by(log), later=timedelta(hours=1)).vouched_size == report.size


def test_two_roots_that_were_signed_for_one_size_are_a_split_view(log: Store) -> None:
    signer, size = log.publisher.signers[0], checkpoint.parse(held_by(log)).size
    forked = checkpoint.sign(Checkpoint(signer.name, size, bytes(32)), signer)
    report = run(log, nothing, held=forked)
    assert (report.verdict, report.exit_code) == (Verdict.SPLIT_VIEW, 1)


def append(attacker: Attacker, leaf: bytes) -> None:
    """One more leaf, as an event of no chain that the database knows, under a checkpoint signed by the right key."""
    tree = CompactRange()
    tree.extend([leaf_hash(each) for each in attacker.leaves()])
    values = {"leaf": leaf, "hash": leaf_hash(leaf), "idx": tree.size, "at": stamp(attacker.now)}
    attacker.do(
        "INSERT INTO audit_event (id, chain, n, type, at, leaf, leaf_hash) "
        "VALUES ('x', 'x', 1, 'any', :at, :leaf, :hash)",
        **values,
    )
    attacker.do("INSERT INTO audit_leaf (idx, event_id, leaf_hash) VALUES (:idx, 'x', :hash)", **values)
    for level, idx, node in tree.append(leaf_hash(leaf)):
        attacker.do("INSERT INTO audit_node VALUES (:level, :idx, :hash)", level=level, idx=idx, hash=node)
    attacker.do("UPDATE audit_head SET size = :s, range = :r", s=tree.size, r=tree.to_bytes())
    attacker.sign(tree.size, tree.root())


def test_what_stands_there_again_after_a_verification_is_seen_by_the_next_one_from_there_on(log: Store) -> None:
    verified = held_by(log)
    assert run(log, nothing, held=None, since=verified).exit_code == 0
    again = run(log, lambda attacker: append(attacker, attacker.leaves()[5]), held=None, since=verified)
    assert (again.exit_code, Verdict.DUPLICATE in again.totals) == (1, True), again.lines()
    other_end = run(log, lambda attacker: append(attacker, other(attacker.leaves()[-1])), held=None, since=verified)
    assert (other_end.exit_code, Verdict.DUPLICATE in other_end.totals) == (1, True), other_end.lines()

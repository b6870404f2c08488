"""Every event gets one place, whoever sequences and whatever dies meanwhile."""

import asyncio
import contextlib
import itertools
import random
import threading
import time
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text

from audit.entry import decode
from audit.merkle import CompactRange, root_from_hashes
from audit.report import Verdict
from gateway.clock import HeldClock
from gateway.database.engine import Database
from gateway.ledger import sequencer, tree
from gateway.ledger.sequencer import HeadMovedError, sequence_batch, sequence_now
from gateway.ledger.tables import AuditEvent, AuditLeaf, AuditPending
from gateway.parts import Store
from gateway.worker import keep_sequencing
from tests.gateway.ledger.events import checkpoint_of, record_event, record_events, verdict_of

LEAVES = (
    select(AuditLeaf.idx, AuditLeaf.leaf_hash, AuditEvent.id, AuditEvent.leaf)
    .join(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
    .order_by(AuditLeaf.idx)
)


def assert_whole(database: Database, events: int) -> None:
    """No gap, none twice, chains in order, and the stored tree is the tree over the leaves."""
    rows = database.read_now(lambda conn: conn.execute(LEAVES).all())
    assert [row.idx for row in rows] == list(range(events))
    assert len({row.id for row in rows}) == events
    seen: dict[str, int] = {}
    for row in rows:
        entry = decode(bytes(row.leaf))
        assert entry.n == seen.get(entry.visit, 0) + 1
        seen[entry.visit] = entry.n
    hashes = [bytes(row.leaf_hash) for row in rows]
    head = database.read_now(tree.head)
    assert (head.size, head.root) == (events, root_from_hashes(hashes))
    for size in {1, events // 2, events - 1, events} - {0}:
        assert database.read_now(partial(tree.root_at, size=size)) == root_from_hashes(hashes[:size])


def count(database: Database, table: type[AuditPending] | type[AuditLeaf]) -> int:
    return len(database.read_now(lambda conn: conn.execute(select(table.event_id)).all()))


def test_gives_each_event_one_place_with_two_sequencers_under_writers(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    owners = [Database.open(url) for _ in range(4)]
    writing = threading.Event()
    writing.set()
    visits = 4
    each = 40

    def write(owner: Database, name: str) -> None:
        chances = random.Random(name)
        for _ in range(each):
            owner.write_now(lambda conn: record_event(conn, f"visit-{chances.randrange(visits)}"))

    def keep_up(owner: Database) -> None:
        while writing.is_set():
            sequence_now(owner)
            time.sleep(0.001)

    writers = [threading.Thread(target=write, args=(owners[i], f"writer {i}")) for i in range(2)]
    sequencers = [threading.Thread(target=keep_up, args=(owners[i],)) for i in (2, 3)]
    for thread in (*writers, *sequencers):
        thread.start()
    for thread in writers:
        thread.join()
    writing.clear()
    for thread in sequencers:
        thread.join()
    sequence_now(database)
    for owner in owners:
        owner.close()
    assert_whole(database, 2 * each)


class _KilledError(BaseException):
    """Nothing catches it, like a process that is killed."""


def test_loses_nothing_when_it_dies_after_any_statement(store: Store) -> None:
    record_events(store, 3, "visit-1")
    sequence_now(store.database)
    record_events(store, 2, "visit-2")
    size = store.database.read_now(tree.head).size
    deaths = 0
    with contextlib.suppress(StopIteration):
        for statement in itertools.count(1):
            with pytest.raises(_KilledError):
                store.database.write_now(partial(sequence_and_die, after=statement))
            deaths += 1
            assert store.database.read_now(tree.head).size == size
            assert count(store.database, AuditPending) == 2
    assert deaths >= 3
    sequence_now(store.database)
    assert_whole(store.database, size + 2)


def sequence_and_die(conn: Connection, *, after: int) -> None:
    """Sequence a batch and die after so many statements; stop, leaving nothing, if there are fewer."""
    real: Any = conn.execute
    done = 0

    def execute(*args: object, **options: object) -> object:
        nonlocal done
        result = real(*args, **options)
        done += 1
        if done == after:
            raise _KilledError
        return result

    with pytest.MonkeyPatch.context() as knife:
        knife.setattr(conn, "execute", execute)
        sequence_batch(conn)
    raise StopIteration


def test_gives_way_when_the_head_moved(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    record_events(store, 2)
    sequence_now(store.database)
    record_events(store, 1)
    stale = sequencer._locked_tree
    monkeypatch.setattr(sequencer, "_locked_tree", lambda conn: stale(conn).__class__())
    with pytest.raises(Exception) as refused:  # noqa: PT011 - a taken index or the moved head: either ends it
        store.database.write_now(sequence_batch)
    assert refused.type is HeadMovedError or "audit_leaf" in str(refused.value)
    monkeypatch.undo()
    sequence_now(store.database)
    assert count(store.database, AuditPending) == 0
    assert verdict_of(store).size == store.database.read_now(tree.head).size


def test_leaves_nothing_where_the_head_alone_shows_that_it_was_late(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_events(store, 2)
    before = count(store.database, AuditPending)
    real = sequencer._locked_tree

    def ahead(conn: Connection) -> CompactRange:
        read = real(conn)
        read.append(bytes(32))  # its places are still free
        return read

    monkeypatch.setattr(sequencer, "_locked_tree", ahead)
    with pytest.raises(HeadMovedError):
        store.database.write_now(sequence_batch)
    assert count(store.database, AuditPending) == before


def test_takes_more_than_one_batch(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sequence_now(store.database)
    before = store.database.read_now(tree.head).size
    monkeypatch.setattr(sequencer, "BATCH", 4)
    record_events(store, 11)
    assert sequence_now(store.database) == 11
    assert_whole(store.database, before + 11)


def test_is_idle_within_a_tenth_of_a_second_of_a_commit(store: Store) -> None:
    async def measure() -> list[float]:
        times = []
        keeping = asyncio.create_task(keep_sequencing(store.database))
        await asyncio.sleep(0.2)
        for _ in range(5):
            await store.database.write(record_event)
            committed = time.perf_counter()
            while await store.database.read(lambda conn: conn.execute(select(AuditPending.event_id)).first()):  # noqa: ASYNC110 - a reader looks again and again
                await asyncio.sleep(0.002)
            times.append(time.perf_counter() - committed)
            await asyncio.sleep(0.05)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        return times

    times = asyncio.run(measure())
    assert sorted(times)[2] < 0.1, times


def test_finds_an_event_that_somebody_kept_from_the_log(store: Store, clock: HeldClock) -> None:
    record_events(store, 2)
    store.database.write_now(lambda conn: conn.execute(text("DELETE FROM audit_pending")))
    checkpoint_of(store)
    clock.move(timedelta(minutes=2))
    report = verdict_of(store)
    assert report.verdict == "suppressed"
    assert report.exit_code == 1


def test_events_that_wait_because_no_worker_runs_are_pending_and_nothing_worse(store: Store, clock: HeldClock) -> None:
    record_events(store, 2)
    checkpoint_of(store)
    record_events(store, 3)
    clock.move(timedelta(minutes=2))
    report = verdict_of(store)
    assert (report.verdict, report.exit_code) == ("pending", 3)
    assert report.totals[Verdict.PENDING] == 3
    assert Verdict.SUPPRESSED not in report.totals
    sequence_now(store.database)
    assert Verdict.PENDING not in verdict_of(store).totals


def test_refuses_a_leaf_for_an_event_that_has_one(store: Store) -> None:
    record_events(store, 1)
    sequence_now(store.database)
    event_id, size = store.database.read_now(
        lambda conn: (conn.execute(select(AuditLeaf.event_id)).scalars().first(), tree.head(conn).size)
    )
    row = {"idx": size, "event_id": event_id, "leaf_hash": b"x" * 32}
    with pytest.raises(Exception, match="event_id"):
        store.database.write_now(lambda conn: conn.execute(insert(AuditLeaf), row))

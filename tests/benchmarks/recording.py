"""How many events a second get into the log from many writers at once, and how soon each is a leaf.

Writers are processes of their own and commit durably: PostgreSQL is a server that keeps its promises, on the disk.
"""

import asyncio
import itertools
import multiprocessing
import secrets
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from typing import TypeAlias

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    select,
    text,
)

from gateway.clock import SystemClock
from gateway.database.base import UtcDateTime
from gateway.database.engine import Database
from gateway.database.migrating import migrate
from gateway.ids import new_id
from gateway.ledger import tree
from gateway.ledger.tables import AuditLeaf, AuditPending
from gateway.worker import keep_sequencing
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.databases import Databases, PostgresqlDatabases
from tests.gateway.ledger.events import record_event
from tests.postgresql import Server, find_binaries

AIM = 1 / 0.6
"""So many plain rows may be committed in the time of one event."""
AIM_MEDIAN_MS = 100.0
AIM_SLOWEST_MS = 300.0
EVENTS_A_SECOND = 300
_CLOCK = SystemClock()
_BODY = secrets.token_bytes(450)
_VISITS = 16
"""Chains that a writer goes around in."""
_THREADS = 4
_ROUNDS = 3
_PATIENCE = 60.0
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["__main__", __name__])
_JOURNAL = Table(
    "journal",
    MetaData(),
    Column("id", String, primary_key=True),
    Column("chain", String),
    Column("n", Integer),
    Column("type", String),
    Column("at", UtcDateTime, index=True),
    Column("body", LargeBinary),
    UniqueConstraint("chain", "n"),
    Index("ix_journal_type_chain", "type", "chain"),
)
"""What a journal without a log would be: a row an event, with the same indexes, and nothing that proves it."""
_PLAIN = text("INSERT INTO journal VALUES (:id, :chain, :n, 'visit:opened', :at, :body)").bindparams(
    bindparam("at", type_=UtcDateTime())
)
_NEW = select(AuditLeaf.event_id).where(AuditLeaf.idx >= bindparam("start")).order_by(AuditLeaf.idx)
_WAITS = select(AuditPending.event_id).limit(1)


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Both figures on both databases; the limit of writers is PostgreSQL's, since SQLite has one writer."""
    with _durable(dict(itertools.islice(databases.items(), effort.pages_on))) as kept:
        for kind, each in kept.items():
            url = each.migrated(migrate)
            try:
                yield _throughput(kind, url, effort)
                yield _latency(kind, url, effort)
            finally:
                each.drop(url)


@contextmanager
def _durable(databases: Mapping[str, Databases]) -> Iterator[dict[str, Databases]]:
    """The same databases, PostgreSQL on a server that forces each commit to the disk."""
    binaries = find_binaries()
    if binaries is None or not any(isinstance(each, PostgresqlDatabases) for each in databases.values()):
        yield dict(databases)
        return
    server = Server.start(binaries, durable=True)
    try:
        made = PostgresqlDatabases(server)
        yield {kind: made if isinstance(each, PostgresqlDatabases) else each for kind, each in databases.items()}
        made.close()
    finally:
        server.stop()


def _throughput(kind: str, url: str, effort: Effort) -> Figure:
    database = Database.open(url)
    database.write_now(_JOURNAL.create)
    found = [(_rate(database, _write_plain, effort), _rate(database, _write_event, effort)) for _ in _rounds(effort)]
    database.close()
    plain, ours = (statistics.median(each) for each in zip(*found, strict=True))
    aims = (Aim("plain rows in its time", plain / ours, AIM),) if kind == "PostgreSQL" else ()
    return Figure(
        name=f"events from {effort.writers} writers until they are leaves, {kind}",
        value=ours,
        unit="events/s",
        beside=f"rows of a plain journal {plain:,.0f}/s",
        ratio=ours / plain,
        aims=aims,
        why="on two cores writers, server and sequencer wait for these, not for the disk: an event is three rows "
        "in one statement and a place in the tree, a plain row is one",
    )


def _rounds(effort: Effort) -> range:
    return range(min(effort.rounds, _ROUNDS))


def _rate(database: Database, write: "Write", effort: Effort) -> float:
    """Rows or events a second, from the first until the last is committed and nothing waits for its place."""
    url = database.url.render_as_string(hide_password=False)
    begin, counts = _FORKS.Event(), _FORKS.Queue()
    writers = [
        _start(_write_on, url, write, number, effort.writing_seconds, begin, counts) for number in range(effort.writers)
    ]
    with _sequencing(url):
        for _ in writers:
            counts.get(timeout=_PATIENCE)  # all stand ready
        started = time.perf_counter()
        begin.set()
        total: int = sum(counts.get(timeout=_PATIENCE) for _ in writers)
        _until_nothing_waits(database)
        taken = time.perf_counter() - started
    for each in writers:
        each.join()
    return total / taken


def _until_nothing_waits(database: Database) -> None:
    while database.read_now(lambda conn: conn.execute(_WAITS).first()):
        time.sleep(0.002)


def _start(work: Callable[..., None], *values: object) -> ForkServerProcess:
    process = _FORKS.Process(target=work, args=values, daemon=True)
    process.start()
    return process


@contextmanager
def _sequencing(url: str) -> Iterator[None]:
    """The loop of a worker, in a process of its own."""
    process = _start(_sequence, url)
    try:
        yield
    finally:
        process.kill()
        process.join()


def _sequence(url: str) -> None:
    asyncio.run(keep_sequencing(Database.open(url)))


Write: TypeAlias = Callable[[Connection, str, int], object]
"""Writes one row or event, of a chain, as its so manieth."""


def _write_plain(conn: Connection, chain: str, n: int) -> None:
    conn.execute(_PLAIN, {"id": new_id(), "chain": chain, "n": n, "at": _CLOCK.now(), "body": _BODY})


def _write_event(conn: Connection, chain: str, n: int) -> str:
    return record_event(conn, chain, at=_CLOCK.now(), step=n)


def _write_on(url: str, write: Write, number: int, seconds: float, begin: "Event", counts: "Queue[int]") -> None:
    """Commit one after another, going from visit to visit; then say how many."""
    database, chain = Database.open(url, writers=1), new_id()
    database.write_now(lambda conn: write(conn, f"{chain}-warm", 0))
    counts.put(0)
    begin.wait()
    until = time.perf_counter() + seconds
    for done in itertools.count(1):
        database.write_now(lambda conn: write(conn, f"{chain}-{done % _VISITS}", done))  # noqa: B023 - called at once
        if time.perf_counter() > until:
            counts.put(done)
            return


def _latency(kind: str, url: str, effort: Effort) -> Figure:
    """From the commit until another connection sees the leaf, while so many events a second are committed."""
    database = Database.open(url)
    committed: dict[str, float] = {}
    seen: dict[str, float] = {}
    is_over = threading.Event()
    with _sequencing(url):
        database.write_now(lambda conn: _write_event(conn, "warm", 0))
        _until_nothing_waits(database)
        start = database.read_now(tree.head).size
        looking = threading.Thread(target=_look, args=(url, start, seen, is_over), daemon=True)
        looking.start()
        _pace(database, committed, round(effort.writing_seconds * EVENTS_A_SECOND))
        until = time.monotonic() + _PATIENCE
        while not committed.keys() <= seen.keys():
            if time.monotonic() > until:
                raise RuntimeError(f"{len(committed.keys() - seen.keys())} events did not become leaves")
            time.sleep(0.01)
        is_over.set()
        looking.join()
    database.close()
    waits = sorted((seen[each] - at) * 1000 for each, at in committed.items())
    median, slowest = statistics.median(waits), waits[round(0.99 * (len(waits) - 1))]
    rate = (len(committed) - 1) / (max(committed.values()) - min(committed.values()))
    return Figure(
        name=f"event is a leaf after its commit at {EVENTS_A_SECOND} a second, {kind}",
        value=median,
        unit="ms",
        beside=f"of {len(waits)} at {rate:.0f} a second: slowest in a hundred {slowest:.0f} ms",
        aims=(Aim("ms", median, AIM_MEDIAN_MS), Aim("slowest in a hundred, ms", slowest, AIM_SLOWEST_MS)),
    )


def _pace(database: Database, committed: dict[str, float], count: int) -> None:
    """Commit so many events from several threads, each at its time; one that is late is not waited for."""
    started = time.perf_counter()

    def write(number: int) -> None:
        time.sleep(max(0.0, started + number / EVENTS_A_SECOND - time.perf_counter()))
        event = database.write_now(lambda conn: _write_event(conn, f"paced-{number % _VISITS}", number))
        committed[event] = time.perf_counter()

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(write, range(count)))


def _look(url: str, start: int, seen: dict[str, float], is_over: threading.Event) -> None:
    database = Database.open(url, readers=1)
    while not is_over.is_set():
        found = database.read_now(lambda conn: conn.execute(_NEW, {"start": start}).scalars().all())  # noqa: B023 - now
        seen.update(dict.fromkeys(found, time.perf_counter()))
        start += len(found)
        time.sleep(0.002)
    database.close()

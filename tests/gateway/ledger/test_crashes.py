"""Processes are killed (SIGKILL) at every point between an event's commit and its published checkpoint, under load.

After each death the log is looked at as it stands, with writers at work: every committed event has one leaf or waits
for it, no index is left out, chains are whole, and the verifier finds nothing. At the end nothing waits, and of all
checkpoints that anybody ever signed, held, cosigned or published no two have one size and different roots.
"""

import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from audit import checkpoint
from audit.events import EventName
from gateway.config import Settings
from gateway.database.migrating import migrate
from gateway.keys import keyfile
from gateway.ledger import checkpoints
from gateway.ledger.tables import AuditEvent, AuditLeaf, AuditPending
from gateway.parts import Store, open_store
from tests.databases import MigratedUrl
from tests.gateway.ledger.dying import Point, Site, keep_log, running, start, state_ends, wait_for_death, write
from tests.gateway.ledger.events import checkpoint_of, verdict_of
from tests.gateway.ledger.witnesses import is_refused, names_on, newest, policy_of, publish, said, witness_of

_EVENTS = select(AuditEvent.id)
_LEAVES = select(AuditLeaf.idx, AuditLeaf.event_id).order_by(AuditLeaf.idx)
_PENDING = select(AuditPending.event_id)
_OF_A_WRITER = (Point.BEFORE_BUSINESS_COMMIT, Point.AFTER_BUSINESS_COMMIT)


@pytest.fixture
def store(tmp_path: Path, migrated_url: MigratedUrl) -> Iterator[Store]:
    """A log under the machine's own clock, as the processes have it, with its first checkpoint."""
    keyfile.create(tmp_path / "data")
    settings = Settings.from_environment({"PILNVARA_DATA_DIR": str(tmp_path / "data")})
    opened = open_store(replace(settings, database_url=migrated_url(migrate)))
    checkpoint_of(opened)
    yield opened
    opened.close()


@pytest.fixture
def site(store: Store, tmp_path: Path) -> Site:
    return Site(store.settings.database_url, store.settings.data_dir, tmp_path)


def machines(site: Site, count: int) -> list[Site]:
    """So many: with folders of their own where they share a server, with one folder where they share a file."""
    if site.url.startswith("sqlite"):
        return [site] * count
    folders = [site.data_dir, *(site.data_dir.with_name(f"data-{number}") for number in range(1, count))]
    for folder in folders[1:]:
        shutil.copytree(site.data_dir, folder)
    return [replace(site, data_dir=folder) for folder in folders]


@contextmanager
def looking(store: Store, folders: Iterable[Path]) -> Iterator[set[bytes]]:
    """Everything that is published or held from now on, as often as one can look."""
    seen: set[bytes] = set()
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(0.003):
            held = [checkpoints.read_held(folder) for folder in folders]
            seen.update(each for each in (*held, store.database.read_now(checkpoints.latest)) if each is not None)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        thread.join()


def assert_one_root_a_size(signed: Iterable[bytes]) -> None:
    roots: dict[int, set[bytes]] = {}
    for each in map(checkpoint.parse, signed):
        roots.setdefault(each.size, set()).add(each.root)
    assert roots
    assert {size: found for size, found in roots.items() if len(found) != 1} == {}


def assert_whole(store: Store, site: Site) -> set[str]:
    """Say which events are committed: each has one leaf or waits for one, and the leaves have no gap."""
    told = site.found("told")  # read first: writers go on

    def look(conn: Connection) -> tuple[list[str], list[tuple[int, str]], list[str]]:
        leaves = [(row.idx, row.event_id) for row in conn.execute(_LEAVES)]
        return list(conn.execute(_EVENTS).scalars()), leaves, list(conn.execute(_PENDING).scalars())

    events, leaves, pending = store.database.read_now(look)
    assert [index for index, _ in leaves] == list(range(len(leaves)))
    assert sorted([event for _, event in leaves] + pending) == sorted(events)
    report = verdict_of(store)
    assert report.exit_code == 0, report.lines()
    assert report.size >= len(leaves)
    assert set(told) <= set(events)
    return set(events)


@pytest.mark.parametrize("count", [1, 3], ids=["one sequencer", "three sequencers"])
def test_nothing_is_lost_doubled_or_signed_twice(store: Store, site: Site, count: int) -> None:
    places = machines(site, count)
    folders = {each.data_dir for each in places}
    with witness_of(store, site.traces / "w1") as witness, looking(store, folders) as seen:
        places = [replace(each, trust=policy_of(witness)) for each in places]
        others = [start(keep_log, each) for each in places[1:]]
        with running(start(write, site), start(write, site), *others):
            for point in Point:
                victim = start(write if point in _OF_A_WRITER else keep_log, places[0], point)
                wait_for_death(victim)
                assert_fate_of_what_was_begun(site, point, assert_whole(store, site))
            with running(start(keep_log, places[0])):
                wait_until_published(store, at_least=len(assert_whole(store, site)))
        publish(store, places[0].trust)
        assert names_on(newest(store), places[0].trust) == {witness.name}
        assert not (site.traces / "w1" / "conflicts").exists()
    assert not is_refused(store)
    assert not store.database.read_now(lambda conn: conn.execute(_PENDING).all())
    assert_whole(store, site)
    assert_one_root_a_size([*seen, *site.signed, newest(store)])


def assert_fate_of_what_was_begun(site: Site, point: Point, committed: set[str]) -> None:
    """What the killed writer was about: kept if it died after the commit, as if it had never been if before."""
    begun = site.found(f"begun {point}")
    assert bool(begun) == (point in _OF_A_WRITER)
    for event_id in begun:
        assert (event_id in committed) == (point is Point.AFTER_BUSINESS_COMMIT)


def wait_until_published(store: Store, *, at_least: int) -> None:
    """A worker that was started again brings everything under a checkpoint."""
    deadline = time.monotonic() + 20
    while checkpoint.parse(newest(store)).size < at_least:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_two_processes_state_at_once_where_chains_end(store: Store, site: Site) -> None:
    with running(
        start(write, site), start(write, site), start(keep_log, site), *(start(state_ends, site) for _ in "ab")
    ):
        deadline = time.monotonic() + 20
        while len(said(store, EventName.LOG_HEADS_RECORDED)) < 12:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    publish(store, site.trust)
    assert_whole(store, site)
    stated = [each["size"] for each in said(store, EventName.LOG_HEADS_RECORDED)]
    assert stated == sorted(set(stated))

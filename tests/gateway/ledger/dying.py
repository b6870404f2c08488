"""Processes that write, sequence, sign and publish as ours do, and are killed (SIGKILL) at one point of it.

The product knows nothing of this: a process wraps what it is going to call before it begins. All are forked from one
that has imported everything, since starting Python anew costs more than what is tested.
"""

import asyncio
import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from audit import checkpoint
from audit.policy import TrustPolicy
from gateway import worker
from gateway.clock import SystemClock
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.ledger import checkpoints, sequencer, settling
from gateway.ledger.witness_client import WitnessClient
from gateway.parts import open_store
from tests.gateway.ledger.events import record_event

T = TypeVar("T")

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["__main__", __name__])
_END = b"\0"
_PATIENCE = 30.0
_EVERY = 0.02
"""Seconds between two checkpoints: a second would make no other history, only a longer test."""
_CHAINS = 3
"""Writers share them, so that they wait for each other's commits."""
_PAUSE = 0.01
"""Seconds between two events of a writer: enough to keep all at work, few enough to verify the log again and again."""


class Point(StrEnum):
    """Where a process dies. The transaction that it is in, or the message that it sends, is named by what it is for."""

    BEFORE_BUSINESS_COMMIT = "before the business commit"
    AFTER_BUSINESS_COMMIT = "after the business commit"
    BEFORE_SEQUENCER_COMMIT = "before the sequencer's commit"
    AFTER_SEQUENCER_COMMIT = "after the sequencer's commit"
    BEFORE_SIGNATURE = "before the signature"
    AFTER_SIGNATURE = "after the signature"
    BEFORE_WITNESS = "before the witness is asked"
    AFTER_WITNESS = "after the witness has cosigned"
    BEFORE_PUBLICATION = "before the publication"
    AFTER_PUBLICATION = "after the publication"


@dataclass(frozen=True)
class Site:
    """One machine: its data folder, the database, its witnesses, and files in which the processes leave traces."""

    url: str
    data_dir: Path
    traces: Path
    trust: TrustPolicy = field(default_factory=lambda: TrustPolicy.of((), 0))

    @property
    def settings(self) -> Settings:
        """As the product has them."""
        return Settings.from_environment({"PILNVARA_DATA_DIR": str(self.data_dir), "PILNVARA_DATABASE_URL": self.url})

    def leave(self, name: str, content: bytes) -> None:
        """Add to a file in one piece, so that it stands there whoever dies next."""
        handle = os.open(self.traces / name, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        os.write(handle, content)
        os.close(handle)

    def found(self, name: str) -> list[str]:
        """The lines that were left under `name`."""
        path = self.traces / name
        return path.read_text().splitlines() if path.exists() else []

    @property
    def signed(self) -> list[bytes]:
        """Every checkpoint that was ever signed, whatever became of it."""
        path = self.traces / "signed"
        return path.read_bytes().split(_END)[:-1] if path.exists() else []


Work = Callable[[Site, Point | None], None]


def start(work: Work, site: Site, point: Point | None = None) -> ForkServerProcess:
    """Start `work` in a process of its own, which dies at `point`."""
    process = _FORKS.Process(target=work, args=(site, point), daemon=True)
    process.start()
    return process


def wait_for_death(process: ForkServerProcess) -> None:
    """Wait until it has died by SIGKILL."""
    process.join(_PATIENCE)
    assert process.exitcode == -signal.SIGKILL, process.exitcode


@contextmanager
def running(*processes: ForkServerProcess) -> Iterator[None]:
    """Let them work meanwhile, and kill them at the end, wherever they are."""
    try:
        yield
        assert all(each.is_alive() for each in processes)
    finally:
        for each in processes:
            each.kill()
            each.join()


def write(site: Site, point: Point | None) -> None:
    """Record events, one a transaction; the id of each is left before its commit (`begun`) and after it (`told`)."""
    database, clock, seam = Database.open(site.url), SystemClock(), _Seam(point)
    numbers = itertools.count()
    seam.watch_commits(database)

    def record(conn: Connection) -> str:
        event_id = record_event(conn, f"visit-{next(numbers) % _CHAINS}", at=clock.now())
        site.leave(f"begun {point}", f"{event_id}\n".encode())
        return event_id

    work = seam.ending(record, Point.BEFORE_BUSINESS_COMMIT, Point.AFTER_BUSINESS_COMMIT)
    while True:
        site.leave("told", f"{database.write_now(work)}\n".encode())
        time.sleep(_PAUSE)


def keep_log(site: Site, point: Point | None) -> None:
    """Sequence, sign and publish as a worker does; each signature is left (`signed`) as soon as it is made."""
    store, seam = open_store(site.settings), _Seam(point)
    seam.watch_commits(store.database)
    batch, keep = sequencer.sequence_batch, checkpoints._store
    points = Point.BEFORE_SEQUENCER_COMMIT, Point.AFTER_SEQUENCER_COMMIT
    sequencer.sequence_batch = seam.ending(batch, *points)
    checkpoints._store = seam.ending(keep, Point.BEFORE_PUBLICATION, Point.AFTER_PUBLICATION)
    _leave_signatures(site, seam)
    _die_beside_witness(seam)
    worker._PUBLISH_SECONDS = _EVERY if point else 5 * _EVERY  # whoever is to die gets there
    publishing = worker.keep_publishing(store.publisher, site.trust)
    asyncio.run(_together(worker.keep_sequencing(store.database), publishing))


def state_ends(site: Site, point: Point | None) -> None:
    """State where all chains end, again and again."""
    database, clock = Database.open(site.url), SystemClock()

    async def keep_stating() -> None:
        while True:
            await settling.state_ends(database, clock)

    del point
    asyncio.run(keep_stating())


class _Seam:
    """Where a process may be killed: around commits of certain work, and around certain calls."""

    def __init__(self, point: Point | None) -> None:
        self._point = point
        self._thread = threading.local()

    def reach(self, point: Point | None) -> None:
        """Die here, if it is the point."""
        if point is not None and point is self._point:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch_commits(self, database: Database) -> None:
        """Stand before and after each commit of `database`."""
        dialect: Any = database._writers.engine.dialect
        real = dialect.do_commit

        def do_commit(connection: object) -> None:
            before, after = getattr(self._thread, "around", (None, None))
            self._thread.around = (None, None)
            self.reach(before)
            real(connection)
            self.reach(after)

        dialect.do_commit = do_commit

    def ending(self, work: Callable[..., T], before: Point, after: Point) -> Callable[..., T]:
        """The work of a transaction; its commit, if it is not rolled back, has these points around it."""

        def ended(*values: Any) -> T:
            result = work(*values)
            self._thread.around = (before, after) if result != 0 else (None, None)  # 0: nothing to sequence was left
            return result

        return ended


def _leave_signatures(site: Site, seam: _Seam) -> None:
    owner: Any = checkpoint
    real = checkpoint.sign

    def sign(*values: Any) -> bytes:
        seam.reach(Point.BEFORE_SIGNATURE)
        signed = real(*values)
        site.leave("signed", signed + _END)
        seam.reach(Point.AFTER_SIGNATURE)
        return signed

    owner.sign = sign


def _die_beside_witness(seam: _Seam) -> None:
    owner: Any = WitnessClient
    real = WitnessClient.submit

    async def submit(*values: Any) -> object:
        seam.reach(Point.BEFORE_WITNESS)
        said = await real(*values)
        seam.reach(Point.AFTER_WITNESS)
        return said

    owner.submit = submit


async def _together(*loops: Coroutine[Any, Any, None]) -> None:
    await asyncio.gather(*loops)

"""A worker does its jobs, sequences, signs, and ends when it is asked to."""

import asyncio

import pytest
from structlog.testing import CapturingLogger

from connectors.runner.runner import Runner
from gateway import worker
from gateway.clock import SystemClock
from gateway.jobs.leases import Job
from gateway.jobs.queue import enqueue
from gateway.ledger import checkpoints
from gateway.parts import Parts, Store
from gateway.worker import Duties
from tests.gateway.callers import parts, renderer
from tests.gateway.ledger.events import checkpoint_of, record_event, record_events
from tests.gateway.ledger.test_checkpoints import published, restore_older_state

__all__ = ["parts", "renderer"]


def test_runs_jobs_sequences_and_signs_until_it_is_stopped(
    parts: Parts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran: list[str] = []

    def make_duties(_parts: Parts, _runner: Runner, _worker_id: str) -> Duties:
        async def handle(job: Job) -> None:
            ran.append(job.id)

        return Duties({"look": handle})

    async def no_browser(_self: Runner) -> None:
        """The browser has its own tests."""

    monkeypatch.setattr(Runner, "start", no_browser)
    monkeypatch.setattr(Runner, "close", no_browser)

    async def scene() -> str:
        stop = asyncio.Event()
        working = asyncio.create_task(worker.run(parts, make_duties, stop=stop))
        job_id = await parts.database.write(lambda conn: enqueue(conn, "look", {}, now=parts.clock.now()))
        await parts.database.write(record_event)
        async with asyncio.timeout(5):
            while not ran or await parts.database.read(checkpoints.latest) is None:  # noqa: ASYNC110 - looks from outside
                await asyncio.sleep(0.02)
        stop.set()
        async with asyncio.timeout(5):
            await working
        return job_id

    assert [asyncio.run(scene())] == ran


def test_says_once_that_the_log_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    record_events(store, 5)
    checkpoint_of(store)
    record_events(store, 5)
    checkpoint_of(store)
    restore_older_state(store, published(store)[0])
    log = CapturingLogger()
    monkeypatch.setattr(worker, "_log", log)

    async def a_while() -> None:
        publishing = asyncio.create_task(worker.keep_publishing(store.publisher, store.settings.log_witnesses))
        await asyncio.sleep(0.5)
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)

    monkeypatch.setattr(worker, "_UNHEALTHY_SECONDS", 0.05)
    asyncio.run(a_while())
    assert [(call.method_name, call.args, call.kwargs["code"]) for call in log.calls] == [
        ("error", ("log refused",), "log.unhealthy")
    ]


def test_a_worker_whose_part_fails_is_seen_to_fail() -> None:
    async def fail() -> None:
        raise LookupError("a part failed")

    async def wait() -> None:
        await asyncio.sleep(30)

    async def scene() -> None:
        await worker._until(asyncio.Event(), wait(), fail())

    with pytest.raises(LookupError):
        asyncio.run(scene())


def test_time_is_asked_of_the_database_where_it_has_its_own(store: Store) -> None:
    system = SystemClock()
    theirs = store.database.read_now(system.database_now)
    assert theirs.tzinfo is not None
    assert abs((theirs - system.now()).total_seconds()) < 5

"""Jobs start soon, survive their worker, and end in a named way."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import select

from gateway.clock import HeldClock, SystemClock
from gateway.database.engine import Database
from gateway.jobs.errors import TryLaterError
from gateway.jobs.leases import Job
from gateway.jobs.queue import enqueue
from gateway.jobs.runner import JobKind, JobRunner
from gateway.jobs.tables import JobRow, JobState

SYSTEM = SystemClock()


class PortalDownError(Exception):
    """A made-up failure with a code."""

    code = "portal.down"


async def put(database: Database, kind: str = "look", **payload: object) -> None:
    await database.write(lambda conn: enqueue(conn, kind, payload, now=SYSTEM.now()))


def rows(database: Database) -> list[tuple[JobState, int, str | None]]:
    query = select(JobRow.state, JobRow.attempts, JobRow.error)
    found = database.read_now(lambda conn: conn.execute(query).all())
    return [(row.state, row.attempts, row.error) for row in found]


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - looks from outside, as a test does
            await asyncio.sleep(0.005)


async def while_running(runner: JobRunner, act: Callable[[], Awaitable[None]]) -> None:
    running = asyncio.create_task(runner.run())
    await asyncio.sleep(0.1)
    try:
        await act()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_starts_a_job_within_a_tenth_of_a_second_of_its_commit(database: Database) -> None:
    started: list[float] = []

    async def handle(_job: Job) -> None:
        started.append(time.perf_counter())

    async def act() -> None:
        waits = []
        for number in range(5):
            await put(database)
            committed = time.perf_counter()
            await until(lambda number=number: len(started) > number)  # type: ignore[misc]  # bound at once
            waits.append(started[-1] - committed)
            await asyncio.sleep(0.05)
        assert sorted(waits)[2] < 0.1, waits

    asyncio.run(while_running(JobRunner(database, SYSTEM, {"look": handle}, "one"), act))


def test_starts_a_job_when_its_time_has_come_without_any_commit(database: Database) -> None:
    started: list[float] = []

    async def handle(_job: Job) -> None:
        started.append(time.perf_counter())

    async def act() -> None:
        due = SYSTEM.now() + timedelta(seconds=0.4)
        begun = time.perf_counter()
        await database.write(lambda conn: enqueue(conn, "look", {}, run_at=due, now=SYSTEM.now()))
        await until(lambda: bool(started))
        assert 0.35 < started[0] - begun < 1.5

    asyncio.run(while_running(JobRunner(database, SYSTEM, {"look": handle}, "one"), act))


def test_two_runners_run_each_job_once(database: Database) -> None:
    ran: list[object] = []

    async def handle(job: Job) -> None:
        await asyncio.sleep(0.002)
        ran.append(job.payload["number"])

    other = Database.open(database.url.render_as_string(hide_password=False))

    async def both() -> None:
        async def act() -> None:
            for number in range(30):
                await put(database, number=number)
            await until(lambda: not rows(database), 20)

        second = JobRunner(other, SYSTEM, {"look": handle}, "two", slots=3)
        await while_running(
            JobRunner(database, SYSTEM, {"look": handle}, "one", slots=3), lambda: while_running(second, act)
        )

    asyncio.run(both())
    other.close()
    assert sorted(ran, key=str) == sorted(range(30), key=str)


def test_runs_no_more_jobs_at_a_time_than_it_has_slots(database: Database) -> None:
    at_once = 0
    most = 0

    async def handle(_job: Job) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.2)
        at_once -= 1

    async def act() -> None:
        for _ in range(6):
            await put(database)
        await until(lambda: not rows(database), 20)

    asyncio.run(while_running(JobRunner(database, SYSTEM, {"look": handle}, "one", slots=2), act))
    assert most == 2


def test_tries_again_later_and_gives_up_in_the_end(database: Database, clock: HeldClock) -> None:
    told: list[tuple[str, str]] = []
    tries = 0

    async def handle(_job: Job) -> None:
        nonlocal tries
        tries += 1
        raise PortalDownError

    async def on_dead(job: Job, code: str) -> None:
        told.append((job.kind, code))

    runner = JobRunner(database, clock, {"look": JobKind(handle, attempts=3, on_dead=on_dead)}, "one")

    async def act() -> None:
        await database.write(lambda conn: enqueue(conn, "look", {}, now=clock.now()))
        for expected in (1, 2, 3):
            assert await runner.drain() == 1
            assert tries == expected
            assert await runner.drain() == 0, "it does not try again at once"
            clock.move(timedelta(hours=1))

    asyncio.run(act())
    assert told == [("look", "portal.down")]
    assert rows(database) == [(JobState.DEAD, 3, "portal.down")]


def test_records_the_kind_of_an_error_and_never_its_text(database: Database, clock: HeldClock) -> None:
    async def handle(_job: Job) -> None:
        raise ValueError("329999-00001 is not a code")

    runner = JobRunner(database, clock, {"look": JobKind(handle, attempts=1)}, "one")

    async def act() -> None:
        await database.write(lambda conn: enqueue(conn, "look", {}, now=clock.now()))
        await runner.drain()

    asyncio.run(act())
    assert rows(database) == [(JobState.DEAD, 1, "job.failed:ValueError")]


def test_a_job_that_asks_to_run_later_is_not_counted_as_tried(database: Database, clock: HeldClock) -> None:
    async def handle(_job: Job) -> None:
        raise TryLaterError(timedelta(minutes=1))

    runner = JobRunner(database, clock, {"look": JobKind(handle, attempts=1)}, "one")

    async def act() -> None:
        await database.write(lambda conn: enqueue(conn, "look", {}, now=clock.now()))
        for _ in range(3):
            assert await runner.drain() == 1
            clock.move(timedelta(minutes=1))

    asyncio.run(act())
    assert rows(database) == [(JobState.READY, 0, "job.later")]


def test_a_job_whose_worker_died_every_time_is_given_up(database: Database, clock: HeldClock) -> None:
    told: list[str] = []

    async def handle(_job: Job) -> None:
        raise asyncio.CancelledError  # like a process that ends

    async def on_dead(_job: Job, code: str) -> None:
        told.append(code)

    async def act() -> None:
        await database.write(lambda conn: enqueue(conn, "look", {}, now=clock.now()))
        for worker in ("one", "two", "three"):
            runner = JobRunner(database, clock, {"look": JobKind(handle, attempts=2, on_dead=on_dead)}, worker)
            try:
                await runner.drain()
            except asyncio.CancelledError:
                assert worker != "three"
            clock.move(timedelta(minutes=1))

    asyncio.run(act())
    assert told == ["job.lease_lost"]
    assert [state for state, _, _ in rows(database)] == [JobState.DEAD]


def test_a_job_is_given_up_again_when_nobody_could_be_told(database: Database, clock: HeldClock) -> None:
    tells = 0

    async def handle(_job: Job) -> None:
        raise PortalDownError

    async def on_dead(_job: Job, _code: str) -> None:
        nonlocal tells
        tells += 1
        if tells == 1:
            raise LookupError

    runner = JobRunner(database, clock, {"look": JobKind(handle, attempts=1, on_dead=on_dead)}, "one")

    async def act() -> None:
        await database.write(lambda conn: enqueue(conn, "look", {}, now=clock.now()))
        await runner.drain()
        assert [state for state, _, _ in rows(database)] == [JobState.READY]
        clock.move(timedelta(hours=1))
        await runner.drain()

    asyncio.run(act())
    assert tells == 2
    assert [state for state, _, _ in rows(database)] == [JobState.DEAD]


def test_keeps_its_lease_through_a_long_job(database: Database) -> None:
    runs = 0

    async def handle(_job: Job) -> None:
        nonlocal runs
        runs += 1
        await asyncio.sleep(1.0)

    lease = timedelta(seconds=0.3)
    first = JobRunner(database, SYSTEM, {"look": handle}, "one", lease=lease)
    second = JobRunner(database, SYSTEM, {"look": handle}, "two", lease=lease)

    async def act() -> None:
        await put(database)
        await until(lambda: not rows(database), 5)

    asyncio.run(while_running(first, lambda: while_running(second, act)))
    assert runs == 1


def test_stops_working_on_a_job_that_another_worker_has_taken(database: Database) -> None:
    stopped = asyncio.Event()

    async def handle(_job: Job) -> None:
        try:
            await asyncio.sleep(30)
        finally:
            stopped.set()

    runner = JobRunner(database, SYSTEM, {"look": handle}, "one", lease=timedelta(seconds=0.3))

    async def act() -> None:
        await put(database)
        await until(lambda: [state for state, _, _ in rows(database)] == [JobState.RUNNING])
        taken = JobRow.__table__.update().values(worker="two", attempts=2)  # type: ignore[attr-defined]  # a table
        await database.write(lambda conn: conn.execute(taken))
        async with asyncio.timeout(5):
            await stopped.wait()

    asyncio.run(while_running(runner, act))
    assert [state for state, _, _ in rows(database)] == [JobState.RUNNING], "it is the other worker's to end"


def test_leaves_kinds_that_it_does_not_know_to_others(database: Database, clock: HeldClock) -> None:
    async def handle(_job: Job) -> None:
        return

    async def act() -> None:
        await database.write(lambda conn: enqueue(conn, "unknown", {}, now=clock.now()))
        assert await JobRunner(database, clock, {"look": handle}, "one").drain() == 0

    asyncio.run(act())

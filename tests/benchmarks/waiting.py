"""How soon after a commit a job starts, and an event becomes a leaf.

Milliseconds by the clock, not of CPU: on a machine that others use they tell of those too.
"""

import asyncio
import secrets
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, Select, select

from gateway.database.engine import Database
from gateway.jobs.leases import Job
from gateway.jobs.queue import enqueue
from gateway.jobs.runner import JobRunner
from gateway.ledger.tables import AuditLeaf
from gateway.worker import keep_sequencing
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.benchmarks.gateways import Gateway, a_gateway
from tests.databases import Databases
from tests.gateway.ledger.events import record_event

AIM_MS = 100.0
_KIND = "bench"
_PATIENCE = 10.0
_LOOK_SECONDS = 0.001


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Both, on both databases; the committing side has connections of its own, as another process has."""
    for kind, each in databases.items():
        with a_gateway(each) as gateway:
            other = Database.open(gateway.parts.database.url.render_as_string(hide_password=False))
            try:
                jobs = asyncio.run(_jobs(gateway, other, effort.waits))
                leaves = asyncio.run(_leaves(gateway, other, effort.waits))
            finally:
                other.close()
        yield _figure(f"job starts after its commit, {kind}", jobs)
        yield _figure(f"event is a leaf after its commit, {kind}", leaves)


async def _jobs(gateway: Gateway, other: Database, times: int) -> list[float]:
    started: asyncio.Queue[float] = asyncio.Queue()

    async def handle(_job: Job) -> None:
        await started.put(time.perf_counter())

    runner = JobRunner(gateway.parts.database, gateway.clock, {_KIND: handle}, "bench")

    async def once(_number: int) -> float:
        committed = await _commit(other, lambda conn: enqueue(conn, _KIND, {}, now=gateway.clock.now()))
        return await asyncio.wait_for(started.get(), _PATIENCE) - committed

    return await _beside(runner.run, once, times)


async def _leaves(gateway: Gateway, other: Database, times: int) -> list[float]:
    database = gateway.parts.database

    async def once(number: int) -> float:
        at, ids = gateway.clock.now(), []
        committed = await _commit(other, lambda conn: ids.append(record_event(conn, f"visit-{number}", at=at)))
        sought = select(AuditLeaf.idx).where(AuditLeaf.event_id == ids[-1])
        await asyncio.to_thread(_until_found, other, sought)
        return time.perf_counter() - committed

    return await _beside(lambda: keep_sequencing(database), once, times)


def _until_found(database: Database, sought: Select[int]) -> None:
    while database.read_now(lambda conn: conn.execute(sought).first()) is None:
        time.sleep(_LOOK_SECONDS)


async def _commit(database: Database, work: Callable[[Connection], object]) -> float:
    await database.write(work)
    return time.perf_counter()


async def _beside(
    run: Callable[[], Awaitable[None]], once: Callable[[int], Awaitable[float]], times: int
) -> list[float]:
    """Seconds of each of `times` turns while `run` works, at moments that no poll keeps step with; one warms up."""
    running = asyncio.ensure_future(run())
    try:
        await asyncio.sleep(0.2)
        waits = []
        for number in range(times + 1):
            waits.append(await once(number))
            await asyncio.sleep(0.01 + secrets.randbelow(40) / 1000)
        return waits[1:]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _figure(name: str, waits: Sequence[float]) -> Figure:
    in_order = sorted(wait * 1000 for wait in waits)
    slowest = in_order[min(len(in_order) - 1, round(0.99 * len(in_order)))]
    return Figure(
        name=name,
        value=statistics.median(in_order),
        unit="ms",
        beside=f"of {len(in_order)}: slowest in a hundred {slowest:.0f} ms",
        aims=(Aim("slowest in a hundred, ms", slowest, AIM_MS),),
    )

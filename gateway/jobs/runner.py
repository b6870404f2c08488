"""Runs jobs: claims what is due, keeps the lease alive while a handler works, and decides what comes of a failure.

A job may run more than once (its worker died, or was held up past its lease), so each handler looks at the state
first. Whoever lost its lease is cancelled and can no longer end or return the job.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeAlias

import structlog

from gateway.clock import Clock
from gateway.database.engine import Database
from gateway.database.errors import DatabaseUnavailableError
from gateway.jobs import leases
from gateway.jobs.errors import JobError, LeaseLostError, TryLaterError
from gateway.jobs.leases import Job

Handler: TypeAlias = Callable[[Job], Awaitable[None]]
OnDead: TypeAlias = Callable[[Job, str], Awaitable[None]]

_log = structlog.get_logger("gateway.jobs")

LEASE = timedelta(seconds=10)
"""How long a worker that died keeps its jobs from others; one that lives renews each third of it."""
_BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600, 1800))
_IDLE_SECONDS = 5.0


def _usual_wait(attempt: int) -> timedelta:
    """How long a job waits that has failed for the `attempt`-th time."""
    return _BACKOFF[min(attempt, len(_BACKOFF)) - 1]


@dataclass(frozen=True, slots=True)
class JobKind:
    """How jobs of one kind are run."""

    handle: Handler
    attempts: int = 7
    """After as many failures a job is dead."""
    waits: bool = False
    """Nobody waits for it: it never takes the last free slot from somebody who does."""
    at_most: int | None = None
    """How many of the kind one worker runs at a time: whoever does not answer them holds up nobody else."""
    wait: Callable[[int], timedelta] = _usual_wait
    """How long it waits after so many failures."""
    on_dead: OnDead | None = None
    """Told of a dead job and the code of its last error, so that no filing waits for ever."""


class JobRunner:
    """One worker's jobs. `run` works until it is cancelled; `drain` works off what is due now."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handlers: Mapping[str, Handler | JobKind],
        worker_id: str,
        slots: int = 4,
        *,
        lease: timedelta = LEASE,
    ) -> None:
        """Take the handlers by kind of job; kinds without one are left for other workers."""
        self._database = database
        self._clock = clock
        self._kinds = {
            name: handler if isinstance(handler, JobKind) else JobKind(handler) for name, handler in handlers.items()
        }
        self._names = sorted(self._kinds)
        self._urgent = [name for name in self._names if not self._kinds[name].waits]
        self._me = worker_id
        self._slots = slots
        self._lease = lease
        self._running: set[asyncio.Task[None]] = set()
        self._busy: Counter[str] = Counter()

    async def run(self) -> None:
        """Run jobs until cancelled; those that run then are cancelled too and left to other workers."""
        try:
            async with self._database.watch() as wakes:
                while True:
                    wait = await self._start_due()
                    await self._wait(wakes, wait)
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def drain(self) -> int:
        """Run what is due now, and what becomes due by it, and return how many jobs it were."""
        count = 0
        while (job := await self._claim(self._names)) is not None:
            await self._work(job)
            count += 1
        return count

    async def _start_due(self) -> float:
        """Start all that is due and fits, and return after how many seconds something may be due."""
        try:
            while len(self._running) < self._slots:
                names = self._startable()
                due = await self._database.read(partial(leases.next_due, kinds=names))
                now = self._clock.now()
                if due is None:
                    return _IDLE_SECONDS
                if due > now:
                    return min((due - now).total_seconds(), _IDLE_SECONDS)
                job = await self._claim(names)
                if job is None:
                    return leases.PREFERENCE.total_seconds() / 4  # it prefers another worker, or was just taken
                task = asyncio.create_task(self._work(job), name=f"job {job.kind}")
                self._running.add(task)
                self._busy[job.kind] += 1
                task.add_done_callback(partial(self._forget, job.kind))
        except DatabaseUnavailableError:
            _log.warning("jobs wait for the database", worker=self._me, exc_info=True)
            return 1.0
        return _IDLE_SECONDS

    def _startable(self) -> list[str]:
        """The kinds of which one more may be started now."""
        names = self._urgent if len(self._running) == self._slots - 1 > 0 else self._names
        most = {name: self._kinds[name].at_most for name in names}
        return [name for name in names if most[name] is None or self._busy[name] < (most[name] or 0)]

    def _forget(self, kind: str, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._busy[kind] -= 1

    async def _wait(self, wakes: AsyncIterator[None], seconds: float) -> None:
        """Wait for a commit, for a free slot, or for the next job's time."""
        wake = asyncio.ensure_future(anext(wakes))
        try:
            full = len(self._running) >= self._slots
            await asyncio.wait(
                {*self._running} if full else {wake, *self._running},
                timeout=seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            if not wake.done():
                wake.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await wake

    async def _claim(self, names: Sequence[str]) -> Job | None:
        return await self._database.write(
            lambda conn: leases.claim(conn, names, self._me, self._clock.database_now(conn), self._lease)
        )

    async def _work(self, job: Job) -> None:
        try:
            await self._attempt(job, self._kinds[job.kind])
        except DatabaseUnavailableError:
            # Nothing was written down, so the lease runs out and the job is run again.
            _log.warning("job left to its lease", job=job.id, kind=job.kind, worker=self._me)

    async def _attempt(self, job: Job, kind: JobKind) -> None:
        if job.attempt > kind.attempts:
            await self._give_up(job, kind, leases.LOST)
            return
        try:
            await self._hold_while(job, kind.handle(job))
        except LeaseLostError:
            _log.warning("job lost", job=job.id, kind=job.kind, worker=self._me)
        except TryLaterError as error:
            await self._return(job, error.wait, error.code, counted=False)
        except Exception as error:  # noqa: BLE001 - a handler may fail in any way, and its job must not be lost by it
            _log.warning("job failed", job=job.id, kind=job.kind, attempt=job.attempt, exc_info=error)
            await self._fail(job, kind, error)
        else:
            await self._database.write(lambda conn: leases.finish(conn, job, self._me))

    async def _hold_while(self, job: Job, work: Awaitable[None]) -> None:
        """Renew the lease while `work` runs; cancel it when another worker has taken the job."""
        working = asyncio.ensure_future(work)
        try:
            while True:
                done, _ = await asyncio.wait({working}, timeout=self._lease.total_seconds() / 3)
                if done:
                    working.result()
                    return
                if not await self._renew(job):
                    raise LeaseLostError(f"job {job.id} is another worker's now")
        finally:
            if not working.done():
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)

    async def _renew(self, job: Job) -> bool:
        try:
            return await self._database.write(
                lambda conn: leases.renew(conn, job, self._me, self._clock.database_now(conn) + self._lease)
            )
        except DatabaseUnavailableError:
            return False  # another worker may take the job any moment: stop before it does

    async def _fail(self, job: Job, kind: JobKind, error: Exception) -> None:
        code = _code_of(error)
        if job.attempt >= kind.attempts:
            await self._give_up(job, kind, code)
        else:
            await self._return(job, kind.wait(job.attempt), code, counted=True)

    async def _return(self, job: Job, wait: timedelta, code: str, *, counted: bool) -> None:
        await self._database.write(
            lambda conn: leases.retry(
                conn, job, self._me, due=self._clock.database_now(conn) + wait, code=code, counted=counted
            )
        )

    async def _give_up(self, job: Job, kind: JobKind, code: str) -> None:
        """Tell the kind first: if that fails or this process dies, the job is still there and is given up again."""
        if kind.on_dead is not None:
            try:
                await kind.on_dead(job, code)
            except Exception as error:  # noqa: BLE001 - as for the handler
                _log.warning("dead job not told", job=job.id, kind=job.kind, exc_info=error)
                await self._return(job, _BACKOFF[-1], code, counted=True)
                return
        _log.error("job dead", job=job.id, kind=job.kind, attempt=job.attempt, code=code)
        await self._database.write(lambda conn: leases.bury(conn, job, self._me, code=code))


def _code_of(error: Exception) -> str:
    """Return the stable code of an error, never its text, which may hold a value."""
    code = getattr(error, "code", None)
    return code if isinstance(code, str) else f"{JobError.code}:{type(error).__name__}"

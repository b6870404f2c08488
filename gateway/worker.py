"""A worker: runs jobs with its own browsers, gives events their place in the log, and signs the log's state.

Any number of workers share a database; if one dies, its jobs' leases end and others take them over.
"""

import asyncio
import contextlib
import os
import platform
import signal
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import structlog
from msgspec import structs

from audit.policy import TrustPolicy
from connectors.runner.api import RunnerSettings
from connectors.runner.runner import Runner
from connectors.sdk import packages
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.database.errors import DatabaseUnavailableError
from gateway.ids import new_id
from gateway.jobs.runner import Handler, JobKind, JobRunner
from gateway.keys.watching import keep_fresh
from gateway.ledger.checkpoints import Publisher
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.sequencer import sequence
from gateway.ledger.witnessing import open_witnessing
from gateway.parts import Parts
from gateway.reaching import may_run


@dataclass(frozen=True, slots=True)
class Duties:
    """The handlers of one worker by kind of job, and coroutines that run until it ends."""

    handlers: Mapping[str, Handler | JobKind]
    loops: tuple[Coroutine[Any, Any, None], ...] = ()


MakeDuties: TypeAlias = Callable[[Parts, Runner, str], Duties]

_PUBLISH_SECONDS = 1.0
_UNHEALTHY_SECONDS = 5.0
_RETRY_SECONDS = 1.0

_log = structlog.get_logger("gateway.worker")


async def run(parts: Parts, make_duties: MakeDuties, *, stop: asyncio.Event | None = None) -> None:
    """Work until `stop` is set, or until the process is asked to end (SIGTERM, SIGINT).

    Jobs that run then are left to other workers; what was sent is known by its row, so nothing is sent twice.
    """
    stop = _stopped_by_signals() if stop is None else stop
    worker_id = f"{platform.node()}-{os.getpid()}-{new_id()[:6]}"
    runner = Runner(_runner_settings(parts.settings), parts.clock.now)
    await runner.start()
    try:
        duties = make_duties(parts, runner, worker_id)
        jobs = JobRunner(parts.database, parts.clock, duties.handlers, worker_id, parts.settings.worker_slots)
        _log.info("worker started", worker=worker_id, mode=parts.settings.mode)
        for level in runner.isolation():
            _log.info("browser shut in by the kernel", worker=worker_id, whole=level.is_whole, **structs.asdict(level))
        log = (keep_sequencing(parts.database), keep_publishing(parts.publisher, parts.settings.log_witnesses))
        keys = keep_fresh(parts.keys, parts.database, parts.sealer, parts.clock, parts.settings.data_dir)
        await _until(stop, jobs.run(), keys, *log, *duties.loops)
    finally:
        await runner.close()
        _log.info("worker ended", worker=worker_id)


async def keep_sequencing(database: Database) -> None:
    """Give events their place within about 100 ms of their commit, until cancelled."""
    async with database.watch() as wakes:
        while True:
            try:
                await sequence(database)
            except DatabaseUnavailableError:
                _log.warning("sequencer waits for the database", exc_info=True)
                await asyncio.sleep(_RETRY_SECONDS)
            await anext(wakes)


async def keep_publishing(publisher: Publisher, trust: TrustPolicy) -> None:
    """Sign the log's state each second in which it grew, with its witnesses, until cancelled.

    Says so once when the log is refused.
    """
    healthy = True
    async with open_witnessing(publisher, trust) as witnessing:
        while True:
            wait = _PUBLISH_SECONDS
            try:
                await witnessing.publish()
                healthy = True
            except LogUnhealthyError as error:
                if healthy:
                    _log.error("log refused", code=error.code, reason=str(error))
                healthy, wait = False, _UNHEALTHY_SECONDS
            except DatabaseUnavailableError:
                _log.warning("publisher waits for the database", exc_info=True)
            await asyncio.sleep(wait)


async def _until(stop: asyncio.Event, *loops: Coroutine[Any, Any, None]) -> None:
    """Run `loops` until `stop` is set; one that fails ends all, so that the process is seen to fail."""
    tasks = [asyncio.create_task(loop) for loop in loops]
    stopping = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopping}:
            task.result()
    finally:
        for task in (stopping, *tasks):
            task.cancel()
        await asyncio.gather(stopping, *tasks, return_exceptions=True)


def _stopped_by_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, ValueError):  # not the main thread: whoever runs us stops us
            loop.add_signal_handler(number, stop.set)
    return stop


def _runner_settings(settings: Settings) -> RunnerSettings:
    return RunnerSettings(
        chromium=None if settings.chromium is None else str(settings.chromium),
        authorities=None if settings.portal_authorities is None else str(settings.portal_authorities),
        held_for=settings.page_hold.total_seconds(),
        most_held=settings.worker_pages,
        may_run=may_run(settings),
        sandbox_alone=settings.mode == "practice",
        ensure_allowed=partial(packages.ensure_allowed, settings.connectors_allowed),
    )

"""The worker's side of the flow: jobs that drive a connector, and the clock's own jobs.

Each job asks the filing's state first, so it may run twice, late, or on another machine than the one that began.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection

from connectors.runner import errors as run_errors
from connectors.runner.api import Decide, FollowTask, GateRequest, LookUpTask, PrepareTask, Progress, SendTask, Verdict
from connectors.runner.runner import Runner
from connectors.sdk import registry
from delegation.filing import FilingState
from delegation.readback import ReadBack, payload_hash
from gateway.jobs.errors import TryLaterError
from gateway.jobs.leases import Job
from gateway.jobs.runner import Handler, JobKind
from gateway.oauth import tickets
from gateway.parts import Parts
from gateway.services import catalogue
from gateway.visits import (
    advancing,
    confirming,
    following,
    going_on,
    late,
    running,
    second_acts,
    sending,
    stopping,
    telling,
    troubles,
)
from gateway.visits.following import Look
from gateway.visits.rows import find_filing, find_run
from gateway.visits.running import Errand
from gateway.visits.sealed import VisitVault

T = TypeVar("T")

_log = structlog.get_logger("gateway.visits")

_LOOK_UP_TRIES = 4
_BUSY = timedelta(seconds=5)
_LOOKS_AT_ONCE = 10
"""Applications that one job looks up: then others have their turn."""
_LOOKS_AT_A_MATTER = 5
"""Tries to keep an answer before it is left to the job's own next try."""
_PORTAL_RESTS = timedelta(minutes=10)
"""How long a portal that does not answer is left alone."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """A run whose browser is open: running, or holding a filled page."""

    run_id: str
    page_id: str


class Errands:
    """Carries out the runs of one worker."""

    def __init__(self, parts: Parts, runner: Runner, worker_id: str) -> None:
        """Take the runner of this worker, whose browsers no other worker can reach."""
        self._parts = parts
        self._runner = runner
        self._me = worker_id
        self._open: dict[str, _Watched] = {}

    def handlers(self) -> Mapping[str, Handler | JobKind]:
        """The jobs that this worker can do, by kind."""
        return {
            "run.prepare": JobKind(self.prepare, attempts=3, on_dead=self._dead),
            "run.send": JobKind(self.send, attempts=3, on_dead=self._dead),
            "run.look_up": JobKind(self.look_up, attempts=_LOOK_UP_TRIES, on_dead=self._look_up_dead),
            following.JOB: JobKind(self.follow, on_dead=self._follow_dead, waits=True),
            "approval.lapse": self._step(lambda conn, job: confirming.lapse(conn, self._parts, job["approval"])),
            "permit.lapse": self._step(
                lambda conn, job: confirming.lapse_permit(conn, self._parts, job["filing"], job["permit"])
            ),
            "second_look.lapse": self._step(lambda conn, job: second_acts.lapse(conn, self._parts, job["look"])),
            troubles.PROBE: JobKind(self.probe, waits=True),
            telling.JOB: self._step(
                lambda conn, job: telling.tell(conn, self._parts, job["delegation"], telling.Told(job["what"]))
            ),
            advancing.JOB: self._go_on,
            late.JOB: self._look_at_late,
            "delegation.expire": self._step(lambda conn, job: stopping.expire(conn, self._parts, job["delegation"])),
        }

    async def prepare(self, job: Job) -> None:
        """Fill the portal's form, stop before the last click, read back."""
        run_id = job.payload["run"]
        try:
            errand = await self._write(lambda conn: running.begin(conn, self._parts, run_id, self._me))
        except troubles.PortalUnwellError:
            await self._write(lambda conn: running.waits(conn, run_id))
            raise
        if errand is None:
            return
        async with self._watching(errand, errand.run_id):
            try:
                result = await self._runner.prepare(self._prepare_task(errand), self._decide(errand), self._progress)
            except run_errors.RunError as error:
                await self._failed(errand, error)
                return
        wanted = await self._write(lambda conn: running.prepared(conn, self._parts, run_id, result, self._me))
        if wanted and result.held:
            self._open[run_id] = _Watched(run_id, run_id)
        elif not wanted:
            await self._runner.stop(run_id)

    async def probe(self, job: Job) -> None:
        """See whether a portal that was left alone answers again, also when nobody waits for it."""
        service = await self._read(lambda conn: catalogue.find(conn, job.payload["service"]))
        if not await self._read(lambda conn: troubles.of_services(conn, [service.id])):
            return
        if not await self._runner.answers(service.id, service.portal_origin or ""):
            raise TryLaterError(self._parts.settings.portal_pause)
        await self._write(lambda conn: troubles.well(conn, service, self._parts.clock.database_now(conn)))

    async def send(self, job: Job) -> None:
        """Press the last button, once; behind *sent* only the portal's answer counts."""
        run_id = job.payload["run"]
        errand = await self._write(lambda conn: running.begin(conn, self._parts, run_id, self._me))
        if errand is None:
            await self._ask_portal_if_sent(run_id)
            return
        held = await self._read(lambda conn: running.held_by(conn, errand.filing_id, self._me))
        page_id = held or run_id
        self._open.pop(page_id, None)
        async with self._watching(errand, page_id):
            try:
                result = await self._runner.send(self._send_task(errand, page_id), self._decide(errand), self._progress)
            except run_errors.RunError as error:
                await self._failed(errand, error)
                await self._ask_portal_if_sent(run_id)
                return
        await self._keep(lambda conn: sending.outcome(conn, self._parts, run_id, result))
        if held is not None:
            await self._write(lambda conn: running.release(conn, held))

    async def look_up(self, job: Job) -> None:
        """Ask the portal what it holds."""
        run_id = job.payload["run"]
        errand = await self._write(lambda conn: running.begin(conn, self._parts, run_id, self._me))
        if errand is None or errand.sent_at is None:
            return
        connector = registry.find(errand.connector_id)
        task = LookUpTask(
            **self._common(errand, errand.run_id),
            key=connector.service_key(errand.answers.values),
            since=errand.sent_at,
            idempotency_key=errand.idempotency_key,
        )
        async with self._watching(errand, errand.run_id):
            result = await self._runner.look_up(task, self._decide(errand), self._progress)
        await self._keep(lambda conn: sending.looked_up(conn, self._parts, run_id, result))

    async def follow(self, job: Job) -> None:
        """Look what became of what is due at one portal, one after the other; one that is out of order rests."""
        portal_id, pause = job.payload["portal"], timedelta(0)
        for _ in range(_LOOKS_AT_ONCE):
            look = await self._write(lambda conn: following.take(conn, self._parts, portal_id, self._me))
            if look is None:
                break
            if not await self._look(look):
                pause = _PORTAL_RESTS
                break
        await self._write(lambda conn: following.wake(conn, self._parts, portal_id, pause=pause))

    async def _look(self, look: Look) -> bool:
        """Look once; say whether the portal is there at all."""

        async def decide(request: GateRequest) -> Verdict:
            return await self._read(lambda conn: following.decide(conn, self._parts, look.run_id, request))

        task = FollowTask(**self._common(look, look.run_id), reference=look.reference, collect=look.collect)
        async with self._watching(look, look.run_id):
            try:
                result = await self._runner.follow(task, decide, self._progress)
            except run_errors.RunError as error:
                code = error.code
                _log.info("outcome was not learned", run=look.run_id, reason=code)
                await self._write(lambda conn: following.failed(conn, self._parts, look.run_id, code))
                return not isinstance(error, run_errors.PortalUnavailableError)
        await self._write(lambda conn: following.found(conn, self._parts, look.run_id, result))
        return True

    async def _follow_dead(self, job: Job, _code: str) -> None:
        portal_id = job.payload["portal"]
        await self._write(lambda conn: following.wake(conn, self._parts, portal_id, pause=_PORTAL_RESTS))

    async def _go_on(self, job: Job) -> None:
        """Begin what comes next in a visit about several services; what cannot begin by itself waits for somebody."""
        visit_id = job.payload["visit"]
        try:
            await self._write(lambda conn: advancing.go_on(conn, self._parts, visit_id))
        except advancing.REFUSALS as error:
            _log.info("the next service waits for an assistant", visit=visit_id, reason=error.code)
            await self._write(lambda conn: advancing.go_on(conn, self._parts, visit_id, fills=False))

    async def watch(self) -> None:
        """Close a browser's page as soon as somebody has said no; run until cancelled."""
        async with self._parts.database.watch() as wakes:
            async for _ in wakes:
                for watched in list(self._open.values()):
                    await self._close_unwanted(watched)

    async def _close_unwanted(self, watched: _Watched) -> None:
        if not await self._read(lambda conn: running.still_wanted(conn, watched.run_id)):
            self._open.pop(watched.page_id, None)
            await self._runner.stop(watched.page_id)

    @asynccontextmanager
    async def _watching(self, errand: Errand | Look, page_id: str) -> AsyncIterator[None]:
        self._open[page_id] = _Watched(errand.run_id, page_id)
        try:
            yield
        finally:
            self._open.pop(page_id, None)

    def _decide(self, errand: Errand) -> Decide:
        async def decide(request: GateRequest) -> Verdict:
            if request.kind == "final":
                return await self._write(lambda conn: sending.decide_final(conn, self._parts, errand.run_id, request))
            if request.kind == "then":
                return await self._write(lambda conn: going_on.decide_then(conn, self._parts, errand.run_id, request))
            return await self._read(lambda conn: sending.decide_step(conn, self._parts, errand.run_id))

        return decide

    async def _progress(self, progress: Progress) -> None:
        watched = self._open.get(progress.run_id)
        run_id = watched.run_id if watched else progress.run_id
        await self._write(lambda conn: running.progress(conn, run_id, progress.done, progress.total))

    async def _failed(self, errand: Errand, error: run_errors.RunError) -> None:
        if isinstance(error, run_errors.RunBusyError):
            # The same run is still at work here: it says itself what became of it.
            raise TryLaterError(_BUSY) from error
        _log.info("run failed", run=errand.run_id, reason=error.code)
        await self._write(lambda conn: running.failed(conn, self._parts, errand.run_id, error))

    async def _ask_portal_if_sent(self, run_id: str) -> None:
        def step(conn: Connection) -> None:
            filing = find_filing(conn, find_run(conn, run_id).filing_id)
            if filing.state is FilingState.SENT:
                sending.interrupted(conn, self._parts, filing.id)

        await self._write(step)

    async def _dead(self, job: Job, code: str) -> None:
        """A job that cannot be done leaves no filing waiting for ever."""
        run_id = job.payload["run"]
        await self._write(lambda conn: running.abandon(conn, self._parts, run_id, code))
        await self._ask_portal_if_sent(run_id)

    async def _look_up_dead(self, job: Job, code: str) -> None:
        run_id = job.payload["run"]
        await self._write(lambda conn: sending.look_up_failed(conn, self._parts, run_id, code, last=True))

    def _prepare_task(self, errand: Errand) -> PrepareTask:
        return PrepareTask(
            **self._common(errand, errand.run_id), values=errand.answers.values, files=errand.answers.uploads()
        )

    def _send_task(self, errand: Errand, page_id: str) -> SendTask:
        return SendTask(
            **self._common(errand, page_id),
            values=errand.answers.values,
            files=errand.answers.uploads(),
            same_payload=self._same_payload(errand),
            idempotency_key=errand.idempotency_key,
        )

    def _same_payload(self, errand: Errand) -> Callable[[ReadBack], bool]:
        volatile = registry.find(errand.connector_id).volatile

        def same(readback: ReadBack) -> bool:
            hasher = self._parts.database.read_now(
                lambda conn: VisitVault.of(conn, self._parts.sealer, errand.visit_id).hasher
            )
            return payload_hash(hasher, readback, volatile) == errand.readback_hash

        return same

    def _common(self, errand: Errand | Look, page_id: str) -> dict[str, Any]:
        async def ticket() -> str:
            return await self._write(lambda conn: tickets.issue(conn, self._parts, errand.run_id))

        return {
            "run_id": page_id,
            "connector_id": errand.connector_id,
            "portal_origin": errand.portal_origin,
            "issuer_origin": self._parts.settings.issuer,
            "language": registry.find(errand.connector_id).manifest.language,
            "ticket": ticket,
        }

    def _step(self, step: Callable[[Connection, Mapping[str, Any]], None]) -> Handler:
        async def handle(job: Job) -> None:
            await self._write(lambda conn: step(conn, job.payload))

        return handle

    async def _keep(self, work: Callable[[Connection], None]) -> None:
        """Keep an answer of the portal: where the same matter is begun anew in that very moment, look once more."""
        for tries_left in reversed(range(_LOOKS_AT_A_MATTER)):
            try:
                await self._write(work)
            except late.MovedError:
                if not tries_left:
                    raise
            else:
                return

    async def _look_at_late(self, job: Job) -> None:
        await self._keep(lambda conn: late.look_again(conn, self._parts, job.payload["filing"]))

    async def _write(self, work: Callable[[Connection], T]) -> T:
        return await self._parts.database.write(work)

    async def _read(self, work: Callable[[Connection], T]) -> T:
        return await self._parts.database.read(work)

"""Carries out what the gateway decided: fill and read back, send once, look up, stop.

One `Runner` a worker. It holds filled pages open for their yes; a held page is disposable, it can always be filled
again. It stores nothing and decides nothing: before each request that changes something it asks `decide`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from connectors.browser import messages as say
from connectors.browser.isolation import Level
from connectors.runner import looking, pressing
from connectors.runner.api import (
    Decide,
    Followed,
    FollowTask,
    LookedUp,
    LookUpTask,
    Prepared,
    PrepareTask,
    ProgressSink,
    RunnerSettings,
    RunTask,
    SendTask,
    Sent,
    Unknown,
)
from connectors.runner.browsers import Browsers
from connectors.runner.child import Child
from connectors.runner.errors import (
    ChildDiedError,
    OutOfReachError,
    RunBusyError,
    RunStoppedError,
    RunTimeoutError,
)
from connectors.runner.gate import Gate
from connectors.runner.guard import Clock, Guard, utc_now
from connectors.runner.origins import normal_origin
from connectors.runner.run import Run
from connectors.sdk import registry
from connectors.sdk.page import FormShape

_log = logging.getLogger(__name__)
_BEFORE_THE_END = timedelta(seconds=20)
"""How long before the end of its session a portal's filled page is given up, and filled again when the yes comes."""


@asynccontextmanager
async def _in_time(task: RunTask, late: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(task.deadline):
            yield
    except TimeoutError:
        raise RunTimeoutError(late) from None


class Runner:
    """Browsers, gate and runs of one worker; all its methods belong to one event loop."""

    def __init__(self, settings: RunnerSettings | None = None, clock: Clock = utc_now) -> None:
        self._settings = settings or RunnerSettings()
        self._clock = clock
        self._gate = Gate(
            request_timeout=self._settings.request_timeout,
            body_limit=self._settings.body_limit,
            authorities=self._settings.authorities,
        )
        self._browsers = Browsers(self._settings)
        self._runs: dict[str, Run] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Open the gate, sweep what dead workers left, and warm the first browser."""
        await self._browsers.open()
        await self._gate.open()
        if self._settings.warm:
            await self._child(registry.OWN_PACKAGE)

    async def close(self) -> None:
        """End every run, browser and connection."""
        for run in tuple(self._runs.values()):
            run.lane.guard.end(RunStoppedError("the worker is closing"))
            await self._drop(run)
        await self._browsers.close()
        await self._gate.close()

    def holds(self, run_id: str) -> bool:
        """Whether the filled page of `run_id` is still open here."""
        run = self._runs.get(run_id)
        if run is None or not run.held or run.gone or run.held_until is None:
            return False
        return run.lane.guard.ended is None and self._clock() < run.held_until

    def child_pids(self) -> tuple[int, ...]:
        """The browsers' processes that live."""
        return self._browsers.pids()

    def isolation(self) -> tuple[Level, ...]:
        """How far the kernel shuts each of them in."""
        return self._browsers.isolation()

    async def prepare(self, task: PrepareTask, decide: Decide, progress: ProgressSink) -> Prepared:
        """Sign in, fill the form, stop before the last click and read everything back; the page stays open.

        Raises:
            RunError: a subclass that says why; nothing was filed.
        """
        async with _in_time(task, "the form was not filled in time"):
            run = await self._enter(task, decide, progress)
            try:
                readback = await run.fill(task)
                picture = await run.picture()
            except BaseException:
                await self._drop(run)
                raise
        self._hold(run)
        return Prepared(
            readback=readback,
            picture_png=picture,
            steps=tuple(run.filled),
            timings=tuple(run.timings),
            fingerprints_ok=True,
        )

    async def survey(
        self, task: PrepareTask, decide: Decide, progress: ProgressSink, shapes: dict[str, FormShape] | None = None
    ) -> dict[str, FormShape]:
        """Fill the form as `prepare` does, but give each page's form back as it is: to check a portal, or accept drift.

        What was seen before it could go no further is left in `shapes`.

        Raises:
            RunError: a page could not be reached or filled.
        """
        async with _in_time(task, "the form was not filled in time"):
            run = await self._enter(task, decide, progress)
            run.shapes = {} if shapes is None else shapes
            try:
                await run.fill(task)
            finally:
                await self._drop(run)
        return run.shapes

    async def send(self, task: SendTask, decide: Decide, progress: ProgressSink) -> Sent:
        """Press the last button; `decide` is asked with kind `final` before the request leaves, once.

        Raises:
            RunError: the final request did not leave. Once it has, the answer is a `Sent`, whatever happens.
        """
        run: Run | None = None
        try:
            async with _in_time(task, "the form was not sent in time"):
                run = await self._filled(task, decide, progress)
                run.held = False
                return await pressing.press(run, task, decide)
        except RunTimeoutError:
            if run is None or await pressing.what_left(run) is None:
                raise
            return Unknown(reason="timeout", evidence=run.lane.guard.evidence())
        finally:
            if run is not None:
                await self._drop(run)

    async def _filled(self, task: SendTask, decide: Decide, progress: ProgressSink) -> Run:
        """The held page of this run, or one filled again."""
        if self.holds(task.run_id):
            return self._runs[task.run_id]
        run = await self._enter(task, decide, progress)
        try:
            await run.fill(task)
        except BaseException:
            await self._drop(run)
            raise
        return run

    async def look_up(self, task: LookUpTask, decide: Decide, progress: ProgressSink) -> LookedUp:
        """Ask the portal whether something was filed.

        Raises:
            RunError: it could not be asked; ask again later.
        """
        async with _in_time(task, "the portal was not asked in time"):
            run = await self._enter(task, decide, progress)
            try:
                return await looking.look_up(run, task, self._clock())
            finally:
                await self._drop(run)

    async def follow(self, task: FollowTask, decide: Decide, progress: ProgressSink) -> Followed:
        """Look what became of an application, and fetch the decision where that is asked for.

        No page of the form is ever expected, so the gate lets nothing out that changes anything.

        Raises:
            RunError: it could not be learned; look again later.
        """
        async with _in_time(task, "the portal was not asked in time"):
            run = await self._enter(task, decide, progress)
            try:
                return await looking.follow(run, task)
            finally:
                await self._drop(run)

    async def answers(self, connector_id: str, origin: str) -> bool:
        """Whether the portal is there, proves who it is and is not out of order; only its first page is asked for."""
        path, place = registry.find(connector_id).sign_in.path, normal_origin(origin)
        return await self._is_within_reach((place,), (place,)) and await self._gate.answers(place, path)

    async def _is_within_reach(self, origins: tuple[str, ...], portals: tuple[str, ...]) -> bool:
        """Whether a run may have these origins; `portals` are those of them that have to be the sandbox in practice."""
        if not self._settings.may_run(origins):
            return False
        if not self._settings.sandbox_alone:
            return True
        return all([await self._gate.is_sandbox(each) for each in portals])

    async def stop(self, run_id: str) -> None:
        """From now nothing of this run leaves. A final request that has left already is followed to its end."""
        run = self._runs.get(run_id)
        if run is None or run.lane.guard.final_taken:
            return
        run.lane.guard.end(RunStoppedError("somebody stopped the run"))
        if run.held:
            await self._drop(run)

    def _opening(self, run: Run) -> say.Open:
        return say.Open(
            run=run.id,
            connector=run.connector.id,
            portal_origin=run.lane.guard.portal_origin,
            proxy=self._gate.address,
            user=run.lane.user,
            password=run.lane.password,
            language=run.task.language,
            page_timeout=self._settings.page_timeout,
            sign_in=run.way_in.path,
        )

    async def _enter(self, task: RunTask, decide: Decide, progress: ProgressSink) -> Run:
        """A run that is signed in. A browser found dead at the door is replaced once: nothing has been done yet."""
        run = await self._open(task, decide, progress)
        try:
            await run.sign_in(self._opening(run))
        except ChildDiedError:
            await self._drop(run)
            run = await self._open(task, decide, progress)
            try:
                await run.sign_in(self._opening(run))
            except BaseException:
                await self._drop(run)
                raise
        except BaseException:
            await self._drop(run)
            raise
        return run

    async def _open(self, task: RunTask, decide: Decide, progress: ProgressSink) -> Run:
        connector = registry.find(task.connector_id)
        previous = self._runs.get(task.run_id)
        if previous is not None:
            if not previous.held:
                raise RunBusyError("this run is under way already")
            await self._drop(previous)
        guard = Guard(
            run_id=task.run_id,
            portal_origin=normal_origin(task.portal_origin),
            issuer_origin=normal_origin(task.issuer_origin),
            authorize_path=task.authorize_path,
            connector=connector,
            decide=decide,
            clock=self._clock,
        )
        portals = tuple(each for each in guard.origins if each != guard.issuer_origin)
        if not await self._is_within_reach(guard.origins, portals):
            raise OutOfReachError("a gateway for made-up people files in their world alone")
        child = await self._child(registry.package_of(task.connector_id))
        run = Run(task, connector, child, self._gate.add(guard, task.ticket), progress)
        guard.on_end = run.fail
        self._runs[task.run_id] = run
        return run

    def _hold(self, run: Run) -> None:
        held = [each for each in self._runs.values() if each.held]
        if len(held) >= self._settings.most_held:
            # It is filled again when its yes comes: better than memory for pages that may never be needed.
            self._let_go(held[0])
        run.held = True
        seconds = self._settings.held_for
        if (session := run.connector.sign_in.session) is not None:
            # Pressed later, the last button would meet the end of the portal's session, and the permit be spent.
            seconds = min(seconds, (session - _BEFORE_THE_END).total_seconds())
        run.held_until = self._clock() + timedelta(seconds=seconds)
        run.expiry = asyncio.get_running_loop().call_later(seconds, self._let_go, run)

    def _let_go(self, run: Run) -> None:
        if run.held:
            run.held = False
            closing = asyncio.create_task(self._drop(run))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _drop(self, run: Run) -> None:
        if self._runs.get(run.id) is run:
            del self._runs[run.id]
        if run.expiry is not None:
            run.expiry.cancel()
        self._gate.remove(run.lane)
        await run.close()

    async def _child(self, package: str) -> Child:
        return await self._browsers.of(package, self._gate.address, self._is_idle)

    def _is_idle(self, child: Child) -> bool:
        return not any(run.child is child for run in self._runs.values())

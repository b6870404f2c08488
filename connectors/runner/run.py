"""One run on the worker's side: its lane through the gate, what its browser reports, what was read back."""

import asyncio
import contextlib
import hashlib
import logging
import time
from datetime import datetime
from typing import TypeVar

import msgspec

from connectors.browser import messages as say
from connectors.runner import judge
from connectors.runner.api import FollowTask, PrepareTask, Progress, ProgressSink, RunTask, Timing
from connectors.runner.child import Child
from connectors.runner.errors import (
    ChildDiedError,
    FormChangedError,
    PortalUnavailableError,
    RunError,
    RunTimeoutError,
    SignInRefusedError,
    ValuesRefusedError,
)
from connectors.runner.gate import Lane
from connectors.sdk.connector import Connector
from connectors.sdk.page import FormShape, PageState
from connectors.sdk.paths import path_fits
from connectors.sdk.shapes import merged, settled
from connectors.sdk.steps import Final, Moves, SignIn, Step
from connectors.sdk.words import Words
from delegation.readback import Attachment, Item, ReadBack

_log = logging.getLogger(__name__)
_NOT_OFFERED = Words("Portāls šādu izvēli nepiedāvā.", "The portal does not offer this choice.")


def _cannot_be_filled(control: str) -> Words:
    return Words(f"Lauku „{control}” nevar aizpildīt.", f"The field “{control}” cannot be filled in.")


_R = TypeVar("_R", bound=say.Report)


class Run:
    """One run and everything that the worker knows of it."""

    def __init__(self, task: RunTask, connector: Connector, child: Child, lane: Lane, progress: ProgressSink) -> None:
        self.task = task
        self.connector = connector
        self.child = child
        self.lane = lane
        self.readback: ReadBack | None = None
        self.filled: list[str] = []
        self.timings: list[Timing] = []
        self.shapes: dict[str, FormShape] | None = None
        """When a dictionary, the forms are collected there instead of being compared with the committed ones."""
        self.held = False
        """Filled, and waiting for its yes."""
        self.held_until: datetime | None = None
        """Aware UTC: when its page is of no use any more."""
        self.expiry: asyncio.TimerHandle | None = None
        self.gone = False
        """Its browser died or was closed."""
        self._inbox: asyncio.Queue[say.Report | RunError] = asyncio.Queue()
        self._progress: asyncio.Queue[Progress | None] = asyncio.Queue()
        self._reporter = asyncio.create_task(self._report_progress(progress))
        child.attach(task.run_id, self._inbox.put_nowait, self._child_died)

    @property
    def id(self) -> str:
        """The run's id."""
        return self.task.run_id

    @property
    def way_in(self) -> SignIn:
        """How this run signs in: who may only look comes in by another door where the portal has one."""
        rule = self.connector.outcome if isinstance(self.task, FollowTask) else None
        return rule.sign_in if rule is not None and rule.sign_in is not None else self.connector.sign_in

    def fail(self, error: RunError) -> None:
        """Whoever waits for the browser gets `error` instead."""
        self._inbox.put_nowait(error)

    def _child_died(self) -> None:
        self.gone = True
        self.fail(ChildDiedError("the browser's process ended"))

    async def ask(self, command: say.Command, answer: type[_R]) -> _R:
        """Send one command and wait for its report.

        Raises:
            RunError: the run ended meanwhile, or the browser could not.
        """
        if self.gone:
            raise ChildDiedError("the browser's process ended")
        self.child.say(command)
        return await self._receive(answer)

    async def _receive(self, wanted: type[_R]) -> _R:
        while True:
            report = await self._inbox.get()
            if isinstance(report, RunError):
                raise report
            if isinstance(report, say.Failed):
                raise self._error(report)
            if isinstance(report, wanted):
                return report

    def _error(self, failed: say.Failed) -> RunError:
        match failed.reason:
            case "unavailable":
                return PortalUnavailableError("the portal cannot be reached")
            case "timeout":
                return RunTimeoutError(f"the page did not come in time: {failed.detail}")
            case "control":
                return FormChangedError((_cannot_be_filled(failed.detail),))
            case "option" if failed.input:
                return ValuesRefusedError({failed.input: _NOT_OFFERED.to(self.task.language)})
        return RunError(f"the browser failed: {failed.reason} {failed.detail}")

    def tell(self, progress: Progress) -> None:
        """Say how far the run is; nobody waits for those who listen."""
        self._progress.put_nowait(progress)

    async def sign_in(self, opening: say.Open) -> None:
        """Open the context and sign in at the portal.

        Raises:
            SignInRefusedError, PortalUnavailableError: it did not work.
        """
        started = time.perf_counter()
        self.tell(Progress(run_id=self.id, stage="signing_in"))
        self.lane.guard.enter(self.connector.pages[0])
        state = (await self.ask(opening, say.SignedIn)).state
        if state.status >= 500 or state.status == 0:
            raise PortalUnavailableError(f"the portal answered {state.status}")
        landed = any(path_fits(path, state.path) for path in self.way_in.landed)
        if state.status in (401, 403) or not landed:
            raise SignInRefusedError(f"the portal answered {state.status} to the sign-in")
        self._took("sign_in", started)

    async def fill(self, task: PrepareTask) -> ReadBack:
        """Fill every step, hold before the last click, and read everything back.

        Raises:
            RunError: anything was not as it should be.
        """
        steps = self.connector.steps_for(task.values)
        files = {
            name: say.FileContent(upload.filename, upload.media_type, upload.content)
            for name, upload in task.files.items()
        }
        held: tuple[Item, ...] = ()
        attached: tuple[Attachment, ...] = ()
        self.lane.guard.given = {
            name: hashlib.sha256(upload.content).hexdigest() for name, upload in task.files.items()
        }
        self.child.say(say.Fill(run=self.id, values=dict(task.values), files=files))
        before: Step | None = None
        total = len(self.connector.filled_for(task.values))
        for done, step in enumerate(steps):
            started = time.perf_counter()
            self.tell(Progress(run_id=self.id, stage="filling", step=step.name, done=done, total=total))
            await self._arrive(step, before)
            filled, files_here = await self._filled(step, task)
            items = judge.items(step, filled)
            held, attached = held + items, attached + files_here
            self.lane.guard.expect(step, ReadBack(items, files_here, "", task.language))
            self.child.say(say.Proceed(run=self.id))
            self.filled.append(step.name)
            self._took(step.name, started)
            before = step
        self.readback = await self._read_back(before, held, attached, task)
        return self.readback

    async def _filled(self, page: Step | Final, task: PrepareTask) -> tuple[PageState, tuple[Attachment, ...]]:
        """The page once its controls are set, as it has to be, and the files that it is about to send."""
        state = (await self.ask(say.Proceed(run=self.id), say.PageFilled)).state
        judge.check_filled(self.connector, page, state, task.values)
        self._check_shape(page, state)
        return state, judge.attachments(page, state, task.values, task.files)

    async def _arrive(self, page: Step | Final, before: Step | None) -> say.PageOpened:
        opened = await self._receive(say.PageOpened)
        state, guard = opened.state, self.lane.guard
        if before is not None and before.moves is Moves.IN_PAGE and guard.last_status is not None:
            # A page drawn by a script has no status of its own: what its request was answered says how it went.
            state = msgspec.structs.replace(state, status=guard.last_status)
        judge.check_arrival(self.connector, page, state, before)
        self._check_shape(page, state)
        guard.enter(page)
        return opened

    def _check_shape(self, page: Step | Final, state: PageState) -> None:
        shape = settled(page, state.form)
        if self.shapes is None:
            judge.check_shape(self.connector, page, shape)
        elif (whole := merged(self.shapes.get(page.name), shape)) is not None:
            self.shapes[page.name] = whole

    async def _read_back(
        self, before: Step | None, held: tuple[Item, ...], attached: tuple[Attachment, ...], task: PrepareTask
    ) -> ReadBack:
        started = time.perf_counter()
        final, done = self.connector.final, len(self.connector.steps_for(task.values))
        total = done + bool(final.fills)
        if final.fills:
            self.tell(Progress(run_id=self.id, stage="filling", step=final.name, done=done, total=total))
        state = (await self._arrive(final, before)).state
        if final.fills:
            state, files_here = await self._filled(final, task)
            attached += files_here
            self.filled.append(final.name)
        self.tell(Progress(run_id=self.id, stage="reading_back", done=total, total=total))
        fee = judge.check_overview(final, state, held)
        readback = ReadBack((*held, *judge.items(final, state)), attached, fee, task.language)
        self.lane.guard.expect(final, readback)
        self._took("read_back", started)
        return readback

    async def picture(self) -> bytes:
        """The page as it stands."""
        started = time.perf_counter()
        png = (await self.ask(say.TakePicture(run=self.id), say.Picture)).png
        self._took("picture", started)
        return png

    async def close(self) -> None:
        """Close the context and stop listening."""
        self.held = False
        self.gone = True
        self.child.say(say.Close(run=self.id))
        self.child.detach(self.id)
        self._progress.put_nowait(None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._reporter

    async def _report_progress(self, sink: ProgressSink) -> None:
        while (progress := await self._progress.get()) is not None:
            try:
                await sink(progress)
            except Exception as error:  # noqa: BLE001 - who listens must not be able to end a run
                _log.warning("progress was not told: %s", type(error).__name__)

    def _took(self, part: str, started: float) -> None:
        self.timings.append(Timing(part, time.perf_counter() - started))

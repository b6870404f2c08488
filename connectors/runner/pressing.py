"""The last button of a filled page: pressed once, and the portal's answer read from gate and page."""

import asyncio

from connectors.browser import messages as say
from connectors.runner import outcome
from connectors.runner.api import Decide, DeclinedByPortal, Filed, Progress, SendTask, Sent, Unknown
from connectors.runner.errors import FormChangedError, ReadBackChangedError, RunError, RunStoppedError
from connectors.runner.looking import receipt
from connectors.runner.record import FinalRecord
from connectors.runner.run import Run
from connectors.sdk.page import PageState
from connectors.sdk.words import Words

_SENDS_NOTHING = Words("Pēdējā poga neko nenosūta.", "The last button sends nothing.")
_IN_THE_WAY = 3
"""How often a page that moves on by itself is looked past."""
_UNTIL_IT_STANDS = 0.1
"""Seconds."""


async def what_left(run: Run, *, over: bool = True) -> FinalRecord | None:
    """The final request, if it was let out; when the run is `over`, nothing can follow any more."""
    if over and not run.lane.guard.final_taken:
        run.lane.guard.end(RunStoppedError("the run is over"))
    await run.lane.settle()
    return run.lane.guard.final


async def press(run: Run, task: SendTask, decide: Decide) -> Sent:
    """Press the last button of a filled page, and read what the portal answers.

    Raises:
        RunError: the final request did not leave.
    """
    if run.readback is None or not task.same_payload(run.readback):
        raise ReadBackChangedError("the form does not read back as what was confirmed")
    run.tell(Progress(run_id=run.id, stage="sending"))
    guard = run.lane.guard
    guard.arm(decide, task.idempotency_key)
    try:
        pressed = await run.ask(say.Press(run=run.id), say.Pressed)
    except RunError:
        if await what_left(run) is None:
            raise
        pressed = None
    record = await what_left(run, over=False)
    if record is None:
        raise guard.ended or FormChangedError((_SENDS_NOTHING,))
    return await _outcome(run, record, pressed)


async def _outcome(run: Run, record: FinalRecord, pressed: say.Pressed | None) -> Sent:
    guard = run.lane.guard
    known = outcome.without_page(run.connector, record, guard.evidence())
    if known is not None:
        return known
    try:
        result = await _read_outcome(run, record, pressed)
        if not isinstance(result, Filed):
            return result
        run.tell(Progress(run_id=run.id, stage="reading_receipt"))
        return Filed(
            reference=result.reference,
            pdf=await receipt(run, None),
            page_text=result.page_text,
            evidence=result.evidence,
        )
    except RunError:
        return outcome.without_browser(run.connector, record, guard.evidence())


async def _read_outcome(
    run: Run, record: FinalRecord, pressed: say.Pressed | None
) -> Filed | DeclinedByPortal | Unknown:
    guard = run.lane.guard
    state = pressed.state if pressed else None
    target = outcome.location_path(record)
    if run.gone and state is None:
        return outcome.without_browser(run.connector, record, guard.evidence())
    if target and (state is None or state.path != target.partition("?")[0]):
        # A second click made the browser lose the portal's answer; where it led to can still be read.
        state = await _led_to(run, target)
    if state is None:
        return Unknown(reason="browser_died", evidence=guard.evidence())
    return outcome.from_page(run.connector, record, guard.evidence(), state)


async def _led_to(run: Run, target: str) -> PageState:
    """The page that the portal's answer led to. A page that still moves on by itself may be in the way, some times."""
    looking = say.Visit(run=run.id, path=target)
    for _time in range(_IN_THE_WAY):
        try:
            return (await run.ask(looking, say.Visited)).state
        except RunError:
            if run.gone or run.lane.guard.ended is not None:
                raise
        await asyncio.sleep(_UNTIL_IT_STANDS)
    return (await run.ask(looking, say.Visited)).state

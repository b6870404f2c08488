"""The contract of every connector, one check a clause. What was filed, the count before the portal says.

A check raises `BrokenContractError`, or ends: it held.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from connectors.runner import errors
from connectors.runner.api import (
    Absent,
    Ambiguous,
    DeclinedByPortal,
    Filed,
    Found,
    GateRequest,
    Prepared,
    PrepareTask,
    Progress,
    Sent,
    Unknown,
    Verdict,
)
from connectors.sdk.connector import Connector, Sample
from connectors.sdk.steps import Fill, Final, Moves
from connectors.workshop import still
from connectors.workshop.bench import Bench
from connectors.workshop.breaking import BreakBody, required_texts
from connectors.workshop.changes import changes_for, in_html, with_line
from connectors.workshop.front import AtFinal, Front, Trouble

_FEE = "Papildu nodeva / additional fee: 913,57 EUR"
_HEARD = "the log is listened to"
_SHORT = 6
"""Values of fewer characters are found by chance."""


class BrokenContractError(AssertionError):
    """A connector, or its portal, does not do what every connector must."""


class NotApplicableError(Exception):
    """The connector has nothing that this check is about; the message says what."""


@dataclass
class Stage:
    """One connector with one sample at one portal, with a front before the portal."""

    bench: Bench
    front: Front
    connector: Connector
    sample: Sample
    logged: list[str] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    """Run tickets that the stand-in was shown."""
    temp_root: Path | None = None

    def task(self) -> PrepareTask:
        """A fresh run with the sample."""
        return self.bench.task(self.connector, self.sample)

    async def prepared(self) -> tuple[PrepareTask, Prepared]:
        """A filled page that is held."""
        task = self.task()
        return task, await self.bench.prepare(task)

    async def sent(self, task: PrepareTask, prepared: Prepared) -> Sent:
        """The last button pressed."""
        return await self.bench.send(self.connector, task, prepared.readback, self.bench.decide)

    def kill(self) -> None:
        """The browser's process dies, with all that it holds."""
        for pid in self.bench.runner.child_pids():
            os.kill(pid, signal.SIGKILL)

    async def refused(self, because: str, kinds: tuple[type[errors.RunError], ...]) -> errors.RunError:
        """Fill the form; it must be given up as one of `kinds`, with nothing filed."""
        try:
            task, _ = await self.prepared()
        except errors.RunError as error:
            ensure(isinstance(error, kinds), f"{because}: ended as {type(error).__name__}: {error}")
            ensure(self.front.finals == 0, f"{because}: the portal saw {self.front.finals} final requests")
            return error
        await self.bench.runner.stop(task.run_id)
        raise BrokenContractError(f"{because}: it was filled in all the same")

    def ensure_count(self, finals: int) -> None:
        """The portal saw so many final requests."""
        ensure(self.front.finals == finals, f"the portal saw {self.front.finals} final requests and not {finals}")


def ensure(holds: bool, otherwise: str) -> None:
    """Refuse what does not hold."""
    if not holds:
        raise BrokenContractError(otherwise)


async def declarations_are_whole(stage: Stage) -> None:
    """What can be seen without the portal: words, samples, forms, fields."""
    faults = list(still.faults(stage.connector))
    ensure(not faults, "; ".join(faults))


async def is_filed_once(stage: Stage) -> None:
    """The happy path: filled, held, sent once, receipted, and found again."""
    task, prepared = await stage.prepared()
    stage.ensure_count(0)
    ensure(bool(prepared.readback.items), "nothing was read back")
    sent = await stage.sent(task, prepared)
    if not isinstance(sent, Filed):
        raise BrokenContractError(f"no reference was found on the page after the final request: {_told(sent)}")
    stage.ensure_count(1)
    rule = stage.connector.receipt
    ensure(rule.pdf_link is None or sent.pdf is not None, f"no PDF came by the link “{rule.pdf_link}”")
    if stage.connector.look_up is not None:
        looking = stage.bench.look_up_task(stage.connector, task, sent.evidence.sent_at)
        found = await stage.bench.runner.look_up(looking, stage.bench.decide, stage.bench.progress)
        # A list without times names what may be an older one: among those it has to be.
        named = found.references if isinstance(found, Ambiguous) and stage.connector.look_up.received is None else ()
        is_it = sent.reference in named or (isinstance(found, Found) and found.reference == sent.reference)
        ensure(is_it, f"the look-up does not find {sent.reference} but {type(found).__name__}")


async def changes_are_refused(stage: Stage) -> None:
    """Each structural change of a form stops the run before anything final."""
    changes = list(changes_for(stage.connector))
    ensure(bool(changes), "there is no committed form that could change")
    for change in changes:
        how = in_html(change, javascript=stage.connector.javascript)
        # A page that a script draws is never loaded: it is changed in the document that the script came with.
        drawn = change.page.moves is Moves.IN_PAGE
        stage.front.trouble = Trouble(change=(stage.connector.entry if drawn else change.page.path, how))
        await stage.refused(str(change), (errors.FormChangedError,))


async def an_undeclared_fee_is_refused(stage: Stage) -> None:
    """The overview asks for money that the connector does not declare: it stops before anybody is asked for a yes."""
    connector = stage.connector
    # A page that a script draws is never loaded, as above.
    path = connector.entry if connector.final.moves is Moves.IN_PAGE else connector.final.path
    if not connector.steps:
        path = connector.final.path
    stage.front.trouble = Trouble(change=(path, lambda text: with_line(text, _FEE)))
    error = await stage.refused("a fee that is not declared", (errors.FormChangedError,))
    ensure(_FEE in str(error), f"the fee is not named: {error}")


async def a_double_click_sends_once(stage: Stage) -> None:
    """Two who press at once: one is told that it is under way."""
    task, prepared = await stage.prepared()
    first, second = await asyncio.gather(stage.sent(task, prepared), stage.sent(task, prepared), return_exceptions=True)
    ensure(isinstance(first, Filed), f"the first did not file: {first!r}")
    ensure(isinstance(second, errors.RunBusyError), "the second was not turned away")
    stage.ensure_count(1)


async def killed_while_filling_files_nothing(stage: Stage) -> None:
    """The browser dies on a page in the middle."""

    async def kill(progress: Progress) -> None:
        """The browser dies while a page is filled in."""
        if progress.stage == "filling" and progress.done == progress.total // 2:
            stage.kill()

    try:
        await stage.bench.runner.prepare(stage.task(), stage.bench.decide, kill)
    except errors.ChildDiedError:
        stage.ensure_count(0)
        return
    raise BrokenContractError("the browser was not missed")


async def killed_while_held_is_filled_again(stage: Stage) -> None:
    """The browser dies while the resident reads: the form is filled again, reads back the same, and is sent once."""
    task, prepared = await stage.prepared()
    stage.kill()
    while stage.bench.runner.holds(task.run_id):  # noqa: ASYNC110 - the kernel tells nobody but the runner
        await asyncio.sleep(0.01)
    sent = await stage.sent(task, prepared)
    ensure(isinstance(sent, Filed), f"not filed: {_told(sent)}")
    stage.ensure_count(1)


async def killed_before_the_verdict_sends_nothing(stage: Stage) -> None:
    """The browser dies with the final request at the gate, and the answer is no."""
    task, prepared = await stage.prepared()
    asked: list[GateRequest] = []

    async def killed_and_refused(request: GateRequest) -> Verdict:
        """The browser dies while the gate asks about the final request, and the answer is no."""
        if request.kind != "final":
            return Verdict(True)
        asked.append(request)
        stage.kill()
        return Verdict(False, "stopped")

    try:
        await stage.bench.send(stage.connector, task, prepared.readback, killed_and_refused)
    except errors.RunError as error:
        stage.ensure_count(0)
        ensure(bool(asked), f"it ended before anybody was asked about the final request, so nothing is shown: {error}")
        return
    raise BrokenContractError("it was sent against a no")


async def killed_as_it_leaves_is_known(stage: Stage) -> None:
    """The browser dies once the final request is out: filed, or unknown and then looked up; never sent again."""
    task, prepared = await stage.prepared()

    async def killed_as_it_leaves(request: GateRequest) -> Verdict:
        """The browser dies as the gate lets the request out."""
        if request.kind == "final":
            stage.kill()
        return Verdict(True)

    sent = await stage.bench.send(stage.connector, task, prepared.readback, killed_as_it_leaves)
    stage.ensure_count(1)
    if not isinstance(sent, Filed):
        await _found_or_for_a_person(stage, task, sent)


async def a_lost_session_files_nothing(stage: Stage) -> None:
    """The portal forgets who is there, in the middle."""
    steps = stage.connector.steps_for(stage.task().values)
    if not steps:
        await _loses_session_at_the_end(stage)
        return
    stage.front.trouble = Trouble(loses_session_at=steps[len(steps) // 2].request)
    kinds = (errors.SessionLostError, errors.FormChangedError, errors.PortalUnavailableError, errors.RunTimeoutError)
    error = await stage.refused("a lost session", kinds)
    declared = stage.connector.sign_in.lost_paths
    is_known = isinstance(error, errors.SessionLostError) or not declared
    ensure(is_known, f"the portal leads elsewhere than {', '.join(declared)} (lost_paths): {error}")


async def refused_values_come_back_to_their_question(stage: Stage) -> None:
    """The portal finds an answer missing: its words come back, at that question where it says which."""
    found = next(iter(required_texts(stage.connector, stage.task().values)), None)
    if found is None:
        raise NotApplicableError("no text that must be answered is sent by itself, in a form's field or a JSON member")
    page, fill, without = found
    if isinstance(page, Final):
        await _refused_at_the_end(stage, fill, without)
        return
    stage.front.trouble = Trouble(breaks=(page.request, without))
    error = await stage.refused(f"the portal was sent no “{fill.label}”", (errors.ValuesRefusedError,))
    if isinstance(error, errors.ValuesRefusedError):
        ensure(bool(error.messages or error.general), "the portal's words were not found: see ErrorMarks")


async def _refused_at_the_end(stage: Stage, fill: Fill, without: BreakBody) -> None:
    """A form of one page is judged by the portal when it is sent."""
    task, prepared = await stage.prepared()
    stage.front.trouble = Trouble(breaks=(stage.connector.final.request, without))
    sent = await stage.sent(task, prepared)
    if not isinstance(sent, DeclinedByPortal):
        raise BrokenContractError(
            f"the portal was sent no “{fill.label}”, and it ended as {_told(sent)}: see ErrorMarks"
        )


async def _loses_session_at_the_end(stage: Stage) -> None:
    task, prepared = await stage.prepared()
    stage.front.trouble = Trouble(loses_session_at=stage.connector.final.request)
    sent = await stage.sent(task, prepared)
    ensure(not isinstance(sent, Filed), "the portal knew nobody any more, and it is called filed")
    is_known = isinstance(sent, DeclinedByPortal) or not stage.connector.final.declined_paths
    ensure(is_known, f"the portal leads elsewhere than to declined_paths: {_told(sent)}")


async def a_slow_portal_is_given_up(stage: Stage) -> None:
    """A portal that answers too late, before the final request: nothing is filed."""
    stage.front.trouble = Trouble(late_by=2.0)
    deadline, stage.bench.deadline = stage.bench.deadline, 1.0
    try:
        await stage.refused("a slow portal", (errors.RunTimeoutError, errors.PortalUnavailableError))
    finally:
        stage.bench.deadline = deadline


async def a_redirect_repeats_nothing(stage: Stage) -> None:
    """The final request is answered with 307, by which a browser sends it again: it does not, and a person decides."""
    sent = await _troubled(stage, AtFinal.REDIRECTED)
    is_for_a_person = isinstance(sent, Unknown) and sent.for_a_person
    ensure(is_for_a_person, f"it ended as {_told(sent)}")


async def a_reset_is_not_repeated(stage: Stage) -> None:
    """The connection is cut before the portal has seen the final request: unknown, and not sent again."""
    sent = await _troubled(stage, AtFinal.RESET)
    ensure(isinstance(sent, Unknown), f"it ended as {_told(sent)}")


async def no_answer_is_looked_up(stage: Stage) -> None:
    """The portal took it and its answer was lost: the look-up finds it, or a person decides."""
    task, prepared = await stage.prepared()
    stage.front.trouble = Trouble(at_final=AtFinal.UNANSWERED)
    sent = await stage.sent(task, prepared)
    stage.ensure_count(1)
    stage.front.trouble = Trouble()
    await _found_or_for_a_person(stage, task, sent)


async def logs_hold_no_secret(stage: Stage) -> None:
    """Nothing that was answered, and no ticket, stands in a log or in a file that is left."""
    task, prepared = await stage.prepared()
    await stage.sent(task, prepared)
    said = "\n".join(stage.logged)
    for value in _values(task):
        ensure(value not in said, "a log repeats an answer")
    ensure(bool(stage.tickets), "nobody signed in by a ticket")
    logging.getLogger("connectors.runner").debug(_HEARD)
    ensure(any(_HEARD in each for each in stage.logged), "nobody heard the log, so nothing is shown")
    if not _values(task):
        raise NotApplicableError("every answer of the sample is so short that it would be found by chance")
    ensure(not any(ticket in said for ticket in stage.tickets if ticket), "a log repeats a run's ticket")
    if stage.temp_root is not None:
        for value in _values(task):
            ensure(not _stands_in(stage.temp_root, value), "a file of the browser repeats an answer after the run")


async def _troubled(stage: Stage, trouble: AtFinal) -> Sent:
    task, prepared = await stage.prepared()
    stage.front.trouble = Trouble(at_final=trouble)
    sent = await stage.sent(task, prepared)
    stage.ensure_count(1)
    return sent


async def _found_or_for_a_person(stage: Stage, task: PrepareTask, sent: Sent) -> None:
    if not isinstance(sent, Unknown):
        raise BrokenContractError(f"nobody can know what became of it, and it says {_told(sent)}")
    if stage.connector.look_up is None:
        return
    looking = stage.bench.look_up_task(stage.connector, task, sent.evidence.sent_at)
    found = await stage.bench.runner.look_up(looking, stage.bench.decide, stage.bench.progress)
    is_wrong = isinstance(found, Absent) and found.conclusive
    ensure(not is_wrong, "the look-up says for sure that nothing was filed, and it was")
    stage.ensure_count(1)


def _values(task: PrepareTask) -> list[str]:
    return [value for value in task.values.values() if isinstance(value, str) and len(value) > _SHORT]


def _stands_in(folder: Path, value: str) -> bool:
    wanted = value.encode()
    return any(wanted in path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _told(sent: Sent) -> str:
    if isinstance(sent, DeclinedByPortal):
        return "declined: " + "; ".join([*sent.messages.values(), *sent.general])
    return f"unknown: {sent.reason}" if isinstance(sent, Unknown) else "filed"


Check = Callable[[Stage], Awaitable[None]]

CHECKS: tuple[Check, ...] = (
    declarations_are_whole,
    is_filed_once,
    changes_are_refused,
    an_undeclared_fee_is_refused,
    a_double_click_sends_once,
    killed_while_filling_files_nothing,
    killed_while_held_is_filled_again,
    killed_before_the_verdict_sends_nothing,
    killed_as_it_leaves_is_known,
    a_lost_session_files_nothing,
    refused_values_come_back_to_their_question,
    a_slow_portal_is_given_up,
    a_redirect_repeats_nothing,
    a_reset_is_not_repeated,
    no_answer_is_looked_up,
    logs_hold_no_secret,
)
"""In the order in which an author wants to hear of them."""

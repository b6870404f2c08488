"""A visit about several services goes on: answered once, filed one after the other, one left out or taken back in.

At most one filing is unsent at any time (decision 23). Each has its own read-back and its own permit; what comes next
is begun as soon as the one before has an answer, and nothing of it leaves before the resident has said yes to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, update

from audit.events import EventName
from connectors.sdk.answers import Answer, Validated
from connectors.sdk.inputs import Upload
from connectors.sdk.together import Together
from delegation.errors import DelegationError
from delegation.filing import IN_DOUBT, UNSENT, FilingState
from delegation.model import DelegationState
from gateway.jobs.queue import enqueue
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.health import ensure_healthy
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits import approvals, asking, plans, stopping
from gateway.visits.actors import ByItself, Serving
from gateway.visits.asking import Answers
from gateway.visits.delegations import may_file
from gateway.visits.errors import OutOfOrderError, VisitError
from gateway.visits.marks import Marks, new_mark
from gateway.visits.plans import LeftOut, PlanAnswers, PlanDraft
from gateway.visits.rows import (
    AnyRow,
    ensure,
    expected,
    filings_of_visit,
    find_visit,
    lock_delegation_of,
    lock_filing_of,
    lock_open_visit,
    lock_visit_whole,
)
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Visit, VisitState
from gateway.visits.trail import say
from gateway.visits.view import LEFT_OUT

JOB = "visit.go_on"
"""The kind of job that begins what comes next; its payload names the visit."""
REFUSALS = (VisitError, DelegationError, LogUnhealthyError)
"""Why the next may not be begun by itself: then an assistant looks at it."""
_CAME_TO_NOTHING = frozenset({FilingState.STOPPED, FilingState.DECLINED, FilingState.FAILED, FilingState.NOT_FILED})
_LANGUAGE = "lv"


@dataclass(frozen=True)
class _At:
    """A visit about several services, locked with its newest delegation and that one's newest filing."""

    visit: AnyRow
    row: AnyRow
    filing: AnyRow | None
    vault: VisitVault
    plan: Together
    newest: Mapping[str, AnyRow]

    @property
    def left_out(self) -> dict[str, str]:
        return dict(self.visit.left_out or {})

    def answers(self) -> PlanAnswers:
        return plans.find(self.vault, self.visit.id, self.row.principal_id)

    def given(self) -> dict[str, str]:
        return plans.given_in(self.vault, self.newest.values())


def later(conn: Connection, filing: AnyRow, now: datetime) -> None:
    """Have a worker begin what comes next, once the transaction that ends `filing` is committed."""
    if find_visit(conn, filing.visit_id).services:
        enqueue(conn, JOB, {"visit": filing.visit_id}, key=f"{JOB}:{filing.visit_id}", now=now)


def settle(
    conn: Connection, parts: Parts, by: StaffSession, visit_id: str, settled: Mapping[str, str]
) -> tuple[str, ...]:
    """Keep what was said to what comes before the questions; a *no* leaves that service out. Return what is left out.

    Raises:
        NotFoundError, VisitClosedError: as `lock_open_visit`.
        OutOfOrderError: the visit is about one service, or nothing is allowed yet.
    """
    at = _locked(conn, parts, lock_open_visit(conn, by, visit_id))
    now = parts.clock.database_now(conn)
    plans.keep(at.vault, visit_id, msgspec.structs.replace(at.answers(), settled=dict(settled)), now)
    refused = {name.partition("/")[0] for name, said in settled.items() if said == "no"}
    skipped = {service: why for service, why in at.left_out.items() if why == LeftOut.SKIPPED}
    left_out = skipped | dict.fromkeys(sorted(refused), LeftOut.NOT_YET.value)
    for service in left_out:
        _let_go(conn, by, at, service, now)
    if left_out != at.left_out:
        _set(conn, visit_id, left_out=left_out or None)
        data = {"services": list(at.plan.services), "left_out": left_out}
        say(conn, visit_id, EventName.PLAN_CHANGED, by.actor, now, **data)
        _turn_from_left_out(conn, parts, by, visit_id, now)
    return tuple(left_out)


def keep(
    conn: Connection,
    parts: Parts,
    by: StaffSession,
    visit_id: str,
    values: Mapping[str, str | list[str]],
    files: Mapping[str, Upload],
    *,
    marks: Marks | None = None,
) -> str:
    """Keep unchecked answers, so that a form left half done loses nothing; return their mark.

    Not an event: nothing was decided, and what was answered before stays what services draw from. With `marks` it
    replaces only a draft that these know.

    Raises:
        DraftNewerError: a newer draft was kept since, in another tab.
    """
    at = _locked(conn, parts, lock_open_visit(conn, by, visit_id))
    before = at.answers()
    if marks is not None:
        marks.ensure_newest(before.mark)
    draft = PlanDraft(dict(values), asking.stored(files), new_mark(marks))
    plans.keep(at.vault, visit_id, msgspec.structs.replace(before, draft=draft), parts.clock.database_now(conn))
    return draft.mark


def answer(
    conn: Connection,
    parts: Parts,
    by: StaffSession,
    visit_id: str,
    values: Mapping[str, str | list[str]],
    files: Mapping[str, Upload],
) -> None:
    """Keep checked answers to all services, and begin with the first, or fill in again what they correct.

    What was sent stays as it was sent. Sending the same answers twice changes nothing.

    Raises:
        OutOfOrderError: the visit is about one service, nothing is in force, or the answers do not fit any more.
        ExpiredError, LockedValueError, AlreadyFiledError, guarding.BarredError: as `asking.fill`.
    """
    ensure_healthy(conn)
    at = _locked(conn, parts, lock_open_visit(conn, by, visit_id))
    ensure(at.row.state is DelegationState.ACTIVE, "answer without a delegation in force")
    now = parts.clock.database_now(conn)
    before = at.answers()
    kept = plans.made(at.row.principal_id, values, files, before.settled, is_checked=True)
    plans.keep(at.vault, visit_id, kept, now)
    if kept != msgspec.structs.replace(before, draft=None):
        say(conn, visit_id, EventName.PLAN_ANSWERED, by.actor, now, services=list(at.plan.services))
    if at.filing is not None and at.filing.state in UNSENT:
        _correct(conn, parts, by, at, at.filing)
    elif _is_to_mend(at):
        _fill(conn, parts, by, at, at.visit.service_id)
    elif at.filing is None or at.filing.state is not FilingState.SENT:
        _begin_next(conn, parts, by, at, now)


def go_on(conn: Connection, parts: Parts, visit_id: str, *, fills: bool = True) -> None:
    """Begin what comes next, if nothing is under way. Does nothing where the visit has moved on.

    With `fills` false only turn to it: an assistant has to look why it cannot be begun.
    """
    visit = lock_visit_whole(conn, visit_id)
    if visit.state is not VisitState.OPEN or not visit.services:
        return
    at = _locked(conn, parts, visit)
    is_busy = at.filing is not None and at.filing.state in UNSENT | {FilingState.SENT}
    if is_busy or at.row.state is not DelegationState.ACTIVE:
        return
    by = ByItself(visit.assistant_id, visit.centre_id, visit.terminal_id)
    _begin_next(conn, parts, by, at, parts.clock.database_now(conn), fills=fills)


def begin(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> None:
    """Fill in the service that is worked on, from what was answered for all; nothing where that is not complete."""
    at = _locked(conn, parts, lock_open_visit(conn, by, visit_id))
    is_allowed = may_file(at.row, at.visit.service_id, parts.clock.database_now(conn))
    if is_allowed and at.visit.service_id in plans.ready(at.plan, at.newest, at.left_out):
        _fill(conn, parts, by, at, at.visit.service_id)


def leave_out(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, service_id: str) -> None:
    """Leave one of several services undone for now, and go on with the others.

    Where none is left to begin, the visit turns to what still wants somebody, or else to what was filed last.

    Raises:
        OutOfOrderError: it is not one of the visit's, is left out already, or was sent.
    """
    at = _locked(conn, parts, lock_open_visit(conn, by, visit_id))
    now = parts.clock.database_now(conn)
    done = at.newest.get(service_id)
    ensure(service_id in at.plan.services and service_id not in at.left_out, "leave out what is not to be done")
    ensure(done is None or done.state not in IN_DOUBT | {FilingState.FILED}, "leave out what was sent")
    _let_go(conn, by, at, service_id, now)
    _set(conn, visit_id, left_out=at.left_out | {service_id: LeftOut.SKIPPED.value})
    say(conn, visit_id, EventName.SERVICE_LEFT_OUT, by.actor, now, service=service_id)
    _go_on_from(conn, parts, by, visit_id, now)
    _turn_from_left_out(conn, parts, by, visit_id, now)


def take_back_in(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, service_id: str) -> None:
    """Do after all what was left out.

    Raises:
        OutOfOrderError: it was not left out.
    """
    at = _locked(conn, parts, lock_open_visit(conn, by, visit_id))
    now = parts.clock.database_now(conn)
    left_out = at.left_out
    ensure(left_out.pop(service_id, None) is not None, "take back what was not left out")
    answers = at.answers()
    settled = {name: said for name, said in answers.settled.items() if name.partition("/")[0] != service_id}
    # What comes before its questions, and its own questions, are asked again.
    plans.keep(at.vault, visit_id, msgspec.structs.replace(answers, settled=settled, is_checked=False), now)
    _set(conn, visit_id, left_out=left_out or None)
    say(conn, visit_id, EventName.SERVICE_TAKEN_BACK, by.actor, now, service=service_id)
    if at.filing is None or at.filing.state not in UNSENT | {FilingState.SENT}:
        _turn_to(conn, by, at.visit, service_id, now)


def _locked(conn: Connection, parts: Parts, visit: AnyRow) -> _At:
    ensure(bool(visit.services), "go on with several services where there is one")
    row = expected(lock_delegation_of(conn, visit.id), "go on before anything is allowed")
    filing = lock_filing_of(conn, row.id)
    vault = VisitVault.of(conn, parts.sealer, visit.id, visit.key_id)
    found = plans.newest(filings_of_visit(conn, visit.id), row.id)
    return _At(visit, row, filing, vault, plans.of_visit(conn, visit.services), found)


def _is_to_mend(at: _At) -> bool:
    """Whether the service that is worked on came to nothing, so that corrected answers are for it."""
    service = at.visit.service_id
    filing = at.newest.get(service)
    return filing is not None and filing.state in _CAME_TO_NOTHING and service not in at.left_out


def _go_on_from(conn: Connection, parts: Parts, by: Serving, visit_id: str, now: datetime) -> None:
    at = _locked(conn, parts, lock_visit_whole(conn, visit_id))
    is_busy = at.filing is not None and at.filing.state in UNSENT | {FilingState.SENT}
    if not is_busy and at.row.state is DelegationState.ACTIVE:
        _begin_next(conn, parts, by, at, now)


def _turn_from_left_out(conn: Connection, parts: Parts, by: Serving, visit_id: str, now: datetime) -> None:
    """Leave no visit standing at a service that is left out while another one says what to do next."""
    at = _locked(conn, parts, lock_visit_whole(conn, visit_id))
    if at.visit.service_id not in at.left_out or plans.ready(at.plan, at.newest, at.left_out):
        return
    others = [each for service, each in at.newest.items() if service not in at.left_out]
    wants = [each for each in others if each.state is not FilingState.FILED]
    if others:
        _turn_to(conn, by, at.visit, (wants or others)[-1].service_id, now)


def _begin_next(conn: Connection, parts: Parts, by: Serving, at: _At, now: datetime, *, fills: bool = True) -> None:
    following = next(iter(plans.ready(at.plan, at.newest, at.left_out)), None)
    if following is None:
        return
    _turn_to(conn, by, at.visit, following, now)
    if fills:
        _fill(conn, parts, by, at, following)


def _fill(conn: Connection, parts: Parts, by: Serving, at: _At, service_id: str) -> None:
    """Draft a service from the common answers; where they do not suffice, its questions are asked."""
    answers = at.answers()
    checked = _checked(at, answers.answers(), service_id)
    if answers.is_checked and checked is not None:
        asking.fill_locked(conn, parts, by, at.visit, at.row, service_id, checked)


def _correct(conn: Connection, parts: Parts, by: Serving, at: _At, filing: AnyRow) -> None:
    """Fill in again what is not sent yet, if it was sent back or its answers are others now."""
    checked = _checked(at, at.answers().answers(), filing.service_id)
    if checked is None:
        raise OutOfOrderError("correct with answers that do not fit")
    before = msgspec.json.decode(at.vault.take(filing.id, "answers"), type=Answers)
    is_same = before == Answers(checked.values, asking.stored(checked.files))
    if not is_same or (filing.state is FilingState.DRAFTED and filing.reason is not None):
        asking.fill_locked(conn, parts, by, at.visit, at.row, filing.service_id, checked)


def _checked(at: _At, answers: Mapping[str, Answer | None], service_id: str) -> Validated | None:
    checked = plans.check(at.plan, service_id, answers, at.given(), language=_LANGUAGE)
    return checked if isinstance(checked, Validated) else None


def _let_go(conn: Connection, by: Serving, at: _At, service_id: str, now: datetime) -> None:
    """Void what was half done for a service."""
    filing = at.filing
    if filing is not None and filing.service_id == service_id and filing.state in UNSENT:
        stopping.stop_filing(conn, filing, by.actor, LEFT_OUT, now, abandoned=True)
        approvals.lapse_all(conn, at.row.id, now)


def _turn_to(conn: Connection, by: Serving, visit: AnyRow, service_id: str, now: datetime) -> None:
    if visit.service_id != service_id:
        _set(conn, visit.id, service_id=service_id)
        say(conn, visit.id, EventName.SERVICE_CHOSEN, by.actor, now, service=service_id, again=True)


def _set(conn: Connection, visit_id: str, **columns: object) -> None:
    conn.execute(update(Visit).where(Visit.id == visit_id).values(**columns))

"""What the worker reports while a connector fills the portal's form. Nothing is sent here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, select, update

from audit.events import EventName
from connectors.runner import errors as run_errors
from connectors.runner.api import Prepared
from connectors.sdk import registry
from connectors.sdk.connector import Connector
from delegation.assurance import ApprovalKind, Route
from delegation.commitment import HashKind
from delegation.filing import UNSENT, FilingState
from delegation.model import DelegationState
from delegation.readback import ReadBack, payload_hash
from gateway.parts import Parts
from gateway.services import catalogue
from gateway.visits import (
    actors,
    advancing,
    approvals,
    disclosure,
    drift,
    filings,
    fitness,
    fixed,
    guarding,
    read_backs,
    refused_inputs,
    second_person,
    troubles,
)
from gateway.visits.asking import Answers, Refusals, queue_run
from gateway.visits.delegations import may_file
from gateway.visits.errors import LockedValueError
from gateway.visits.refusal_tables import RefusedAt
from gateway.visits.rows import AnyRow, find_filing, find_run, lock_delegation, lock_filing
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import DelegationRow, Filing, Run, RunKind, RunState
from gateway.visits.trail import say

_TRIES = 2
"""How often one attempt is filled before a technical failure is a failure; nothing has been sent then."""

_WORTH_ANOTHER = (
    run_errors.ChildDiedError,
    run_errors.SessionLostError,
    run_errors.RunTimeoutError,
)

_EVENTS = {
    run_errors.FormChangedError: EventName.RUN_DRIFTED,
    run_errors.ValuesRefusedError: EventName.RUN_REFUSED_BY_PORTAL,
    run_errors.GateRefusedError: EventName.REQUEST_BLOCKED,
    run_errors.TamperedError: EventName.REQUEST_BLOCKED,
}

_HELD = (
    select(Run.id)
    .where(Run.filing_id == bindparam("filing"), Run.worker_id == bindparam("worker"), Run.state == RunState.HOLDING)
    .order_by(Run.queued_at.desc())
    .limit(1)
)
_WANTED = (
    select(
        Run.kind,
        Run.attempt,
        Filing.state.label("filing_state"),
        Filing.attempt.label("filing_attempt"),
        DelegationRow.state.label("delegation_state"),
    )
    .join(Filing, Run.filing_id == Filing.id)
    .join(DelegationRow, Filing.delegation_id == DelegationRow.id)
    .where(Run.id == bindparam("run"))
)


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What a worker needs to know to do one run."""

    run_id: str
    kind: RunKind
    filing_id: str
    delegation_id: str
    visit_id: str
    attempt: int
    connector_id: str
    portal_origin: str
    client_id: str
    answers: Answers
    sent_at: datetime | None
    readback_hash: str | None
    idempotency_key: str


def begin(conn: Connection, parts: Parts, run_id: str, worker_id: str) -> Errand | None:
    """Take up a run; `None` when there is nothing left to do, which the job then simply has done.

    A send is taken up only while the filing is confirmed: after a crash behind *sent* the portal is asked instead.
    """
    now = parts.clock.database_now(conn)
    run = find_run(conn, run_id)
    filing = find_filing(conn, run.filing_id)
    row = lock_delegation(conn, filing.delegation_id)
    filing = lock_filing(conn, filing.id)
    if run.state in (RunState.DONE, RunState.FAILED, RunState.HOLDING) or run.attempt != filing.attempt:
        return None
    if not _may_start(run.kind, filing):
        set_run(conn, run_id, state=RunState.FAILED, reason="run.superseded", ended_at=now)
        return None
    if run.kind is not RunKind.LOOK_UP and not may_file(row, filing.service_id, now):
        set_run(conn, run_id, state=RunState.FAILED, reason="run.stopped", ended_at=now)
        return None
    if run.kind is not RunKind.LOOK_UP and not guarding.is_at_work(conn, row.assistant_id):
        why_not = guarding.NotAtWorkError.code
        set_run(conn, run_id, state=RunState.FAILED, reason=why_not, ended_at=now)
        fail(conn, filing, why_not, now)
        return None
    if run.kind is not RunKind.LOOK_UP and (why := fitness.why_unfit(conn, parts, filing.service_id, now)):
        set_run(conn, run_id, state=RunState.FAILED, reason=why[0], ended_at=now)
        fail(conn, filing, why[1], now)
        return None
    service = catalogue.find(conn, filing.service_id)
    if run.kind is RunKind.PREPARE:
        troubles.ensure_may_run(conn, parts.settings, service, now)
    vault = VisitVault.of(conn, parts.sealer, filing.visit_id)
    answers = msgspec.json.decode(vault.take(filing.id, "answers"), type=Answers)
    again = run.state is RunState.RUNNING
    set_run(conn, run_id, state=RunState.RUNNING, worker_id=worker_id, reason=None, begun_at=now)
    say(
        conn,
        filing.visit_id,
        EventName.RUN_RESUMED if again else EventName.RUN_STARTED,
        actors.connector(filing.service_id),
        now,
        run=run_id,
        filing=filing.id,
        kind=run.kind.value,
        attempt=run.attempt,
        connector=f"{filing.service_id}@{filing.connector_version}",
    )
    return Errand(
        run_id=run_id,
        kind=run.kind,
        filing_id=filing.id,
        delegation_id=row.id,
        visit_id=filing.visit_id,
        attempt=filing.attempt,
        connector_id=filing.service_id,
        portal_origin=service.portal_origin or "",
        client_id=service.client_id or "",
        answers=answers,
        sent_at=filing.sent_at,
        readback_hash=filing.readback_hash,
        idempotency_key=filing.idempotency_key or "",
    )


_STARTS = {RunKind.PREPARE: FilingState.DRAFTED, RunKind.SEND: FilingState.CONFIRMED}


def _may_start(kind: RunKind, filing: AnyRow) -> bool:
    if kind is RunKind.LOOK_UP:
        return filing.state is not FilingState.SENT and filings.is_looked_up(filing)
    return filing.state is _STARTS[kind]


def waits(conn: Connection, run_id: str) -> None:
    """Keep that a run waits for its portal, for those who look. Not an event: nothing was decided."""
    set_run(conn, run_id, reason=troubles.PortalUnwellError.code)


def progress(conn: Connection, run_id: str, done: int, total: int) -> None:
    """Keep how far a run is, for those who wait. Not an event: nothing was decided."""
    set_run(conn, run_id, steps_done=done, steps_total=total)


def prepared(conn: Connection, parts: Parts, run_id: str, result: Prepared, worker_id: str) -> bool:
    """The form is filled and waits: keep what was read back and ask for the permit.

    Returns whether it still matters: not after a stop or a correction.
    """
    now = parts.clock.database_now(conn)
    run = find_run(conn, run_id)
    row = lock_delegation(conn, find_filing(conn, run.filing_id).delegation_id)
    filing = lock_filing(conn, run.filing_id)
    if run.attempt != filing.attempt or filing.state is not FilingState.DRAFTED:
        set_run(conn, run_id, state=RunState.FAILED, reason="run.superseded", ended_at=now)
        return False
    if not may_file(row, filing.service_id, now):
        set_run(conn, run_id, state=RunState.FAILED, reason="run.stopped", ended_at=now)
        return False
    connector = registry.find(filing.service_id)
    vault = VisitVault.of(conn, parts.sealer, filing.visit_id)
    if _is_fixed_value_changed(conn, vault, row, filing, connector, result.readback, run_id, now):
        return False
    readback_hash = payload_hash(vault.hasher, result.readback, connector.volatile)
    picture_hash = vault.hasher.hash(HashKind.PICTURE, result.picture_png)
    read_backs.keep(vault, filing.id, result.readback, now)
    vault.keep(filing.id, "picture", result.picture_png, now)
    filings.move(conn, filing, FilingState.PREPARED, readback_hash=readback_hash)
    held_until = now + parts.settings.page_hold if result.held else None
    set_run(conn, run_id, state=RunState.HOLDING, worker_id=worker_id, held_until=held_until, filled_at=now)
    who = actors.connector(filing.service_id)
    say(
        conn,
        filing.visit_id,
        EventName.READBACK_TAKEN,
        who,
        now,
        run=run_id,
        filing=filing.id,
        payload=readback_hash,
        picture=picture_hash,
        items=len(result.readback.items),
        attachments=len(result.readback.attachments),
        **disclosure.commit_rows(vault, run_id, result.readback),
    )
    troubles.well(conn, catalogue.find(conn, filing.service_id), now)
    if second_person.all_confirmed(conn, filing.looks or ()):
        ask_permit(conn, parts, vault, row, filing, readback_hash, now)
    return True


def _is_fixed_value_changed(
    conn: Connection,
    vault: VisitVault,
    row: AnyRow,
    filing: AnyRow,
    connector: Connector,
    readback: ReadBack,
    run_id: str,
    now: datetime,
) -> bool:
    """Whether the portal holds another value than one that the resident has fixed; then the filing ends here."""
    values = msgspec.json.decode(vault.take(filing.id, "answers"), type=Answers).values
    changed = fixed.changed_in(fixed.of(vault, row.id, filing.service_id), connector, values, readback)
    if changed:
        set_run(conn, run_id, state=RunState.FAILED, reason=LockedValueError.code, ended_at=now)
        who = actors.connector(filing.service_id)
        data = {"run": run_id, "filing": filing.id, "reason": LockedValueError.code, "inputs": list(changed)}
        say(conn, filing.visit_id, EventName.REQUEST_BLOCKED, who, now, **data)
        fail(conn, filing, LockedValueError.code, now)
    return bool(changed)


def ask_permit(
    conn: Connection, parts: Parts, vault: VisitVault, row: AnyRow, filing: AnyRow, readback_hash: str, now: datetime
) -> str:
    """Ask for the yes to one read-back, by the route of the grant; return the approval's id."""
    route = Route(row.approvals[0]["route"])
    evidence: dict[str, Any] = msgspec.json.decode(vault.take(row.id, "evidence"))
    approval_id = approvals.ask(
        conn,
        parts,
        vault,
        approvals.Asking(
            visit_id=filing.visit_id,
            delegation_id=row.id,
            filing_id=filing.id,
            attempt=filing.attempt,
            kind=ApprovalKind.PERMIT,
            route=route,
            subject_hash=readback_hash,
            number=evidence.get("number"),
            approver_id=row.approver_id,
        ),
        now,
    )
    say(
        conn,
        filing.visit_id,
        EventName.PERMIT_REQUESTED,
        actors.SYSTEM,
        now,
        approval=approval_id,
        filing=filing.id,
        attempt=filing.attempt,
        payload=readback_hash,
        route=route.value,
    )
    return approval_id


def failed(conn: Connection, parts: Parts, run_id: str, error: run_errors.RunError) -> None:
    """A run ended before anything was sent: by its kind it is tried again, mended by the assistant, or over."""
    now = parts.clock.database_now(conn)
    run = find_run(conn, run_id)
    row = lock_delegation(conn, find_filing(conn, run.filing_id).delegation_id)
    filing = lock_filing(conn, run.filing_id)
    set_run(conn, run_id, state=RunState.FAILED, reason=error.code, ended_at=now)
    say(
        conn,
        filing.visit_id,
        _EVENTS.get(type(error), EventName.RUN_FAILED),
        actors.connector(filing.service_id),
        now,
        **{"run": run_id, "filing": filing.id, "reason": error.code} | refused_inputs.said_of(error),
    )
    stopped = row.state is not DelegationState.ACTIVE or filing.state not in UNSENT or run.attempt != filing.attempt
    if stopped or isinstance(error, run_errors.RunStoppedError):
        return
    vault = VisitVault.of(conn, parts.sealer, filing.visit_id)
    if isinstance(error, run_errors.ValuesRefusedError):
        _back_to_questions(conn, vault, filing, error, now)
    elif isinstance(error, run_errors.ReadBackChangedError):
        _read_back_again(conn, filing, error, now)
    elif _is_tried_again(conn, parts, run, filing, error, now):
        queue_run(conn, filing.id, filing.attempt, run.kind, now)
    else:
        if isinstance(error, run_errors.FormChangedError):
            vault.keep(filing.id, "refusals", msgspec.json.encode(Refusals({}, changes=error.differences)), now)
            drift.met(conn, catalogue.find(conn, filing.service_id), error, now)
        fail(conn, filing, error.code, now)


def _is_tried_again(
    conn: Connection, parts: Parts, run: AnyRow, filing: AnyRow, error: run_errors.RunError, now: datetime
) -> bool:
    """Whether another run follows: at once, or when a portal that is left alone now is well again."""
    service = catalogue.find(conn, filing.service_id)
    is_left_alone = troubles.failed(conn, parts.settings, service, error, now)
    if is_left_alone and run.kind is RunKind.PREPARE:
        return True
    return isinstance(error, _WORTH_ANOTHER) and _tries(conn, run) < _TRIES


def fail(conn: Connection, filing: AnyRow, reason: str, now: datetime) -> None:
    """End a locked filing that was never sent, for a technical reason. The delegation stays: it can be tried again."""
    filings.move(conn, filing, FilingState.FAILED, reason=reason, ended_at=now)
    approvals.lapse_all(conn, filing.delegation_id, now)
    say(conn, filing.visit_id, EventName.FILING_FAILED, actors.SYSTEM, now, filing=filing.id, reason=reason)
    advancing.later(conn, filing, now)


def set_run(conn: Connection, run_id: str, **columns: Any) -> None:
    """Write columns of a run; a run is disposable, so no lock is needed."""
    conn.execute(update(Run).where(Run.id == run_id).values(**columns))


def held_by(conn: Connection, filing_id: str, worker_id: str) -> str | None:
    """The run whose filled page this worker still holds open for the filing, if any."""
    return conn.execute(_HELD, {"filing": filing_id, "worker": worker_id}).scalar_one_or_none()


def release(conn: Connection, run_id: str) -> None:
    """The held page has done its work."""
    conn.execute(update(Run).where(Run.id == run_id, Run.state == RunState.HOLDING).values(state=RunState.DONE))


def still_wanted(conn: Connection, run_id: str) -> bool:
    """Whether an open browser page still serves anything: not after a stop, a no, a correction or the end."""
    row = conn.execute(_WANTED, {"run": run_id}).one()
    if row.kind is RunKind.LOOK_UP:
        return True
    if row.kind is RunKind.FOLLOW:
        return bool(row.delegation_state is not DelegationState.REVOKED)
    if row.filing_state is FilingState.SENT:
        return bool(row.kind is RunKind.SEND)
    return bool(row.attempt == row.filing_attempt and row.filing_state in UNSENT)


def abandon(conn: Connection, parts: Parts, run_id: str, code: str) -> None:
    """A run's job failed too often: the filing fails too, unless it was sent or has moved on."""
    now = parts.clock.database_now(conn)
    run = find_run(conn, run_id)
    filing = lock_filing(conn, run.filing_id)
    set_run(conn, run_id, state=RunState.FAILED, reason=code, ended_at=now)
    if filing.state in UNSENT and run.attempt == filing.attempt:
        fail(conn, filing, code, now)


def _back_to_questions(
    conn: Connection, vault: VisitVault, filing: AnyRow, error: run_errors.ValuesRefusedError, now: datetime
) -> None:
    refused_inputs.keep(conn, vault, filing, error.messages, error.general, RefusedAt.FILLING, now)
    if filing.state is FilingState.DRAFTED:
        conn.execute(update(Filing).where(Filing.id == filing.id).values(reason=error.code))
    else:
        filings.move(conn, filing, FilingState.DRAFTED, reason=error.code, attempt=filing.attempt + 1)
        approvals.lapse_all(conn, filing.delegation_id, now)


def _read_back_again(conn: Connection, filing: AnyRow, error: run_errors.ReadBackChangedError, now: datetime) -> None:
    """The page, filled again, holds something else than was confirmed: read back anew and ask for a new yes."""
    attempt = filing.attempt + 1
    filings.move(conn, filing, FilingState.DRAFTED, reason=error.code, attempt=attempt, readback_hash=None)
    approvals.lapse_all(conn, filing.delegation_id, now)
    queue_run(conn, filing.id, attempt, RunKind.PREPARE, now)


def _tries(conn: Connection, run: AnyRow) -> int:
    same = (Run.filing_id == run.filing_id, Run.attempt == run.attempt, Run.kind == run.kind)
    return int(conn.execute(select(func.count()).select_from(Run).where(*same)).scalar_one())

"""The connector's questions are answered, once, and the worker is sent to fill the portal's form."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from audit.events import EventName
from connectors.sdk import registry
from connectors.sdk.answers import Validated
from connectors.sdk.inputs import Upload
from connectors.sdk.steps import Values
from connectors.sdk.words import Words
from delegation.filing import FilingState
from delegation.model import Action, DelegationState, ensure_allows
from gateway.ids import new_id
from gateway.jobs.queue import enqueue
from gateway.ledger.health import ensure_healthy
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits import (
    approvals,
    drift,
    earlier,
    filings,
    fitness,
    fixed,
    guarding,
    resending,
    second_person,
    terms,
)
from gateway.visits.actors import Serving
from gateway.visits.delegations import may_file, to_model
from gateway.visits.errors import AlreadyFiledError, ExpiredError, OutOfOrderError
from gateway.visits.marks import Marks, new_mark
from gateway.visits.rows import AnyRow, ensure, expected, lock_delegation_of, lock_filing_for, lock_open_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Filing, Run, RunKind, RunState, Visit
from gateway.visits.trail import say

_AGAIN = frozenset({FilingState.DRAFTED, FilingState.PREPARED, FilingState.CONFIRMED})
_ENDED_UNSENT = frozenset(
    {FilingState.STOPPED, FilingState.DECLINED, FilingState.FAILED, FilingState.ABANDONED, FilingState.NOT_FILED}
)
_LEAVES_ROOM = frozenset({FilingState.FILED, FilingState.UNKNOWN, FilingState.NEEDS_HUMAN})
"""After these another filing of the service may begin, as long as the delegation has one left."""

_CENTRE = select(Visit.centre_id).join(Filing, Filing.visit_id == Visit.id).where(Filing.id == bindparam("filing"))
_SUPERSEDE = (
    update(Run)
    .where(Run.filing_id == bindparam("filing"), Run.state == RunState.HOLDING)
    .values(state=RunState.FAILED, reason="run.superseded")
)


class StoredUpload(msgspec.Struct, frozen=True):
    """A file as it is sealed."""

    filename: str
    media_type: str
    content: bytes


class Answers(msgspec.Struct, frozen=True):
    """What was answered: checked values by input name, and files."""

    values: dict[str, str | list[str]]
    files: dict[str, StoredUpload] = {}

    def uploads(self) -> dict[str, Upload]:
        """The files as a connector takes them."""
        return uploads(self.files)


class Refusals(msgspec.Struct, frozen=True):
    """The portal's own words about values it did not take, or ours about a form that has changed."""

    messages: dict[str, str]
    """By input name."""
    general: tuple[str, ...] = ()
    changes: tuple[Words, ...] = ()
    """What is not as it was on the portal's pages."""


class Draft(msgspec.Struct, frozen=True):
    """What was typed, not checked, for one person and one service."""

    principal: str
    service: str
    values: dict[str, str | list[str]]
    files: dict[str, StoredUpload] = {}
    mark: str = ""
    """New each time it is kept: a page knows by it whether the draft is one that it was made from or has sent."""


def uploads(files: Mapping[str, StoredUpload]) -> dict[str, Upload]:
    """Files as a connector takes them."""
    return {name: Upload(file.filename, file.media_type, file.content) for name, file in files.items()}


def fill(
    conn: Connection,
    parts: Parts,
    by: StaffSession,
    visit_id: str,
    values: Values,
    files: Mapping[str, Upload],
    *,
    seen: str | None = None,
) -> str:
    """Keep checked answers and send the worker to fill the form; return the filing's id.

    Answers may be corrected until the final request has left: what was read back before is void then. `seen` is the
    `mark_of` the filing that the answers replace, as the page knew it: a second click changes nothing.

    Raises:
        OutOfOrderError: there is no delegation in force, the final request has left, or another answer came first.
        ExpiredError: the delegation has ended.
        FormUnknownError: the portal’s form has changed.
        ConnectorUnprovedError: its connector may not file at a live portal.
        LockedValueError: an answer differs from what the resident has fixed.
        AlreadyFiledError: the same thing is already open or filed for this resident.
        guarding.BarredError: the service is not open to this assistant, or an answer is their own number or account.
    """
    ensure_healthy(conn)
    visit = lock_open_visit(conn, by, visit_id)
    row = expected(lock_delegation_of(conn, visit_id), "fill without a delegation")
    checked = Validated(dict(values), dict(files))
    return fill_locked(conn, parts, by, visit, row, visit.service_id, checked, seen=seen)


def fill_locked(
    conn: Connection,
    parts: Parts,
    by: Serving,
    visit: AnyRow,
    row: AnyRow,
    service_id: str,
    answers: Validated,
    *,
    seen: str | None = None,
) -> str:
    """As `fill`, for one service of a visit that the caller has locked with its newest delegation `row`."""
    values = answers.values
    now, visit_id = parts.clock.database_now(conn), visit.id
    ensure(row.state is DelegationState.ACTIVE, "fill without a delegation in force")
    if not may_file(row, service_id, now):
        raise ExpiredError("the right to file has ended")
    ensure_allows(to_model(row), service=service_id, action=Action.FILE, now=now)
    drift.ensure_form_known(conn, service_id)
    fitness.ensure_proved(conn, parts, service_id)
    connector = registry.find(service_id)
    key = key_of(parts, service_id, values)
    filing = lock_filing_for(conn, row.id, service_id)
    ensure(seen is None or seen == mark_of(filing), "answer twice")
    vault = VisitVault.of(conn, parts.sealer, visit_id, visit.key_id)
    fixed.ensure_kept(fixed.of(vault, row.id, service_id), connector, values)
    needed = guarding.looks_for_filing(conn, parts, vault, by, row, connector, values, now)
    needed += resending.looks_for(conn, parts, vault, row, service_id, key)
    if filing is None or filing.state in _ENDED_UNSENT or filing.state in _LEAVES_ROOM:
        terms.ensure_within(conn, (service_id,), centre_id=row.centre_id, now=now, begins=True)
        filing_id, attempt = _draft(conn, row, service_id, key, connector.manifest.version, now), 1
        event = EventName.FILING_DRAFTED
    else:
        ensure(filing.state in _AGAIN, "change answers after the final request")
        filing_id, attempt = filing.id, _redraft(conn, filing, key, connector.manifest.version, now)
        event = EventName.ANSWERS_SAVED
    vault.keep(filing_id, "answers", _packed(values, answers.files), now)
    vault.forget(filing_id, "refusals")
    vault.forget(visit_id, "draft")
    looks = guarding.ask_for(conn, parts, by, visit_id, needed, now, delegation_id=row.id, filing_id=filing_id)
    if looks or (filing is not None and filing.looks):
        conn.execute(update(Filing).where(Filing.id == filing_id).values(looks=looks or None))
        second_person.withdraw_all(conn, visit_id, now, filing_id=filing_id, but=looks)
    queue_run(conn, filing_id, attempt, RunKind.PREPARE, now)
    say(conn, visit_id, event, by.actor, now, filing=filing_id, attempt=attempt, service=service_id)
    return filing_id


def key_of(parts: Parts, service_id: str, values: Values) -> bytes:
    """Under what two filings of a service are the same matter."""
    return parts.sealer.keyed_hash("filing.key", f"{service_id}:{registry.find(service_id).service_key(values)}")


def mark_of(filing: AnyRow | None) -> str:
    """Which attempt of which filing a page shows, so that the flow knows what its reader saw."""
    return "" if filing is None else f"{filing.id}:{filing.attempt}"


def save_draft(
    conn: Connection,
    parts: Parts,
    by: StaffSession,
    visit_id: str,
    values: Values,
    files: Mapping[str, Upload],
    *,
    marks: Marks | None = None,
) -> str:
    """Keep unchecked answers, so that a page left half done loses nothing; return their mark. Not an event.

    A draft belongs to one person and one service: another person at the same visit never meets it. With `marks` it
    replaces only a draft that these know.

    Raises:
        OutOfOrderError: nobody is known whose answers these could be.
        DraftNewerError: a newer draft was kept since, in another tab.
    """
    now = parts.clock.database_now(conn)
    visit = lock_open_visit(conn, by, visit_id)
    row = lock_delegation_of(conn, visit_id)
    if row is None:
        raise OutOfOrderError("keep a draft for nobody")
    vault = VisitVault.of(conn, parts.sealer, visit_id, visit.key_id)
    if marks is not None:
        marks.ensure_newest(_mark_of(vault, visit_id, row.principal_id, visit.service_id))
    draft = Draft(row.principal_id, visit.service_id, dict(values), stored(files), new_mark(marks))
    vault.keep(visit_id, "draft", msgspec.json.encode(draft), now)
    return draft.mark


def _mark_of(vault: VisitVault, visit_id: str, principal: str, service: str) -> str:
    """The mark of the draft that a page shows for this person and service; empty where there is none."""
    kept = vault.find(visit_id, "draft")
    draft = None if kept is None else msgspec.json.decode(kept, type=Draft)
    return draft.mark if draft is not None and (draft.principal, draft.service) == (principal, service) else ""


def _packed(values: Values, files: Mapping[str, Upload]) -> bytes:
    return msgspec.json.encode(Answers(dict(values), stored(files)))


def stored(files: Mapping[str, Upload]) -> dict[str, StoredUpload]:
    """Files as they are sealed."""
    return {name: StoredUpload(file.filename, file.media_type, file.content) for name, file in files.items()}


def queue_run(
    conn: Connection,
    filing_id: str,
    attempt: int,
    kind: RunKind,
    now: datetime,
    *,
    prefer: str | None = None,
    run_at: datetime | None = None,
) -> str:
    """Send a worker on an errand; return the run's id. A filing has one errand of a kind and attempt at a time."""
    run_id = new_id()
    conn.execute(
        insert(Run).values(
            id=run_id,
            filing_id=filing_id,
            attempt=attempt,
            kind=kind,
            state=RunState.QUEUED,
            steps_done=0,
            steps_total=0,
            queued_at=now,
        )
    )
    job, centre = f"run.{kind.value}", conn.execute(_CENTRE, {"filing": filing_id}).scalar_one()
    enqueue(conn, job, {"run": run_id}, key=f"run:{run_id}", prefer=prefer, share=centre, run_at=run_at, now=now)
    return run_id


def _draft(conn: Connection, row: AnyRow, service_id: str, key: bytes, version: str, now: datetime) -> str:
    filing_id = new_id()
    _ensure_single(conn, row.principal_id, service_id, key)
    with filings.single(_in_this_moment()):
        conn.execute(
            insert(Filing).values(
                id=filing_id,
                visit_id=row.visit_id,
                delegation_id=row.id,
                principal_id=row.principal_id,
                service_id=service_id,
                service_key=key,
                connector_version=version,
                state=FilingState.DRAFTED,
                attempt=1,
                idempotency_key=resending.idempotency_key(conn, row, service_id, key),
                drafted_at=now,
            )
        )
    return filing_id


def _redraft(conn: Connection, filing: AnyRow, key: bytes, version: str, now: datetime) -> int:
    attempt: int = filing.attempt + 1
    if filing.service_key != key:
        _ensure_single(conn, filing.principal_id, filing.service_id, key)
    # What is held open shows the old answers.
    conn.execute(_SUPERSEDE, {"filing": filing.id})
    columns = {
        "attempt": attempt,
        "service_key": key,
        "connector_version": version,
        "reason": None,
        "readback_hash": None,
    }
    if filing.state is FilingState.DRAFTED:
        with filings.single(_in_this_moment()):
            conn.execute(update(Filing).where(Filing.id == filing.id).values(**columns))
    else:
        with filings.single(_in_this_moment()):
            filings.move(conn, filing, FilingState.DRAFTED, **columns)
        approvals.lapse_all(conn, filing.delegation_id, now)
    return attempt


def _in_this_moment() -> AlreadyFiledError:
    """For two who file the same at once: both pass the look before, and the unique index lets one of them through."""
    return AlreadyFiledError("the same thing was filed in this moment")


def _ensure_single(conn: Connection, principal_id: str, service_id: str, key: bytes) -> None:
    """Say it in words where the unique index would only refuse."""
    found = earlier.of_matter(conn, principal_id, service_id, key)
    if found is not None:
        raise AlreadyFiledError("the same thing is already open or filed", found)

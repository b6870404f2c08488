"""Findings: what an auditor found in a visit, what its centre answers, and how it ended.

open -> answered -> closed, or withdrawn before. A finding says what was done, never what somebody is like. Whoever
served the visit neither records, answers nor closes one about it. What is written is sealed with the visit (`notes`);
rows and events hold codes and ids.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from audit.events import EventName
from gateway.database.base import lock
from gateway.database.together import insert_once
from gateway.ids import short_code
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits import inquiring, notes
from gateway.visits.audit_states import FindingKind, FindingOutcome, FindingState, NoteKind, Severity
from gateway.visits.audit_tables import AuditNote, Finding
from gateway.visits.errors import (
    FindingOverError,
    InquiryStandsError,
    NotFoundError,
    OwnFindingError,
    StaleFormError,
)
from gateway.visits.looking import AuditReason, is_noted, note_audit
from gateway.visits.notes import Draft
from gateway.visits.rows import AnyRow, find_visit
from gateway.visits.signs import Sign
from gateway.visits.trail import say

MOST_DAYS = 90
"""In which a finding is to be answered."""

_NUMBER = re.compile(r"(\d{4}-){2}\d{4}", re.ASCII)
_FINDING = select(Finding.__table__).where(Finding.id == bindparam("id"))
_TEXT = select(AuditNote.id).where(AuditNote.finding_id == bindparam("finding"), AuditNote.kind == NoteKind.FINDING)
_LAST_ANSWER = (
    select(AuditNote.id)
    .where(AuditNote.finding_id == bindparam("finding"), AuditNote.kind == NoteKind.ANSWER)
    .order_by(AuditNote.written_at.desc(), AuditNote.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an auditor says."""

    kind: FindingKind
    severity: Severity
    text: str
    deadline: datetime
    """Until when the centre answers; at most `MOST_DAYS` from now."""
    sign: Sign | None = None
    draw: str | None = None
    """Seed of the draw in which the visit was met."""
    number: str | None = None
    """The number that the form carries, so that a form that is sent twice is one finding."""


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a finding ends."""

    state: FindingState
    event: EventName
    text: str
    outcome: FindingOutcome | None = None


def new_number() -> str:
    """A number for a finding that is still to be recorded."""
    return "-".join(short_code(4) for _ in range(3))


def open_finding(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, found: Found) -> str:
    """Record a finding about a visit and return its number. The same form sent twice is one finding.

    Raises:
        NotFoundError: there is no such visit.
        OwnFindingError: `by` served it.
        StaleFormError: the number that the form carries is none, or another finding's.
        InquiryStandsError: an inquiry stands over it, and the centre would learn of that.
        KeyDestroyedError: the visit is erased.
    """
    visit, now = find_visit(conn, visit_id), parts.clock.database_now(conn)
    notes.ensure_not_own(visit, by)
    if inquiring.stands_over(conn, visit_id, now) is not None:
        raise InquiryStandsError("told to the centre")
    finding_id = new_number() if found.number is None else found.number
    if not _NUMBER.fullmatch(finding_id):
        raise StaleFormError("no number")
    deadline = min(found.deadline, now + timedelta(days=MOST_DAYS))
    facts = {"kind": found.kind, "severity": found.severity, "sign": found.sign, "draw": found.draw}
    values = {
        "id": finding_id,
        "visit_id": visit_id,
        "centre_id": visit.centre_id,
        "assistant_id": visit.assistant_id,
        "service_id": visit.service_id,
        "state": FindingState.OPEN,
        "is_over": False,
        "deadline": deadline,
        "opened_by": by.staff_id,
        "opened_at": now,
    }
    if not insert_once(conn, Finding, values | facts):
        names = ("visit_id", "opened_by", "deadline", *facts)
        _ensure_same(conn, parts, by, finding_id, {name: (values | facts)[name] for name in names}, found.text)
        return finding_id
    note, text = notes.keep(conn, parts, by, visit_id, Draft(NoteKind.FINDING, found.text, finding_id), now)
    data = {"finding": finding_id, "deadline": deadline.isoformat(), "note": note, "text": text}
    known = {name: None if value is None else str(value) for name, value in facts.items()}
    say(conn, visit_id, EventName.FINDING_OPENED, by.actor, now, **data, **known)
    return finding_id


def look(conn: Connection, parts: Parts, by: StaffSession, finding_id: str) -> None:
    """Record that an auditor opens the visit, and what was written about it, to follow a finding up.

    Raises:
        NotFoundError: there is no such finding.
        OwnFindingError: `by` served the visit.
    """
    row = find(conn, finding_id)
    notes.ensure_not_own(row, by)
    note_audit(conn, parts, by, row.visit_id, AuditReason.FINDING)


def read(conn: Connection, parts: Parts, by: StaffSession, finding_id: str) -> None:
    """Record that the centre's manager reads what was found; the resident can see it.

    Raises:
        NotFoundError: there is no such finding about this centre.
        OwnFindingError: `by` served the visit.
    """
    row = in_centre(conn, by, finding_id)
    notes.ensure_not_own(row, by)
    say(conn, row.visit_id, EventName.FINDING_READ, by.actor, parts.clock.database_now(conn), finding=row.id)


def is_read(conn: Connection, by: StaffSession, finding_id: str, visit_id: str, now: datetime) -> bool:
    """Whether that is recorded of `by` in this quarter of an hour."""
    read_lately = inquiring.done(conn, by.actor, visit_id, EventName.FINDING_READ, now)
    return any(each.data["finding"] == finding_id and is_noted(each.time, now) for each in read_lately)


def answer(conn: Connection, parts: Parts, by: StaffSession, finding_id: str, text: str) -> None:
    """The centre's manager answers; until it is closed another answer stands in for the one before.

    Raises:
        NotFoundError: there is no such finding about this centre.
        OwnFindingError: `by` served the visit, or recorded the finding.
        FindingOverError: it is closed or withdrawn.
        KeyDestroyedError: the visit is erased.
    """
    now = parts.clock.database_now(conn)
    row = _lock_waiting(conn, finding_id)
    if row.centre_id != by.centre_id:
        raise NotFoundError("no such finding")
    notes.ensure_not_own(row, by)
    if row.opened_by == by.staff_id:
        raise OwnFindingError("nobody answers themselves")
    before = conn.execute(_LAST_ANSWER, {"finding": row.id}).scalar_one_or_none()
    kept = notes.keep(conn, parts, by, row.visit_id, Draft(NoteKind.ANSWER, text, row.id, before), now)
    _set(conn, row.id, state=FindingState.ANSWERED, answered_by=by.staff_id, answered_at=now)
    data = {"finding": row.id, "note": kept[0], "text": kept[1], "corrects": before, "in_time": now <= row.deadline}
    say(conn, row.visit_id, EventName.FINDING_ANSWERED, by.actor, now, **data)


def close(
    conn: Connection, parts: Parts, by: StaffSession, finding_id: str, outcome: FindingOutcome, text: str
) -> None:
    """An auditor closes a finding that is answered, or that nobody answered in time.

    Raises:
        NotFoundError: there is no such finding.
        OwnFindingError: `by` served the visit.
        FindingOverError: it is over, or the centre still has time to answer.
    """
    now = parts.clock.database_now(conn)
    row = _lock_waiting(conn, finding_id)
    if row.state is FindingState.OPEN and now <= row.deadline:
        raise FindingOverError("the centre has not answered yet")
    _end(conn, parts, by, row, _Ending(FindingState.CLOSED, EventName.FINDING_CLOSED, text, outcome), now)


def withdraw(conn: Connection, parts: Parts, by: StaffSession, finding_id: str, text: str) -> None:
    """An auditor takes a finding back that should not have been recorded; it stays in the list.

    Raises:
        NotFoundError, OwnFindingError, FindingOverError: as `close`.
    """
    now = parts.clock.database_now(conn)
    row = _lock_waiting(conn, finding_id)
    _end(conn, parts, by, row, _Ending(FindingState.WITHDRAWN, EventName.FINDING_WITHDRAWN, text), now)


def find(conn: Connection, finding_id: str) -> AnyRow:
    """The finding, not locked. Raises `NotFoundError`."""
    return _there(conn.execute(_FINDING, {"id": finding_id}).one_or_none())


def in_centre(conn: Connection, by: StaffSession, finding_id: str) -> AnyRow:
    """The finding, not locked, if it is about the centre of `by`. Raises `NotFoundError`."""
    row = find(conn, finding_id)
    if row.centre_id != by.centre_id:
        raise NotFoundError("no such finding")
    return row


def _ensure_same(
    conn: Connection, parts: Parts, by: StaffSession, finding_id: str, values: dict[str, Any], text: str
) -> None:
    """See to it that a number that is taken is of this very finding. Raises `StaleFormError`."""
    row = find(conn, finding_id)
    if any(getattr(row, name) != value for name, value in values.items()):
        raise StaleFormError("the number of another finding")
    note_id = conn.execute(_TEXT, {"finding": finding_id}).scalar_one()
    draft = Draft(NoteKind.FINDING, text, finding_id, id=note_id)
    notes.keep_once(conn, parts, by, row.visit_id, draft, row.opened_at)


def _end(conn: Connection, parts: Parts, by: StaffSession, row: AnyRow, ending: _Ending, now: datetime) -> None:
    notes.ensure_not_own(row, by)
    data: dict[str, Any] = {"finding": row.id, "outcome": None if ending.outcome is None else ending.outcome.value}
    # What ends a finding is its codes: it also ends when nothing can be written any more.
    if not notes.is_erased(conn, parts, row.visit_id):
        kept = notes.keep(conn, parts, by, row.visit_id, Draft(NoteKind.CLOSING, ending.text, row.id), now)
        data |= {"note": kept[0], "text": kept[1]}
    changed = {"state": ending.state, "outcome": ending.outcome, "ended_by": by.staff_id, "ended_at": now}
    _set(conn, row.id, is_over=True, **changed)
    say(conn, row.visit_id, ending.event, by.actor, now, **data)


def _lock_waiting(conn: Connection, finding_id: str) -> AnyRow:
    row = _there(conn.execute(lock(conn, _FINDING), {"id": finding_id}).one_or_none())
    if row.is_over:
        raise FindingOverError("the finding is over")
    return row


def _set(conn: Connection, finding_id: str, **columns: object) -> None:
    conn.execute(update(Finding).where(Finding.id == finding_id).values(**columns))


def _there(row: AnyRow | None) -> AnyRow:
    if row is None:
        raise NotFoundError("no such finding")
    return row

"""What auditors and managers write about a visit: sealed with the visit, never changed, never taken back.

A correction is a new note that names the one it stands in for; both stay readable. The text may repeat what the visit
holds, so it falls with the visit's key; that it was written, by whom, and a commitment to its bytes stay in the trail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from audit.events import EventName
from delegation.commitment import commit_value
from gateway.database.together import insert_once
from gateway.ids import is_id, new_id
from gateway.keys import store
from gateway.keys.errors import KeyDestroyedError
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.people.tables import Staff
from gateway.visits import disclosure
from gateway.visits.audit_states import NoteKind
from gateway.visits.audit_tables import AuditNote
from gateway.visits.errors import NotFoundError, OwnFindingError, StaleFormError
from gateway.visits.inquiring import STANDS_OVER, say_as_auditor
from gateway.visits.rows import find_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Visit

LONGEST = 2000
"""Signs of one text."""
MOST = 100
"""Texts that one page shows."""
_KIND = "audit_note"

_NOTES = (
    select(AuditNote.__table__, Staff.display_name)
    .join(Staff, Staff.id == AuditNote.staff_id)
    .order_by(AuditNote.written_at, AuditNote.id)
    .limit(MOST)
)
_OF_VISIT = _NOTES.where(AuditNote.visit_id == bindparam("about"), AuditNote.finding_id.is_(None))
_OF_FINDING = _NOTES.where(AuditNote.finding_id == bindparam("about"))
_ABOUT = store.read_with(
    select(Visit.id, Visit.opened_at, Visit.assistant_id, STANDS_OVER.label("inquiry_id")), Visit.key_id
).where(Visit.id == bindparam("visit"))
_ONE = select(AuditNote.__table__).where(AuditNote.id == bindparam("note"))
_SAME_PLACE = select(AuditNote.id).where(
    AuditNote.id == bindparam("note"),
    AuditNote.visit_id == bindparam("visit"),
    AuditNote.kind == NoteKind.NOTE,
    AuditNote.finding_id.is_(None),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that is to be kept."""

    kind: NoteKind
    text: str
    finding_id: str | None = None
    corrects_id: str | None = None
    id: str | None = None
    """The id that the form carries, so that a form that is sent twice is kept once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A visit, and what was written about it."""

    opened_at: datetime
    inquiry_id: str | None
    """The inquiry that stands over it."""
    is_erased: bool
    """Nothing can be written about it any more."""
    notes: list["Note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One text."""

    id: str
    kind: NoteKind
    finding_id: str | None
    corrects_id: str | None
    corrected_by: str | None
    """Number of the note that stands in for it."""
    staff_id: str
    name: str
    written_at: datetime
    text: str | None
    """`None` once it is erased."""


def write(
    conn: Connection,
    parts: Parts,
    by: StaffSession,
    visit_id: str,
    text: str,
    corrects_id: str | None = None,
    *,
    note_id: str | None = None,
) -> str:
    """An auditor's own note about a visit; return its id. The same form sent twice, by its `note_id`, is one note.

    Raises:
        NotFoundError: there is no such visit, or no such note in it to be corrected.
        OwnFindingError: `by` served it.
        StaleFormError: `note_id` is no id, or another note's.
        KeyDestroyedError: the visit is erased; nothing is kept of it any more.
    """
    ensure_not_own(find_visit(conn, visit_id), by)
    if note_id is not None and not is_id(note_id):
        raise StaleFormError("no id")
    if corrects_id and conn.execute(_SAME_PLACE, {"note": corrects_id, "visit": visit_id}).first() is None:
        raise NotFoundError("no such note")
    now = parts.clock.database_now(conn)
    draft = Draft(NoteKind.NOTE, text, corrects_id=corrects_id, id=note_id or new_id())
    kept = keep_once(conn, parts, by, visit_id, draft, now)
    if kept is None:
        return str(draft.id)
    data = {"note": kept[0], "corrects": corrects_id, "text": kept[1]}
    say_as_auditor(conn, visit_id, EventName.NOTE_WRITTEN, by.actor, now, **data)
    return kept[0]


def keep(
    conn: Connection, parts: Parts, by: StaffSession, visit_id: str, draft: Draft, now: datetime
) -> tuple[str, str]:
    """Keep a text; return its id and the commitment that the caller's event carries. Raises `KeyDestroyedError`."""
    kept = keep_once(conn, parts, by, visit_id, draft, now)
    if kept is None:
        raise StaleFormError("kept before")
    return kept


def keep_once(
    conn: Connection, parts: Parts, by: StaffSession, visit_id: str, draft: Draft, now: datetime
) -> tuple[str, str] | None:
    """As `keep`; none where this very text is kept under its id. Raises `StaleFormError` where another is."""
    note_id, words = draft.id or new_id(), draft.text[:LONGEST]
    vault = VisitVault.of(conn, parts.sealer, visit_id)
    values = {
        "id": note_id,
        "visit_id": visit_id,
        "finding_id": draft.finding_id,
        "kind": draft.kind,
        "corrects_id": draft.corrects_id,
        "staff_id": by.staff_id,
        "written_at": now,
    }
    if not insert_once(conn, AuditNote, values):
        row = conn.execute(_ONE, {"note": note_id}).one()
        same = all(getattr(row, name) == value for name, value in values.items() if name != "written_at")
        if not same or vault.take(note_id, _KIND).decode() != words:
            raise StaleFormError("the id of another text")
        return None
    vault.add(note_id, _KIND, words.encode(), now)
    return note_id, commit_value(disclosure.salt(vault, "note", note_id), "note", words)


def of_visit(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> Written:
    """Everything that was written about a visit, the oldest first. That `by` reads it is the caller's to record.

    Raises:
        NotFoundError: there is no such visit.
        OwnFindingError: `by` served it.
    """
    row = conn.execute(_ABOUT, {"visit": visit_id, "now": parts.clock.now()}).one_or_none()
    if row is None:
        raise NotFoundError("no such visit")
    ensure_not_own(row, by)
    try:
        vault = VisitVault.read(conn, parts.sealer, visit_id, row)
    except KeyDestroyedError:
        vault = None  # erased: that something was written stays, and nothing of what
    return Written(
        opened_at=row.opened_at,
        inquiry_id=row.inquiry_id,
        is_erased=vault is None,
        notes=_read(vault, conn.execute(_OF_VISIT, {"about": visit_id}).all()),
    )


def of_finding(conn: Connection, parts: Parts, finding_id: str, visit_id: str) -> list[Note]:
    """Everything that was written about a finding, the oldest first; otherwise as `of_visit`."""
    rows = conn.execute(_OF_FINDING, {"about": finding_id}).all()
    return _read(_vault(conn, parts, visit_id), rows)


def ensure_not_own(row: Any, by: StaffSession) -> None:
    """`row` is of a visit or of a finding about one. Raises `OwnFindingError`."""
    if row.assistant_id == by.staff_id:
        raise OwnFindingError("nobody judges a visit that they served")


def is_erased(conn: Connection, parts: Parts, visit_id: str) -> bool:
    """Whether nothing can be written about a visit any more."""
    return _vault(conn, parts, visit_id) is None


def _read(vault: VisitVault | None, rows: Sequence[Row[Any]]) -> list[Note]:
    if vault is not None and rows:
        vault.fetch(_KIND)
    instead = {row.corrects_id: row.id for row in rows if row.corrects_id}
    return [
        Note(
            id=row.id,
            kind=row.kind,
            finding_id=row.finding_id,
            corrects_id=row.corrects_id,
            corrected_by=instead.get(row.id),
            staff_id=row.staff_id,
            name=row.display_name,
            written_at=row.written_at,
            text=None if vault is None else vault.take(row.id, _KIND).decode(),
        )
        for row in rows
    ]


def _vault(conn: Connection, parts: Parts, visit_id: str) -> VisitVault | None:
    try:
        return VisitVault.of(conn, parts.sealer, visit_id)
    except KeyDestroyedError:
        return None  # erased: that something was written stays, and nothing of what

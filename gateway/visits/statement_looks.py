"""A past statement, written again from the record, for whoever is entitled to see it; each look is an event.

The code on the papers names the delegation and entitles nobody: its finder can stop, and see nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from audit.entry import Actor
from audit.events import EventName
from delegation.commitment import HashKind
from delegation.errors import StatementError
from delegation.statement import Statement
from gateway.keys.errors import KeysError
from gateway.parts import Parts, Store
from gateway.people.access import AccountSession, AnySession, ResidentSession, StaffSession
from gateway.people.roles import Role
from gateway.visits import statements, stop_codes
from gateway.visits.errors import NotFoundError, StopCodeUnknownError
from gateway.visits.inquiring import done, say_as_auditor
from gateway.visits.looking import AuditReason, is_noted
from gateway.visits.rows import AnyRow, find_delegation, find_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import VisitState

_WITH_REASON = frozenset({Role.MANAGER, Role.AUDITOR})


class StatementGoneError(NotFoundError):
    """What a statement was written from is erased, or does not open."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A statement as it was written again."""

    delegation_id: str
    statement: Statement
    hash: str
    """Keyed hash that was approved."""
    granted_at: datetime | None
    """When the last yes that it needed was said; none while nobody has, or after a no."""
    matches: bool
    """Whether these are the bytes that were asked about."""


def needs_reason(session: AnySession | None) -> bool:
    """Whether this reader has to say why: they did not take part in the visit."""
    return isinstance(session, StaffSession) and session.role in _WITH_REASON


def look(
    conn: Connection, parts: Parts, session: AnySession | None, typed: str, reason: AuditReason | None = None
) -> str:
    """Record that whoever holds `session` is shown the statement that a typed code names; return the delegation's id.

    Raises:
        StopCodeUnknownError: there is no such code, or it is not for this reader to see. Nobody learns which.
        NotFoundError: a reason is owed.
    """
    row = find_delegation(conn, stop_codes.find(conn, parts, typed))
    if not is_entitled(conn, row, session) or session is None:
        raise StopCodeUnknownError("not for this reader")
    if needs_reason(session) and reason is None:
        raise NotFoundError("a reason is owed")
    _record(conn, parts, row, session.actor, None if reason is None else reason.value)
    return str(row.id)


def show(conn: Connection, parts: Parts, session: AnySession | None, delegation_id: str) -> Seen:
    """The statement, to whoever has just been recorded to look at it.

    Raises:
        NotFoundError: it is not for this reader, or a quarter of an hour has passed since they asked.
        StatementGoneError: it is erased.
    """
    row = find_delegation(conn, delegation_id)
    if session is None or not is_entitled(conn, row, session) or not _has_asked(conn, parts, row, session.actor):
        raise NotFoundError("no such statement")
    return again(conn, parts, delegation_id)


def look_as_operator(conn: Connection, store: Store, delegation_id: str, by: Actor) -> Seen:
    """Write a statement again on the gateway's own machine; the trail names who.

    Raises:
        NotFoundError, StatementGoneError: as `show`.
    """
    seen = again(conn, store, delegation_id)
    _record(conn, store, find_delegation(conn, delegation_id), by, "command")
    return seen


def again(conn: Connection, store: Store, delegation_id: str) -> Seen:
    """Write a statement again from its record. Raises `NotFoundError`, `StatementGoneError`."""
    row = find_delegation(conn, delegation_id)
    try:
        vault = VisitVault.of(conn, store.sealer, row.visit_id)
        statement = statements.again(vault, row.id, row.template_id, row.language)
    except (KeysError, LookupError, StatementError) as error:
        raise StatementGoneError("the statement cannot be written again") from error
    matches = vault.hasher.fits(HashKind.STATEMENT, statement.data, row.statement_hash)
    return Seen(row.id, statement, row.statement_hash, row.granted_at, matches)


def is_entitled(conn: Connection, row: AnyRow, session: AnySession | None) -> bool:
    """Whether a statement is for this reader: who took part (the assistant while it lasts), who oversees."""
    match session:
        case ResidentSession() | AccountSession():
            known = (row.approver_id, row.principal_id, *(row.co_approver_ids or ()))
            return session.resident_id is not None and session.resident_id in known
        case StaffSession(role=Role.AUDITOR):
            return True
        case StaffSession(role=Role.MANAGER):
            return bool(row.centre_id == session.centre_id)
        case StaffSession(role=Role.ASSISTANT):
            serves = row.assistant_id == session.staff_id and row.terminal_id == session.terminal_id
            return serves and find_visit(conn, row.visit_id).state is VisitState.OPEN
        case _:
            return False


def _has_asked(conn: Connection, parts: Parts, row: AnyRow, actor: Actor) -> bool:
    now = parts.clock.now()
    looks = done(conn, actor, row.visit_id, EventName.STATEMENT_RENDERED, now)
    return any(each.data["delegation"] == row.id and is_noted(each.time, now) for each in looks)


def _record(conn: Connection, store: Store, row: AnyRow, by: Actor, why: str | None) -> None:
    now = store.clock.database_now(conn)
    data = {"delegation": row.id, "template": row.template_id, "language": row.language, "reason": why}
    say_as_auditor(conn, row.visit_id, EventName.STATEMENT_RENDERED, by, now, **data)

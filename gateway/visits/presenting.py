"""A resident comes to any centre with a document, to see what is allowed in their name and to stop it.

Whoever serves them sees identifiers, service, centre, dates and by what right somebody acted, for a quarter of an hour;
that they looked is an event in the resident's own trail. Names stand on the sheet alone (`overviews`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, insert, select

from audit.events import EventName
from delegation.model import AuthorityKind, DelegationState
from gateway.database.once import note
from gateway.ids import new_id
from gateway.ledger import outbox as ledger
from gateway.parts import Parts
from gateway.people import residents, throttle
from gateway.people.access import StaffSession
from gateway.people.tables import Centre
from gateway.services import catalogue
from gateway.visits import cases, stopping
from gateway.visits.case_tables import Dispute, DisputeKind, DocumentShown
from gateway.visits.errors import NotFoundError
from gateway.visits.own import IS_THEIRS
from gateway.visits.rows import AnyRow, ensure
from gateway.visits.stopping import StopReason
from gateway.visits.tables import DelegationRow

GOOD_FOR = timedelta(minutes=15)
MOST = 50
"""Delegations in the list: the live ones and the newest of the others."""

_IN_FORCE = (DelegationState.ACTIVE, DelegationState.SPENT, DelegationState.REQUESTED)
_INSERT = insert(DocumentShown)
_SHOWN = select(DocumentShown.__table__).where(DocumentShown.id == bindparam("id"))
_LIST = (
    select(DelegationRow.__table__, Centre.name.label("centre"))
    .join(Centre, Centre.id == DelegationRow.centre_id)
    .where(IS_THEIRS)
    .order_by(
        # What can still be stopped first: it must not be hidden behind much that is over.
        and_(DelegationRow.state.in_(_IN_FORCE), DelegationRow.valid_until > bindparam("now")).desc(),
        DelegationRow.requested_at.desc(),
    )
    .limit(MOST)
)
_CASES = (
    select(Dispute.id, Dispute.kind, Dispute.state, Dispute.outcome, Dispute.opened_at, Dispute.deadline)
    .join(DelegationRow, DelegationRow.id == Dispute.delegation_id)
    .where(IS_THEIRS)
    .order_by(Dispute.opened_at.desc())
    .limit(MOST)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One delegation as it is shown to somebody who did not serve it: nothing of what was typed or sent."""

    id: str
    services: tuple[str, ...]
    centre: str
    requested_at: datetime
    granted_at: datetime | None
    valid_until: datetime
    ended_at: datetime | None
    is_live: bool
    is_for_another: bool
    """Whether the matter is somebody else's than who showed the document."""
    authority: AuthorityKind | None
    """By what right somebody spoke for another; none where people spoke for themselves."""
    signing: int
    """How many said yes, or were to."""


def show_document(conn: Connection, parts: Parts, by: StaffSession, code: str, document_kind: str) -> str:
    """Record that somebody with this personal code showed a document; return the id under which the list is seen.

    Raises:
        PersonalCodeError: `code` is none.
        TriedTooOftenError: this member of staff has looked up too many in a quarter of an hour.
    """
    ensure(by.terminal_id is not None, "look somebody up away from a terminal")
    now = parts.clock.database_now(conn)
    resident_id = residents.find_id(conn, parts, code)
    throttle.charge(conn, parts.sealer, [throttle.documents(by.staff_id)], now)
    shown_id = new_id()
    conn.execute(
        _INSERT,
        {
            "id": shown_id,
            "staff_id": by.staff_id,
            "terminal_id": by.terminal_id,
            "resident_id": resident_id,
            "document_kind": document_kind,
            "shown_at": now,
        },
    )
    ledger.record(
        conn,
        chain=f"resident:{resident_id}" if resident_id else f"staff:{by.staff_id}",
        type=EventName.DELEGATIONS_LISTED,
        actor=by.actor,
        data={"resident": resident_id, "document": document_kind, "shown": shown_id},
        at=now,
    )
    return shown_id


def listed(conn: Connection, parts: Parts, by: StaffSession, shown_id: str) -> list[Listed]:
    """What is or was allowed to which whoever showed the document belongs: what is in force first, then the newest.

    Raises:
        NotFoundError: no such document was shown to `by` here in the last quarter of an hour.
    """
    resident_id = person_of(conn, parts, by, shown_id)
    now = parts.clock.now()
    rows = conn.execute(_LIST, {"person": resident_id, "now": now}).all() if resident_id else []
    for row in rows:
        note(conn, ("delegation", row.id), row)
    services = {each["service"] for row in rows for each in row.services}
    titles = catalogue.titles(conn, services, by.language)
    return [
        Listed(
            id=row.id,
            services=tuple(titles.get(each["service"], each["service"]) for each in row.services),
            centre=row.centre,
            requested_at=row.requested_at,
            granted_at=row.granted_at,
            valid_until=row.valid_until,
            ended_at=row.ended_at,
            is_live=row.state in _IN_FORCE and now < row.valid_until,
            is_for_another=row.principal_id != resident_id,
            authority=row.authority_kind,
            signing=1 + len(row.co_approver_ids or ()),
        )
        for row in rows
    ]


def cases_of(conn: Connection, parts: Parts, by: StaffSession, shown_id: str) -> list[AnyRow]:
    """The cases of whoever showed the document, newest first: number, kind, state, outcome, deadline.

    Raises:
        NotFoundError: as `listed`.
    """
    resident_id = person_of(conn, parts, by, shown_id)
    return list(conn.execute(_CASES, {"person": resident_id})) if resident_id else []


def one_of(conn: Connection, parts: Parts, by: StaffSession, shown_id: str, delegation_id: str) -> Listed:
    """One of the delegations that are listed: a list opens nobody else's matters. Raises `NotFoundError`."""
    found = next((each for each in listed(conn, parts, by, shown_id) if each.id == delegation_id), None)
    if found is None:
        raise NotFoundError("no such delegation")
    return found


def stop(
    conn: Connection, parts: Parts, by: StaffSession, shown_id: str, delegation_id: str, reason: StopReason
) -> datetime | None:
    """Stop one of the delegations that are listed; as `stopping.stop_or_say_sent`. Raises `NotFoundError`."""
    one_of(conn, parts, by, shown_id, delegation_id)
    return stopping.stop_by_staff(conn, parts, by, delegation_id, reason)


def open_case(
    conn: Connection, parts: Parts, by: StaffSession, shown_id: str, delegation_id: str, kind: DisputeKind, words: str
) -> str:
    """Open a case for whoever showed the document; as `cases.open_case`. Raises `NotFoundError`."""
    one_of(conn, parts, by, shown_id, delegation_id)
    return cases.open_case(
        conn,
        parts,
        kind=kind,
        delegation_id=delegation_id,
        whose=f"staff:{by.staff_id}",
        by=by.actor,
        words=words,
        now=parts.clock.database_now(conn),
    )


def person_of(conn: Connection, parts: Parts, by: StaffSession, shown_id: str) -> str | None:
    """Who showed the document; `None` for somebody who was never here. Raises `NotFoundError` as `listed`."""
    row: AnyRow | None = conn.execute(_SHOWN, {"id": shown_id}).one_or_none()
    is_own = row is not None and row.staff_id == by.staff_id and row.terminal_id == by.terminal_id
    if row is None or not is_own or parts.clock.now() >= row.shown_at + GOOD_FOR:
        raise NotFoundError("no document was shown")
    resident_id: str | None = row.resident_id
    return resident_id

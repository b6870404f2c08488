"""A visit opens, and a service is chosen."""

from sqlalchemy import Connection, insert, update

from audit.events import EventName
from delegation.model import DelegationState
from gateway.ids import new_id
from gateway.keys import store as key_store
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.services import catalogue
from gateway.visits import guarding
from gateway.visits.filings import MAY_HAVE_ARRIVED
from gateway.visits.rows import AnyRow, acts_alone, ensure, lock_delegation_of, lock_filing_of, lock_open_visit
from gateway.visits.tables import Channel, Visit, VisitState
from gateway.visits.trail import say


def open_visit(conn: Connection, parts: Parts, by: StaffSession, *, channel: Channel, language: str) -> str:
    """Open a visit at the terminal of `by`; return its id. `language` is the resident's.

    Its values are sealed under a key of its own from the first moment, although nobody knows yet whose they are.

    Raises:
        guarding.NotRecognisedError: the assistant's own matter would not be noticed.
    """
    ensure(by.terminal_id is not None, "open a visit away from a terminal")
    guarding.ensure_recognised(conn, by)
    now = parts.clock.database_now(conn)
    visit_id = new_id()
    key = parts.sealer.new_key()
    key_store.save(conn, parts.sealer.wrap(key))
    conn.execute(
        insert(Visit).values(
            id=visit_id,
            centre_id=by.centre_id,
            terminal_id=by.terminal_id,
            assistant_id=by.staff_id,
            channel=channel,
            language=language,
            state=VisitState.OPEN,
            key_id=key.id,
            session_hash=by.token_hash,
            opened_at=now,
            in_hand_at=now,
        )
    )
    say(conn, visit_id, EventName.VISIT_OPENED, by.actor, now, channel=channel.value, language=language)
    return visit_id


def choose_service(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, service_id: str) -> None:
    """Choose what the visit is about. Refused once somebody was asked for a yes to something else.

    Raises:
        NotFoundError, VisitClosedError: as `lock_open_visit`.
        ServiceUnknownError: no such service.
        guarding.BarredError: the centre may not offer it, or the assistant is not trained for it.
        OutOfOrderError: a delegation for another service is waiting or in force, or what was sent may have arrived.
    """
    now = parts.clock.database_now(conn)
    visit = lock_to_choose(conn, by, visit_id)
    service = catalogue.find(conn, service_id)
    if service.is_electronic:
        guarding.ensure_open(conn, (service_id,), centre_id=by.centre_id, staff_id=by.staff_id, now=now)
    if visit.service_id == service.id and not visit.services:
        return
    _set(conn, visit_id, service_id=service.id, services=None, life_event_id=None)
    event = EventName.SERVICE_CHOSEN if service.is_electronic else EventName.SERVICE_REFERRED
    say(conn, visit_id, event, by.actor, now, service=service.id)


def lock_to_choose(conn: Connection, by: StaffSession, visit_id: str) -> AnyRow:
    """The visit, locked, if it may become about something else; errors as of `choose_service`."""
    visit = lock_open_visit(conn, by, visit_id)
    delegation = lock_delegation_of(conn, visit_id)
    ensure(not acts_alone(visit, delegation), "choose a service where the resident acts alone")
    ensure(
        delegation is None or delegation.state not in (DelegationState.REQUESTED, DelegationState.ACTIVE),
        "choose a service while a delegation is open",
    )
    filing = None if delegation is None else lock_filing_of(conn, delegation.id)
    ensure(filing is None or filing.state not in MAY_HAVE_ARRIVED, "choose a service while a filing may have arrived")
    return visit


def set_language(conn: Connection, by: StaffSession, visit_id: str, language: str) -> None:
    """Change the resident's language for what is shown from now on."""
    lock_open_visit(conn, by, visit_id)
    _set(conn, visit_id, language=language)


def _set(conn: Connection, visit_id: str, **columns: object) -> None:
    conn.execute(update(Visit).where(Visit.id == visit_id).values(**columns))

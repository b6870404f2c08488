"""A visit in which the resident acts alone at a shared computer: the assistant guides, and acts in nobody's name.

The computer is another one of the centre, where a short code is typed, or the assistant's own, which is locked
meanwhile. What the resident does at an institution's portal passes us by; the visit knows only that and for how long
a guest sat there.
"""

from sqlalchemy import Connection, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.parts import Parts
from gateway.people import guest_sessions, switching
from gateway.people.access import GuestSession, StaffSession
from gateway.people.errors import PairingCodeError
from gateway.terminals import pairing
from gateway.terminals.enrolment import KnownTerminal
from gateway.terminals.tables import PairingKind
from gateway.visits.rows import AnyRow, acts_alone, ensure, lock_delegation_of, lock_open_visit, lock_visit_whole
from gateway.visits.tables import Channel, Visit, VisitState
from gateway.visits.trail import say


def offer(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> None:
    """Make the code that is typed at another computer; one that was made before counts no more.

    Raises:
        NotFoundError, VisitClosedError: as `lock_open_visit`.
        OutOfOrderError: in this visit the resident does not act alone.
    """
    visit = _lock_guided(conn, by, visit_id)
    pairing.drop_of_visit(conn, visit_id)
    pairing.make_code(
        conn,
        parts.sealer,
        PairingKind.GUEST,
        now=parts.clock.database_now(conn),
        centre_id=visit.centre_id,
        visit_id=visit_id,
        made_by=by.staff_id,
    )


def begin_by_code(conn: Connection, parts: Parts, terminal: KnownTerminal, typed: str, *, traits: bytes) -> str:
    """Begin the guest's session at the computer where the code was typed; return the token of its cookie.

    Whoever of staff is signed in at that computer is locked there: it is the resident's now.

    Raises:
        PairingCodeError: wrong, used, past its time, or of another centre.
    """
    now = parts.clock.database_now(conn)
    used = pairing.use_code(conn, parts.sealer, PairingKind.GUEST, typed, now)
    visit = lock_visit_whole(conn, used.visit_id)
    if visit.state is not VisitState.OPEN or visit.centre_id != terminal.centre_id:
        raise PairingCodeError("a code of a visit that is over, or of another centre")
    guest = Actor(ActorKind.RESIDENT, f"guest:{visit.id}", terminal.id, terminal.centre_id)
    switching.park_for_guest(conn, terminal.id, by=guest, now=now)
    return _begin(conn, visit, terminal.id, traits=traits, by=guest, parts=parts)


def begin_here(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, *, traits: bytes) -> str:
    """Let the resident sit down at the assistant's own computer, whose session is locked; return the guest's token.

    Raises:
        NotFoundError, VisitClosedError, OutOfOrderError: as `offer`.
    """
    visit = _lock_guided(conn, by, visit_id)
    pairing.drop_of_visit(conn, visit_id)
    switching.park_for_guest(conn, visit.terminal_id, by=by.actor, now=parts.clock.database_now(conn))
    return _begin(conn, visit, visit.terminal_id, traits=traits, by=by.actor, parts=parts)


def extend(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> None:
    """Give the guest more time, from the desk; nothing happens where no more can be given.

    Raises:
        NotFoundError, VisitClosedError, OutOfOrderError: as `offer`.
    """
    _lock_guided(conn, by, visit_id)
    guest_sessions.extend(conn, visit_id, by=by.actor, now=parts.clock.database_now(conn))


def end(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> None:
    """End the guest's session from the desk; nothing happens where none goes on.

    Raises:
        NotFoundError, VisitClosedError, OutOfOrderError: as `offer`.
    """
    _lock_guided(conn, by, visit_id)
    pairing.drop_of_visit(conn, visit_id)
    guest_sessions.end_of_visit(conn, visit_id, by=by.actor, why="desk", now=parts.clock.database_now(conn))


def extend_own(conn: Connection, parts: Parts, by: GuestSession) -> None:
    """The guest asks for more time; nothing happens where no more can be given."""
    lock_visit_whole(conn, by.visit_id)
    guest_sessions.extend(conn, by.visit_id, by=by.actor, now=parts.clock.database_now(conn))


def end_own(conn: Connection, parts: Parts, by: GuestSession) -> None:
    """The guest is done; nothing happens where somebody else has ended it."""
    lock_visit_whole(conn, by.visit_id)
    guest_sessions.end_of_visit(conn, by.visit_id, by=by.actor, why="guest", now=parts.clock.database_now(conn))


def end_with_visit(conn: Connection, parts: Parts, visit_id: str, by: Actor) -> None:
    """What a visit that ends leaves at a shared computer: nothing."""
    pairing.drop_of_visit(conn, visit_id)
    guest_sessions.end_of_visit(conn, visit_id, by=by, why="visit", now=parts.clock.database_now(conn))


def serve_at_counter(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> None:
    """Go on at the counter, with a delegation: the resident cannot, or does not want to, do it alone.

    Raises:
        NotFoundError, VisitClosedError, OutOfOrderError: as `offer`.
    """
    _lock_guided(conn, by, visit_id)
    end_with_visit(conn, parts, visit_id, by.actor)
    conn.execute(update(Visit).where(Visit.id == visit_id).values(channel=Channel.COUNTER))
    now = parts.clock.database_now(conn)
    say(conn, visit_id, EventName.CHANNEL_CHANGED, by.actor, now, channel=Channel.COUNTER.value)


def _lock_guided(conn: Connection, by: StaffSession, visit_id: str) -> AnyRow:
    visit = lock_open_visit(conn, by, visit_id)
    ensure(acts_alone(visit, lock_delegation_of(conn, visit_id)), "guide a resident who does not act alone")
    return visit


def _begin(conn: Connection, visit: AnyRow, terminal_id: str, *, traits: bytes, by: Actor, parts: Parts) -> str:
    return guest_sessions.begin(
        conn,
        visit_id=visit.id,
        terminal_id=terminal_id,
        centre_id=visit.centre_id,
        language=visit.language,
        traits=traits,
        by=by,
        now=parts.clock.database_now(conn),
    )

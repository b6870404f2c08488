"""Several people at one terminal by turns: whose turn is over is locked there, and goes on where they stopped.

One session of a terminal is usable at a time: whoever signs in or unlocks parks the others. A parked session is a
locked one whose cookie the browser has given up. Its visits stay with its owner, who takes it back and unlocks it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.ledger import outbox
from gateway.people import guest_sessions, sessions
from gateway.people.access import SessionKind, StaffSession
from gateway.people.errors import SessionOverError
from gateway.people.proven import Proven
from gateway.people.roles import Role
from gateway.people.tables import Session, Staff, StaffState

_OPEN = (
    Session.terminal_id == bindparam("terminal"),
    Session.ended_at.is_(None),
    Session.idle_until > bindparam("now"),
    Session.ends_at > bindparam("now"),
)
_PARKED = (
    select(
        Staff.id.label("staff_id"),
        Staff.display_name.label("name"),
        Session.token_hash,
        Session.role,
        Session.ends_at,
    )
    .join(Staff, Staff.id == Session.staff_id)
    .where(*_OPEN, Session.locked_at.is_not(None), Staff.state == StaffState.ACTIVE)
    .order_by(Staff.display_name, Staff.id, Session.created_at.desc())
)
_USABLE = (Session.kind == SessionKind.STAFF) & Session.locked_at.is_(None)


@dataclass(frozen=True, slots=True)
class Parked:
    """Somebody who can go on at this terminal."""

    staff_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Left:
    """A session that its owner left at a terminal."""

    token_hash: bytes
    role: Role | None
    ends_at: datetime


def park(conn: Connection, session: StaffSession, now: datetime, *, by: Actor | None = None) -> None:
    """Lock a session and leave it to its owner: somebody else signs in. Nothing happens to one that has ended.

    `by` is a colleague who did it by coming in; without it its owner did.
    """
    _park(conn, Session.token_hash == session.token_hash, by=by or session.actor, why="switch", now=now)


def park_others(conn: Connection, terminal_id: str, *, but: bytes, by: Actor, now: datetime) -> None:
    """Lock every usable session of a terminal but the one that begins or goes on, named by its token's hash.

    A guest who was left there is over: whoever signs in sits at that computer now.
    """
    # They act in no visit of that guest's: its chain names the gateway.
    gateway = Actor(ActorKind.SYSTEM, "gateway", terminal_id)
    guest_sessions.end_at(conn, terminal_id, by=gateway, why="sign_in", now=now)
    others = _USABLE & (Session.terminal_id == terminal_id) & (Session.token_hash != but)
    _park(conn, others, by=by, why="sign_in", now=now)


def park_for_guest(conn: Connection, terminal_id: str, *, by: Actor, now: datetime) -> None:
    """Lock every usable session of a terminal at which a resident sits down."""
    _park(conn, _USABLE & (Session.terminal_id == terminal_id), by=by, why="guest", now=now)


def end_earlier(conn: Connection, terminal_id: str, staff_id: str, *, but: bytes, now: datetime) -> None:
    """End what somebody had left at a terminal: they have signed in there anew. Their visits are not the session's."""
    theirs = (Session.terminal_id == terminal_id) & (Session.staff_id == staff_id) & (Session.token_hash != but)
    conn.execute(update(Session).where(theirs, Session.ended_at.is_(None)).values(ended_at=now))


def parked_at(conn: Connection, terminal_id: str, now: datetime) -> list[Parked]:
    """Who can go on at a terminal, by name, each once."""
    found = {row.staff_id: Parked(row.staff_id, row.name) for row in _rows(conn, terminal_id, now)}
    return list(found.values())


def take_back(conn: Connection, terminal_id: str, staff_id: str, *, proven: Proven, now: datetime) -> str:
    """Give the terminal's browser a parked session again, still locked; return its new token.

    Raises:
        SessionOverError: that person has none here any more.
    """
    theirs = [row for row in _rows(conn, terminal_id, now) if row.staff_id == staff_id]
    if not theirs:
        raise SessionOverError("nothing of theirs is parked here")
    return sessions.rotate(conn, theirs[0].token_hash, now=now, **proven.columns())


def left_by(conn: Connection, terminal_id: str, staff_id: str, now: datetime) -> Left | None:
    """The session that somebody can go on with at a terminal, the newest."""
    theirs = (row for row in _rows(conn, terminal_id, now) if row.staff_id == staff_id)
    return next((Left(row.token_hash, row.role, row.ends_at) for row in theirs), None)


def _rows(conn: Connection, terminal_id: str, now: datetime) -> list[Row[Any]]:
    return list(conn.execute(_PARKED, {"terminal": terminal_id, "now": now}))


def _park(conn: Connection, which: ColumnElement[bool], *, by: Actor, why: str, now: datetime) -> None:
    rows = conn.execute(
        update(Session)
        .where(which, Session.ended_at.is_(None), Session.idle_until > now, Session.ends_at > now)
        .values(locked_at=now)
        .returning(Session.staff_id, Session.terminal_id)
    ).all()
    for row in rows:
        # Whoever signed in did it to a colleague's session; they act in no office of that chain.
        actor = by if by.id == row.staff_id else Actor(ActorKind.SYSTEM, "gateway", row.terminal_id)
        outbox.record(
            conn,
            chain=f"staff:{row.staff_id}",
            type=EventName.STAFF_SESSION_PARKED,
            actor=actor,
            data={"why": why},
            at=now,
        )

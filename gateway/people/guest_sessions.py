"""The session of a resident who acts alone at a shared computer: no name, no values, a short time, one computer.

It belongs to a visit, whose assistant guides, and to the enrolled computer at which it began; its beginning, each
extension and its end are events of that visit. Whether a visit may have one is decided in `gateway.visits.guiding`.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, bindparam, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.ids import digest
from gateway.ledger import outbox
from gateway.people import proven, sessions
from gateway.people.access import GuestSession, SessionKind, Unproven
from gateway.people.errors import GuestElsewhereError
from gateway.people.proven import Shown
from gateway.people.tables import Session
from gateway.terminals.tables import Terminal

FIRST: Final = timedelta(minutes=20)
"""How long it lasts, and how long again from each extension."""
LONGEST: Final = timedelta(hours=2)
"""From its beginning, however often it is extended; afterwards the assistant begins another."""

_BY_TOKEN = (
    select(Session.__table__, Terminal.secret_hash.label("terminal_secret_hash"), Terminal.revoked_at)
    .join(Terminal, Terminal.id == Session.terminal_id)
    .where(Session.token_hash == bindparam("token_hash"), Session.kind == SessionKind.GUEST)
)
_NEWEST_OF_VISIT = (
    select(Session.created_at, Session.ends_at, Session.ended_at, Terminal.id, Terminal.name)
    .join(Terminal, Terminal.id == Session.terminal_id)
    .where(Session.visit_id == bindparam("visit"), Session.kind == SessionKind.GUEST)
    .order_by(Session.created_at.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Guest:
    """The newest guest's session of a visit, as its assistant sees it."""

    terminal_id: str
    terminal_name: str
    began_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    """When somebody ended it; one that ran out has none."""

    def is_on(self, now: datetime) -> bool:
        """Whether it goes on."""
        return self.ended_at is None and now < self.ends_at

    def can_extend(self, now: datetime) -> bool:
        """Whether it goes on and may last longer than it would."""
        return self.is_on(now) and self.ends_at < self.began_at + LONGEST


def begin(
    conn: Connection,
    *,
    visit_id: str,
    terminal_id: str,
    centre_id: str,
    language: str,
    traits: bytes,
    by: Actor,
    now: datetime,
) -> str:
    """Begin a guest's session at a terminal; return the cookie's token. Others of visit and terminal are over.

    It is served to a connection with these `traits` alone.
    """
    end_at(conn, terminal_id, by=by, why="another", now=now)
    end_of_visit(conn, visit_id, by=by, why="another", now=now)
    token = sessions.begin(
        conn,
        kind=SessionKind.GUEST,
        now=now,
        lifetime=sessions.Lifetime(idle=FIRST, absolute=FIRST),
        visit_id=visit_id,
        terminal_id=terminal_id,
        centre_id=centre_id,
        language=language,
        traits=traits,
    )
    _say(conn, visit_id, EventName.GUEST_BEGUN, by, now, terminal=terminal_id, until=_text(now + FIRST))
    return token


def load(conn: Connection, token: str, *, shown: Shown, now: datetime) -> GuestSession | None:
    """Find the guest's session of `token` that goes on, presented by a browser that shows `shown`; one statement.

    Raises:
        GuestElsewhereError: it is of another computer or of another browser: there the token opens nothing.
    """
    row = conn.execute(_BY_TOKEN, {"token_hash": digest(token)}).one_or_none()
    if row is None or row.ended_at is not None or now >= row.ends_at or row.revoked_at is not None:
        return None
    presented = digest(shown.terminal_secret) if shown.terminal_secret else b""
    is_its_terminal = secrets.compare_digest(presented, row.terminal_secret_hash)
    if not is_its_terminal or not secrets.compare_digest(shown.traits, row.traits or b""):
        raise GuestElsewhereError(token_hash=row.token_hash, visit_id=row.visit_id)
    return GuestSession(
        token_hash=row.token_hash,
        visit_id=row.visit_id,
        terminal_id=row.terminal_id,
        centre_id=row.centre_id,
        language=row.language,
        csrf=row.csrf,
        began_at=row.created_at,
        ends_at=row.ends_at,
    )


def note_refused(conn: Connection, error: GuestElsewhereError, shown: Shown, now: datetime) -> None:
    """Record, once for each stranger, that a guest's cookie came from elsewhere. The guest's own session goes on."""
    why = Unproven.OTHER_CONNECTION
    if proven.mark_refused(conn, error.token_hash, why, shown):
        nobody = Actor(ActorKind.NOBODY, "unknown")
        _say(conn, error.visit_id, EventName.GUEST_REFUSED, nobody, now, reason=why.value)


def of_visit(conn: Connection, visit_id: str) -> Guest | None:
    """The newest guest's session of a visit."""
    row = conn.execute(_NEWEST_OF_VISIT, {"visit": visit_id}).one_or_none()
    return None if row is None else Guest(row.id, row.name, row.created_at, row.ends_at, row.ended_at)


def language_of(conn: Connection, token: str) -> str:
    """The language of a session that may be over; empty where there is none."""
    row = conn.execute(_BY_TOKEN, {"token_hash": digest(token)}).one_or_none()
    return "" if row is None else str(row.language)


def moment(conn: Connection, token_hash: bytes, now: datetime) -> datetime | None:
    """Until when a session goes on: what its waiting page compares; `None` once it is over."""
    row = conn.execute(
        select(Session.ends_at).where(
            Session.token_hash == token_hash, Session.ended_at.is_(None), Session.ends_at > now
        )
    ).one_or_none()
    return None if row is None else row.ends_at


def extend(conn: Connection, visit_id: str, *, by: Actor, now: datetime) -> bool:
    """Let the session of a visit go on for `FIRST` from now, within `LONGEST`; False where none goes on or can."""
    guest = of_visit(conn, visit_id)
    if guest is None or not guest.can_extend(now):
        return False
    until = min(now + FIRST, guest.began_at + LONGEST)
    changed = conn.execute(
        update(Session)
        .where(_is_guest(Session.visit_id == visit_id), Session.ended_at.is_(None), Session.ends_at > now)
        .values(ends_at=until, idle_until=until, seen_at=now)
    ).rowcount
    if changed:
        _say(conn, visit_id, EventName.GUEST_EXTENDED, by, now, until=_text(until))
    return changed > 0


def end_of_visit(conn: Connection, visit_id: str, *, by: Actor, why: str, now: datetime) -> bool:
    """End the session of a visit; False where none goes on."""
    return _end(conn, Session.visit_id == visit_id, by=by, why=why, now=now)


def end_at(conn: Connection, terminal_id: str, *, by: Actor, why: str, now: datetime) -> bool:
    """End the session of whoever is a guest at a terminal; False where nobody is."""
    return _end(conn, Session.terminal_id == terminal_id, by=by, why=why, now=now)


def _end(conn: Connection, which: ColumnElement[bool], *, by: Actor, why: str, now: datetime) -> bool:
    rows: list[Row[Any]] = list(
        conn.execute(
            update(Session)
            .where(_is_guest(which), Session.ended_at.is_(None), Session.ends_at > now)
            .values(ended_at=now)
            .returning(Session.visit_id, Session.terminal_id)
        )
    )
    for row in rows:
        _say(conn, row.visit_id, EventName.GUEST_ENDED, by, now, terminal=row.terminal_id, why=why)
    return bool(rows)


def _is_guest(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return which & (Session.kind == SessionKind.GUEST)


def _say(conn: Connection, visit_id: str, event: EventName, by: Actor, now: datetime, **data: Any) -> None:
    outbox.record(conn, chain=visit_id, type=event, actor=by, data=data, at=now)


def _text(at: datetime) -> str:
    return at.isoformat(timespec="seconds")

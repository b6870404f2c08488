"""Enrolling a shared computer: a manager makes a code, somebody types it on that computer, once.

The computer then holds a 256-bit secret in a cookie; sessions of assistants and managers work beside that cookie only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.ids import digest, new_id, new_token
from gateway.keys.sealing import Sealer
from gateway.ledger import outbox
from gateway.people import sessions
from gateway.people.errors import UnknownPersonError
from gateway.people.tables import Centre
from gateway.terminals import connecting, pairing
from gateway.terminals.proofs import fingerprint
from gateway.terminals.tables import Display, PairingKind, Terminal

OPERATOR = Actor(ActorKind.SYSTEM, "command line")
SEEN_AFTER: Final = timedelta(minutes=5)
"""How long a terminal or display goes unnoted: noting each request would make them all writes."""

_TERMINAL = (
    select(
        Terminal.id,
        Terminal.name,
        Terminal.centre_id,
        Centre.name.label("centre_name"),
        Terminal.public_key,
        Terminal.certificate_hash,
    )
    .join(Centre, Centre.id == Terminal.centre_id)
    .where(Terminal.secret_hash == bindparam("secret_hash"), Terminal.revoked_at.is_(None))
)
_OF_CENTRE = (
    select(
        Terminal.id,
        Terminal.name,
        Terminal.enrolled_at,
        Terminal.last_seen_at,
        Terminal.revoked_at,
        Display.name.label("display_name"),
    )
    .outerjoin(Display, Display.terminal_id == Terminal.id)
    .where(Terminal.centre_id == bindparam("centre_id"))
    .order_by(Terminal.revoked_at.is_not(None), Terminal.name, Terminal.id)
)


@dataclass(frozen=True, slots=True)
class Means:
    """By what a computer proves, from its enrolment on, that it is itself."""

    public_key: bytes | None
    certificate_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class KnownTerminal:
    """An enrolled computer that is not revoked."""

    id: str
    name: str
    centre_id: str
    centre_name: str
    public_key: bytes | None
    certificate_hash: bytes | None


@dataclass(frozen=True, slots=True)
class ListedTerminal:
    """A terminal as its manager sees it."""

    id: str
    name: str
    enrolled_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    display_name: str | None


def find(conn: Connection, secret: str) -> KnownTerminal | None:
    """The terminal that holds `secret`."""
    row = conn.execute(_TERMINAL, {"secret_hash": digest(secret)}).one_or_none()
    return None if row is None else KnownTerminal(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public way to a row by name


def make_code(
    conn: Connection, sealer: Sealer, *, centre_id: str, name: str, made_by: str | None, now: datetime
) -> pairing.Code:
    """Make the code that enrols a computer called `name` at a centre; `made_by` is a staff id, if not the operator."""
    return pairing.make_code(
        conn, sealer, PairingKind.TERMINAL, now=now, centre_id=centre_id, name=name, made_by=made_by
    )


def enrol(conn: Connection, sealer: Sealer, *, typed: str, means: Means, now: datetime) -> str:
    """Enrol the computer on which a code was typed; return the secret for its cookie.

    Raises:
        PairingCodeError: wrong, used, or past its time.
    """
    used = pairing.use_code(conn, sealer, PairingKind.TERMINAL, typed, now)
    return add(conn, centre_id=used.centre_id, name=used.name, means=means, enrolled_by=used.made_by, now=now)


def add(conn: Connection, *, centre_id: str, name: str, means: Means, enrolled_by: str | None, now: datetime) -> str:
    """Add a terminal and return its secret; seeding calls it without a code."""
    terminal_id, secret = new_id(), new_token()
    conn.execute(
        insert(Terminal).values(
            id=terminal_id,
            centre_id=centre_id,
            name=name,
            secret_hash=digest(secret),
            public_key=means.public_key,
            certificate_hash=means.certificate_hash,
            enrolled_at=now,
            enrolled_by=enrolled_by,
        )
    )
    actor = Actor(ActorKind.MANAGER, enrolled_by, None, centre_id) if enrolled_by else OPERATOR
    outbox.record(
        conn,
        chain=f"terminal:{terminal_id}",
        type=EventName.TERMINAL_ENROLLED,
        actor=actor,
        data={"centre": centre_id, "key": fingerprint(means.public_key) if means.public_key else None},
        at=now,
    )
    return secret


def revoke(conn: Connection, *, terminal_id: str, centre_id: str, by: Actor, now: datetime) -> None:
    """Take a terminal of a centre out of use for ever: its sessions end and its display waits for another.

    Raises:
        UnknownPersonError: the centre has no such terminal in use.
    """
    changed = conn.execute(
        update(Terminal)
        .where(Terminal.id == terminal_id, Terminal.centre_id == centre_id, Terminal.revoked_at.is_(None))
        .values(revoked_at=now)
    ).rowcount
    if not changed:
        raise UnknownPersonError("no such terminal in use")
    connecting.unpair(conn, terminal_id, by=by, now=now)
    ended = sessions.end_all_of_terminal(conn, terminal_id, now)
    outbox.record(
        conn,
        chain=f"terminal:{terminal_id}",
        type=EventName.TERMINAL_RETIRED,
        actor=by,
        data={"sessions_ended": ended},
        at=now,
    )


def list_of(conn: Connection, centre_id: str) -> list[ListedTerminal]:
    """All terminals of a centre, those in use first, then by name."""
    rows = conn.execute(_OF_CENTRE, {"centre_id": centre_id})
    return [ListedTerminal(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public way to a row by name


def note_use(conn: Connection, terminal_id: str, now: datetime) -> None:
    """Note that somebody works at a terminal, unless that was noted just now."""
    is_due = or_(Terminal.last_seen_at.is_(None), Terminal.last_seen_at <= now - SEEN_AFTER)
    conn.execute(update(Terminal).where(Terminal.id == terminal_id, is_due).values(last_seen_at=now))

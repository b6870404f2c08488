"""Pairing the screen that faces the resident: it shows a code, the assistant types it at the desk.

The screen's browser holds a secret from the moment it shows the code, and gets another once it is paired: a secret that
somebody planted in it beforehand opens nothing.
"""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from audit.events import EventName
from gateway.ids import digest, new_id, new_token
from gateway.keys.sealing import Sealer
from gateway.ledger import outbox
from gateway.people.access import StaffSession
from gateway.people.errors import TerminalRequiredError, UnknownPersonError
from gateway.terminals import pairing
from gateway.terminals.tables import Display, Pairing, PairingKind


def offer(conn: Connection, sealer: Sealer, now: datetime) -> pairing.Code:
    """Make a code for a screen that wants to be paired; its seed is the secret that the screen's browser holds."""
    return pairing.make_code(conn, sealer, PairingKind.DISPLAY, now=now)


def claim(conn: Connection, sealer: Sealer, *, typed: str, by: StaffSession, language: str, now: datetime) -> str:
    """Pair the screen whose code was typed with the terminal of `by`, in place of an earlier one; return its id.

    Raises:
        TerminalRequiredError: `by` is not at a terminal.
        PairingCodeError: the code is wrong, used or past its time.
    """
    if by.terminal_id is None:
        raise TerminalRequiredError("only a terminal has a display")
    used = pairing.use_code(conn, sealer, PairingKind.DISPLAY, typed, now, terminal_id=by.terminal_id)
    _revoke(conn, by.terminal_id, now)
    display_id = new_id()
    conn.execute(
        insert(Display).values(
            id=display_id,
            terminal_id=by.terminal_id,
            secret_hash=_uncollected(used.holder_hash),
            csrf=new_token(),
            language=language,
            paired_at=now,
            paired_by=by.staff_id,
        )
    )
    _record(conn, by, EventName.DISPLAY_PAIRED, display_id, now)
    return display_id


def collect(conn: Connection, holder: str, now: datetime) -> str | None:
    """Hand the paired screen its own secret, once; `None` while nobody has typed the code."""
    secret = new_token()
    in_time = select(Pairing.code_hash).where(Pairing.holder_hash == digest(holder), Pairing.ends_at > now).exists()
    collected = conn.execute(
        update(Display)
        .where(Display.secret_hash == _uncollected(digest(holder)), Display.revoked_at.is_(None), in_time)
        .values(secret_hash=digest(secret))
    ).rowcount
    return secret if collected else None


def unpair(conn: Connection, *, by: StaffSession, now: datetime) -> None:
    """Take the display of `by`'s terminal away; it goes blank.

    Raises:
        UnknownPersonError: the terminal has none.
    """
    revoked = _revoke(conn, by.terminal_id, now) if by.terminal_id else []
    if not revoked:
        raise UnknownPersonError("no display is paired")
    for display_id in revoked:
        _record(conn, by, EventName.DISPLAY_UNPAIRED, display_id, now)


def set_language(conn: Connection, secret: str, language: str) -> None:
    """Show a display's pages in another language."""
    conn.execute(
        update(Display)
        .where(Display.secret_hash == digest(secret), Display.revoked_at.is_(None))
        .values(language=language)
    )


def _revoke(conn: Connection, terminal_id: str, now: datetime) -> list[str]:
    rows = conn.execute(
        update(Display)
        .where(Display.terminal_id == terminal_id, Display.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(Display.id)
    )
    return [row.id for row in rows]


def _record(conn: Connection, by: StaffSession, event: EventName, display_id: str, now: datetime) -> None:
    outbox.record(
        conn,
        chain=f"terminal:{by.terminal_id}",
        type=event,
        actor=by.actor,
        data={"display": display_id},
        at=now,
    )


def _uncollected(holder_hash: bytes) -> bytes:
    """The place of a secret that has not been made yet: no cookie leads there."""
    return digest(b"uncollected" + holder_hash)

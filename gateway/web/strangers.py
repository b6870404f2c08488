"""What the trail tells of cookies that were shown by another browser than their own."""

from datetime import datetime

from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.ledger import outbox
from gateway.people import proven, sessions
from gateway.people.access import DisplaySession, StaffSession
from gateway.people.errors import SessionElsewhereError
from gateway.people.proven import Shown
from gateway.terminals import enrolment


def end_stolen(conn: Connection, error: SessionElsewhereError, presented: str | None, now: datetime) -> None:
    """End a session whose cookie has left its terminal, once: what comes after finds it ended and records nothing."""
    if not sessions.end(conn, error.token_hash, now):
        return
    terminal = enrolment.find(conn, presented) if presented else None
    outbox.record(
        conn,
        chain=f"terminal:{error.terminal_id}",
        type=EventName.STAFF_SESSION_REFUSED,
        actor=Actor(ActorKind.NOBODY, "unknown", terminal.id if terminal else None, None),
        data={"staff": error.staff_id, "reason": "other_terminal"},
        at=now,
    )


def note_stranger(conn: Connection, session: StaffSession, shown: Shown, now: datetime) -> None:
    """Record, once for each stranger, that a session came from another connection or with an old proof.

    The session goes on: it may be its own terminal on another network, which then proves itself.
    """
    why = session.unproven
    if why is not None and proven.mark_refused(conn, session.token_hash, why, shown):
        outbox.record(
            conn,
            chain=f"terminal:{session.terminal_id}",
            type=EventName.STAFF_SESSION_REFUSED,
            actor=Actor(ActorKind.NOBODY, "unknown", None, None),
            data={"staff": session.staff_id, "reason": why.value},
            at=now,
        )


def note_strange_display(conn: Connection, display: DisplaySession, shown: Shown, now: datetime) -> None:
    """Record, once for each stranger, that a display's cookie came from elsewhere or with an old proof."""
    why = display.unproven
    if why is not None and proven.mark_refused(conn, display.secret_hash, why, shown, proven.DISPLAYS):
        outbox.record(
            conn,
            chain=f"display:{display.display_id}",
            type=EventName.DISPLAY_REFUSED,
            actor=Actor(ActorKind.NOBODY, "unknown", None, None),
            data={"reason": why.value},
            at=now,
        )

"""Notes in the log each token that leaves the gateway, so that whoever was given it can find it there."""

from sqlalchemy import Connection

from audit.events import EventName
from audit.notice import notice_of
from gateway.ledger import outbox
from gateway.ledger.outbox import Event


def note(conn: Connection, token: str) -> str:
    """Note a token that was just signed, alone in its chain; return its SHA-256 in hex, for the visit's own event."""
    entry = notice_of(token)
    event = Event(EventName.TOKEN_SIGNED, entry.actor, entry.data, id=entry.id, salt=entry.salt)
    outbox.record_all(conn, entry.visit, (event,), entry.time)
    return str(entry.data["sha256"])

"""What residents put right of what is known of them: how they are reached, and in which language they are written to.

Only within minutes of a sign-in, as a passkey is added: a page that somebody left open moves nobody's messages. The
addresses of before are told. Name, personal code and account are not set here; others vouch for those.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from gateway.parts import Parts
from gateway.people import residents, throttle
from gateway.people.access import AccountSession
from gateway.people.residents import Contact
from gateway.people.telling import tell
from gateway.people.throttle import Door
from gateway.visits.errors import CorrectionNotFreshError

FRESH = timedelta(minutes=5)
"""How long after a sign-in somebody may change where they are reached."""
IN_A_DAY = 5
"""Corrections of one person within a day: each sends messages to the addresses of before."""
_ADDRESSES = frozenset({"email", "phone"})


def may_correct(session: AccountSession, now: datetime) -> bool:
    """Whether this session's sign-in with a provider is fresh enough; a passkey's never is."""
    return session.auth_time is not None and now - session.auth_time <= FRESH


def correct(conn: Connection, parts: Parts, by: AccountSession, contact: Contact) -> bool:
    """Take over what a resident says of themselves; return whether anything changed.

    Raises:
        CorrectionNotFreshError: the last sign-in is more than five minutes old, or was by passkey.
        TriedTooOftenError: they have changed it too often within a day.
        KeyDestroyedError: they were erased.
    """
    now = parts.clock.database_now(conn)
    if not may_correct(by, now):
        raise CorrectionNotFreshError("the sign-in is too old to change how somebody is reached")
    known = residents.open_resident(conn, parts, by.resident_id)
    changes = known.differs(contact)
    if not changes:
        return False
    throttle.charge(conn, parts.sealer, [Door("contact_changed", known.id, IN_A_DAY, timedelta(days=1))], now)
    if not _ADDRESSES.isdisjoint(changes):
        tell(conn, parts, known.id, "contact_changed", by.language, now)
    residents.correct(conn, parts, known, contact, now, by.actor)
    return True

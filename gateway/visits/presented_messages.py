"""What somebody who showed a document says about messages: whoever serves them reads it out and types the answer."""

from sqlalchemy import Connection

from gateway.parts import Parts
from gateway.people import preferences, residents
from gateway.people.access import StaffSession
from gateway.people.preferences import How, Preferences
from gateway.visits import presenting
from gateway.visits.errors import NotFoundError


def read(conn: Connection, parts: Parts, by: StaffSession, shown_id: str) -> tuple[Preferences, frozenset[str]]:
    """What they want, and which of `phone` and `email` does not work; no value of either. Raises `NotFoundError`."""
    person = _person(conn, parts, by, shown_id)
    return preferences.read(conn, person), residents.open_resident(conn, parts, person).dead


def say(conn: Connection, parts: Parts, by: StaffSession, shown_id: str, wanted: Preferences) -> None:
    """Keep what they say. Raises `NotFoundError`."""
    person, now = _person(conn, parts, by, shown_id), parts.clock.database_now(conn)
    preferences.say(conn, person, wanted, by=by.actor, how=How.COUNTER, now=now)


def _person(conn: Connection, parts: Parts, by: StaffSession, shown_id: str) -> str:
    person = presenting.person_of(conn, parts, by, shown_id)
    if person is None:
        raise NotFoundError("nothing is known of whoever showed the document")
    return person

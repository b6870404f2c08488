"""Whoever does not want to be asked any more says so on the display, too, beside `gateway.people.preferences`.

The invitation in hand is used up without an answer, and counted as declined. No reminder is ever sent.
"""

from sqlalchemy import Connection, bindparam, update

from audit.entry import Actor
from gateway.feedback.asking import local_day, read_code
from gateway.feedback.tables import FeedbackInvitation
from gateway.ids import digest
from gateway.parts import Parts
from gateway.people import preferences
from gateway.people.preferences import How, Kind, Preferences

_DECLINE = (
    update(FeedbackInvitation)
    .where(
        FeedbackInvitation.token_hash == bindparam("token"),
        FeedbackInvitation.used.is_(False),
        FeedbackInvitation.expires_on >= bindparam("today"),
    )
    .values(used=True, declined=True)
)


def stop(conn: Connection, parts: Parts, resident_id: str, *, by: Actor, how: How = How.COUNTER) -> None:
    """Ask a resident no more how they were helped; all else that they said of messages stays.

    Raises:
        UnknownPersonError: they were erased.
    """
    before = preferences.read(conn, resident_id)
    wanted = Preferences(wanted=before.wanted - {Kind.FEEDBACK}, way=before.way)
    preferences.say(conn, resident_id, wanted, by=by, how=how, now=parts.clock.database_now(conn))


def decline(conn: Connection, parts: Parts, token: str) -> None:
    """Use an invitation up without an answer; nothing happens where it was answered or is over.

    What was rated on the display stays: only the rest is declined.
    """
    today = local_day(parts.clock.database_now(conn))
    conn.execute(_DECLINE, {"token": digest(read_code(token) or ""), "today": today})

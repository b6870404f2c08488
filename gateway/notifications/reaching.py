"""Reaching a resident where nobody at a counter can have put an address in their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from gateway.keys.sealing import DataKey
from gateway.notifications import outbox
from gateway.notifications.manners import manner_of
from gateway.parts import Parts
from gateway.people import preferences, residents
from gateway.people.preferences import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a resident is told, wherever they can be reached."""

    template: str
    language: str
    values: Mapping[str, str]
    visit_id: str | None

    def __repr__(self) -> str:
        return f"Notice(template={self.template!r})"


@dataclass(frozen=True, slots=True)
class Queued:
    """A notice that was queued."""

    channel: outbox.Channel
    message_id: str


def queue_for(
    conn: Connection,
    parts: Parts,
    key: DataKey,
    resident_id: str,
    notice: Notice,
    *,
    now: datetime,
    delay: timedelta = timedelta(0),
) -> outbox.Channel | None:
    """Queue a message to the resident's known number, else to their e-mail; `None` where neither is known.

    A number that was only typed at a counter is not used: whoever typed it would read the message. Nor is a fixed
    line, which takes no SMS, nor an address that does not work. The e-mail comes first for those who said so; what
    they do not want is not queued. The notice's language is the visit's, unless they have said in which they want
    to be written to.
    """
    queued = queue_notice(conn, parts, key, resident_id, notice, now=now, delay=delay)
    return None if queued is None else queued.channel


def queue_notice(
    conn: Connection,
    parts: Parts,
    key: DataKey,
    resident_id: str,
    notice: Notice,
    *,
    now: datetime,
    delay: timedelta = timedelta(0),
) -> Queued | None:
    """The same, and say which message it is."""
    resident = residents.open_resident(conn, parts, resident_id)
    wanted = preferences.read(conn, resident_id)
    kind = manner_of(notice.template).kind
    if kind is not None and not wanted.takes(kind):
        return None
    number = resident.known_number
    takes_sms = number is not None and not residents.is_fixed_line(number)
    known = [(outbox.Channel.SMS, number if takes_sms else None), (outbox.Channel.EMAIL, resident.known_email)]
    if wanted.way is Way.EMAIL:
        known.reverse()
    found = next(((channel, to) for channel, to in known if to), None)
    if found is None:
        return None
    channel, to = found
    draft = outbox.Draft(
        channel=channel,
        to=to,
        template=notice.template,
        language=resident.profile.language or notice.language,
        values=notice.values,
        visit_id=notice.visit_id,
        resident_id=resident_id,
    )
    return Queued(channel, outbox.queue(conn, parts, key, draft, now=now, delay=delay))

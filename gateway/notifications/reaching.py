"""Reaching a resident where nobody at a counter can have put an address in their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from gateway.keys.sealing import DataKey
from gateway.notifications import outbox
from gateway.parts import Parts
from gateway.people import residents


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a resident is told, wherever they can be reached."""

    template: str
    language: str
    values: Mapping[str, str]
    visit_id: str

    def __repr__(self) -> str:
        return f"Notice(template={self.template!r})"


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

    A number that was only typed at a counter is not used: whoever typed it would read the message. The notice's
    language is the visit's, unless they have said in which they want to be written to.
    """
    resident = residents.open_resident(conn, parts, resident_id)
    if resident.known_number:
        channel, to = outbox.Channel.SMS, resident.known_number
    elif resident.profile.email:
        channel, to = outbox.Channel.EMAIL, resident.profile.email
    else:
        return None
    draft = outbox.Draft(
        channel=channel,
        to=to,
        template=notice.template,
        language=resident.profile.language or notice.language,
        values=notice.values,
        visit_id=notice.visit_id,
    )
    outbox.queue(conn, parts, key, draft, now=now, delay=delay)
    return channel

"""Telling a resident what was done that only they should do, at every address known and not typed at a counter."""

from datetime import datetime

from sqlalchemy import Connection

from gateway.notifications import outbox
from gateway.parts import Parts
from gateway.people import residents


def tell(
    conn: Connection, parts: Parts, resident_id: str, template: str, language: str, now: datetime, **values: str
) -> None:
    """Queue the message `template` with a link to the resident's page: who did not do it learns of it at once.

    It is written in `language`, unless they have said in which they want to be written to; `values` are what its text
    needs besides.
    """
    resident = residents.open_resident(conn, parts, resident_id)
    for channel, to in (
        (outbox.Channel.SMS, resident.known_number),
        (outbox.Channel.EMAIL, resident.known_email),
    ):
        if to is not None:
            draft = outbox.Draft(
                channel=channel,
                to=to,
                template=template,
                language=resident.profile.language or language,
                values={"link": f"{parts.settings.public_url}/mine", **values},
                resident_id=resident_id,
            )
            outbox.queue(conn, parts, resident.key, draft, now=now)

"""Tells whoever answers for a service, by e-mail, that its card has to be looked at again: once, on the day.

The holder's office and the administrators of the settings are written to; no person is named.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Connection, bindparam, select

from gateway.changes.drafts import REVIEW_JOB
from gateway.ids import digest
from gateway.jobs.errors import TryLaterError
from gateway.jobs.leases import Job
from gateway.jobs.runner import Handler, JobKind
from gateway.notifications.errors import MessageRefusedError, NotSentError
from gateway.notifications.senders import Outgoing, Sender, make_senders
from gateway.notifications.tables import Channel
from gateway.parts import Store
from gateway.services.catalogue import title_of
from gateway.services.tables import Service

_SUBJECT: Final = "Jāpārskata pakalpojuma apraksts / A service’s description has to be looked at: {title}"
_TEXT: Final = """\
Pakalpojuma „{title_lv}” apraksts jāpārskata līdz {day}: vai maksa, termiņi, dokumenti un vieta vēl ir pareizi?
Ja ir, atzīmējiet to; ja nav, uzrakstiet jaunu redakciju: {url}/cards/{service}

The description of “{title_en}” has to be looked at by {day}: are fee, times, papers and place still right?
If so, say it there; if not, write a new version: {url}/cards/{service}
"""
_AGAIN: Final = timedelta(minutes=10)
_ONE = select(Service.__table__).where(Service.id == bindparam("service"))
_log = structlog.get_logger("gateway.card_mail")


class Reminding:
    """Writes to the holder's office and to whoever the settings name."""

    def __init__(self, store: Store, mail: Sender | None = None) -> None:
        """Take the mail server that the settings name, unless another sender is given."""
        self._store = store
        self._mail = make_senders(store.settings)[Channel.EMAIL] if mail is None else mail

    async def remind(self, job: Job) -> None:
        """Write of one card, unless somebody has looked since and named another day.

        Raises:
            TryLaterError: the mail server did not take it.
        """
        row = await self._store.database.read(lambda conn: _due(conn, job.payload))
        if row is None:
            return
        for address in dict.fromkeys(filter(None, (row.contact, *self._store.settings.portal_mail))):
            try:
                await self._mail.send(self._written(row, address))
            except MessageRefusedError as error:
                _log.error("nobody was told that a card is due", code=error.code)
            except NotSentError as error:
                raise TryLaterError(_AGAIN) from error

    def _written(self, row: Any, address: str) -> Outgoing:
        """The same day gives the same identifier, so that a letter that is sent twice is seen once."""
        text = _TEXT.format(
            title_lv=title_of(row.cards, "lv"),
            title_en=title_of(row.cards, "en"),
            day=row.review_on.strftime("%d.%m.%Y"),
            url=self._store.settings.url,
            service=row.id,
        )
        return Outgoing(
            id=f"card-{digest(f'{row.id} {address} {row.review_on}').hex()[:32]}",
            to=address,
            subject=_SUBJECT.format(title=title_of(row.cards, "lv")),
            text=text,
            language="lv",
            at=self._store.clock.now(),
        )


def _due(conn: Connection, payload: Mapping[str, Any]) -> Any:
    row = conn.execute(_ONE, {"service": payload["service"]}).one_or_none()
    is_same = row is not None and row.review_on is not None and row.review_on.isoformat() == payload["review_on"]
    return row if is_same else None


def make_handlers(store: Store) -> Mapping[str, Handler | JobKind]:
    """The job of a worker that writes to them."""
    return {REVIEW_JOB: Reminding(store).remind}

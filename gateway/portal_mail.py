"""Tells whoever answers for connectors, by e-mail, that a portal's form has changed: once for each change.

It names the service and what differs in words, and nobody's application.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Connection, bindparam, select

from gateway.ids import digest
from gateway.jobs.errors import TryLaterError
from gateway.jobs.leases import Job
from gateway.jobs.runner import Handler, JobKind
from gateway.notifications.errors import MessageRefusedError, NotSentError
from gateway.notifications.senders import Outgoing, Sender, make_senders
from gateway.notifications.tables import Channel
from gateway.parts import Store
from gateway.services.catalogue import title_of
from gateway.services.tables import Portal, Service
from gateway.visits.drift import TELL, UNACCEPTED
from gateway.visits.trouble_tables import PortalTrouble

_SUBJECT: Final = "Mainīta portāla veidlapa / A portal’s form has changed: {title}"
_TEXT: Final = """\
{title_lv} ({portal}).
{why_lv} Kamēr tas nav nokārtots, šo pakalpojumu centros neiesniedz, un darbinieki to redz pirms pirmā jautājuma.

{changes_lv}

Kas tagad gaida: {url}/portals

{title_en} ({portal}).
{why_en} Until this is settled nothing is filed there from any centre, and staff see it before the first question.

{changes_en}

What waits now: {url}/portals
"""
_CHANGED: Final = (
    "Portāla veidlapa vairs nav tāda, kādu mēs pazīstam: savienotājs jāpielāgo.",
    "The portal’s form is no longer the one that we know: the connector has to be adapted.",
)
_WAITS: Final = (
    "Uzstādīta savienotāja versija, kas aizpilda citādu veidlapu: tā jāpieņem diviem administratoriem.",
    "A version of the connector was installed that fills in another form: two administrators have to accept it.",
)
_AGAIN: Final = timedelta(minutes=10)
_ONE = (
    select(PortalTrouble.__table__, Portal.name, Service.cards)
    .join(Portal, Portal.id == PortalTrouble.portal_id)
    .join(Service, Service.id == PortalTrouble.subject)
    .where(PortalTrouble.id == bindparam("trouble"), PortalTrouble.ended_at.is_(None))
)
_log = structlog.get_logger("gateway.portal_mail")


class Telling:
    """Writes to everybody whom the settings name."""

    def __init__(self, store: Store, mail: Sender | None = None) -> None:
        """Take the mail server that the settings name, unless another sender is given."""
        self._store = store
        self._mail = make_senders(store.settings)[Channel.EMAIL] if mail is None else mail

    async def tell(self, job: Job) -> None:
        """Write of one change, unless it is over by now.

        Raises:
            TryLaterError: the mail server did not take it.
        """
        addresses = self._store.settings.portal_mail
        row = await self._store.database.read(lambda conn: _found(conn, job.payload["trouble"])) if addresses else None
        for address in addresses if row is not None else ():
            try:
                await self._mail.send(self._written(row, address))
            except MessageRefusedError as error:
                _log.error("nobody was told of a changed form", code=error.code)
            except NotSentError as error:
                raise TryLaterError(_AGAIN) from error

    def _written(self, row: Any, address: str) -> Outgoing:
        """The same change gives the same identifier, so that a letter that is sent twice is seen once."""
        why_lv, why_en = _WAITS if row.reason == UNACCEPTED else _CHANGED
        text = _TEXT.format(
            portal=row.name,
            title_lv=title_of(row.cards, "lv"),
            title_en=title_of(row.cards, "en"),
            why_lv=why_lv,
            why_en=why_en,
            changes_lv="\n".join(f"- {each['lv']}" for each in row.changes),
            changes_en="\n".join(f"- {each['en']}" for each in row.changes),
            url=self._store.settings.url,
        )
        return Outgoing(
            id=f"form-{digest(f'{row.id} {address} {text}').hex()[:32]}",
            to=address,
            subject=_SUBJECT.format(title=title_of(row.cards, "lv")),
            text=text,
            language="lv",
            at=self._store.clock.now(),
        )


def _found(conn: Connection, trouble_id: str) -> Any:
    return conn.execute(_ONE, {"trouble": trouble_id}).one_or_none()


def make_handlers(store: Store) -> Mapping[str, Handler | JobKind]:
    """The job of a worker that writes to them."""
    return {TELL: Telling(store).tell}

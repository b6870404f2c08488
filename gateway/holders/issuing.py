"""Statements are issued by themselves, some days after a month is over: by then most late answers have come."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection, exists, select

from gateway.database.errors import DatabaseUnavailableError
from gateway.holders import statements
from gateway.holders.months import Month
from gateway.holders.tables import HolderStatement
from gateway.ledger.errors import LogUnhealthyError
from gateway.parts import Store
from gateway.services.tables import Service
from gateway.visits import actors
from gateway.visits.tables import Filing

AFTER: Final = timedelta(days=3)
"""From the end of a month until its statements are issued."""
_EVERY_SECONDS: Final = 600.0
_log = structlog.get_logger("gateway.holders")


def holders(conn: Connection) -> list[str]:
    """Every institution that holds a service that is filed here."""
    electronic = select(Service.holder).where(Service.portal_id.is_not(None)).distinct()
    return sorted(conn.execute(electronic).scalars())


def issue_due(conn: Connection, now: datetime) -> int:
    """Issue what is due for the last month that is over; return how many. One that would say nothing is left out."""
    month = Month.of(now).plus(-1)
    if now < month.ends_at + AFTER:
        return 0
    issued = 0
    for holder in _waiting(conn, month):
        content = statements.draft(conn, holder, month, now)
        if content.lines or content.corrections:
            statements.issue(conn, holder, month, by=None, actor=actors.SYSTEM, now=now)
            issued += 1
    return issued


def _waiting(conn: Connection, month: Month) -> list[str]:
    """Institutions with something sent in or before the month, and no statement of it."""
    sent = exists().where(
        Filing.service_id == Service.id, Filing.counted_at < month.ends_at, Filing.sent_at.is_not(None)
    )
    told = exists().where(HolderStatement.holder == Service.holder, HolderStatement.month == str(month))
    return sorted(conn.execute(select(Service.holder).where(sent, ~told).distinct()).scalars())


async def keep_issuing(store: Store, *, every: float = _EVERY_SECONDS) -> None:
    """See to it that each month's statements are issued; until cancelled."""
    while True:
        try:
            issued = await store.database.write(lambda conn: issue_due(conn, store.clock.database_now(conn)))
            if issued:
                _log.info("statements for institutions were issued", count=issued)
        except (DatabaseUnavailableError, LogUnhealthyError):
            _log.warning("statements for institutions wait for the database or the log", exc_info=True)
        await asyncio.sleep(every)

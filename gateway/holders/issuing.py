"""Statements are issued by themselves, some days after a month is over: by then most late answers have come."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection, Select, exists, func, select
from sqlalchemy.exc import IntegrityError

from gateway.database.errors import DatabaseUnavailableError
from gateway.holders import statements
from gateway.holders.errors import StatementIssuedError
from gateway.holders.months import MOST, Month
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


def due(conn: Connection, now: datetime) -> list[tuple[str, Month]]:
    """Institutions, each with its months that may have to be told: those after the last one issued, in their order."""
    last = Month.of(now - AFTER).plus(-1)
    told = select(HolderStatement.holder, func.max(HolderStatement.month)).group_by(HolderStatement.holder)
    newest = {holder: Month.parse(month) for holder, month in conn.execute(told)}
    waiting = []
    for holder in _with_something_sent(conn, last):
        known = newest.get(holder)
        month = last.plus(1 - MOST) if known is None else max(known.plus(1), last.plus(1 - MOST))
        while month <= last:
            # An earlier month matters only where something was sent in it; the last one also corrects.
            if month == last or conn.execute(_sent_in(holder, month)).first() is not None:
                waiting.append((holder, month))
            month = month.plus(1)
    return waiting


def issue_due(store: Store) -> int:
    """Issue what is due, each in its own transaction; return how many. One that would say nothing is left out.

    What another worker, or an administrator, issues in this moment is left to them.
    """
    issued = 0
    failed: set[str] = set()
    for holder, month in store.database.read_now(lambda conn: due(conn, store.clock.now())):
        if holder in failed:
            continue
        try:
            issued += store.database.write_now(partial(_issue, store=store, holder=holder, month=month))
        except StatementIssuedError:
            continue
        except IntegrityError:
            failed.add(holder)  # its later months would leave a gap
            _log.warning("a statement could not be issued now", exc_info=True)
    return issued


def _issue(conn: Connection, *, store: Store, holder: str, month: Month) -> bool:
    now = store.clock.database_now(conn)
    number = statements.issue(conn, holder, month, by=None, actor=actors.SYSTEM, now=now, only_if_said=True)
    return number is not None


def _with_something_sent(conn: Connection, month: Month) -> list[str]:
    sent = exists().where(
        Filing.service_id == Service.id, Filing.counted_at < month.ends_at, Filing.sent_at.is_not(None)
    )
    return sorted(conn.execute(select(Service.holder).where(sent).distinct()).scalars())


def _sent_in(holder: str, month: Month) -> Select[str]:
    return (
        select(Filing.id)
        .join(Service, Service.id == Filing.service_id)
        .where(
            Service.holder == holder,
            Filing.counted_at >= month.begins_at,
            Filing.counted_at < month.ends_at,
            Filing.sent_at.is_not(None),
        )
        .limit(1)
    )


async def keep_issuing(store: Store, *, every: float = _EVERY_SECONDS) -> None:
    """See to it that each month's statements are issued; until cancelled."""
    while True:
        try:
            issued = await asyncio.to_thread(issue_due, store)
            if issued:
                _log.info("statements for institutions were issued", count=issued)
        except (DatabaseUnavailableError, LogUnhealthyError):
            _log.warning("statements for institutions wait for the database or the log", exc_info=True)
        await asyncio.sleep(every)

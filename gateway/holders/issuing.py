"""Statements are issued by themselves, some days after a month is over: by then most late answers have come."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection, Select, exists, func, select
from sqlalchemy.exc import IntegrityError

from audit.events import EventName
from gateway.database.errors import DatabaseUnavailableError
from gateway.holders import statements
from gateway.holders.errors import StatementIssuedError
from gateway.holders.months import MOST, Month
from gateway.holders.tables import HolderStatement
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.tables import AuditEvent
from gateway.parts import Store
from gateway.services.tables import Service
from gateway.visits import actors
from gateway.visits.tables import Filing

AFTER: Final = timedelta(days=3)
"""From the end of a month until its statements are issued."""
_EVERY_SECONDS: Final = 600.0
_OVERLAP: Final = timedelta(minutes=15)
"""An event may be committed so much later than it says."""
_AT_LEAST: Final = timedelta(days=1)
"""After which a quiet month is counted again even so."""
_CHANGE_IT: Final = (
    EventName.FILING_FILED,
    EventName.FILING_NOT_FILED,
    EventName.FILING_DECLINED,
    EventName.FILING_DECIDED,
    EventName.FILING_ANSWERED_LATE,
    EventName.PRICE_SET,
    EventName.PRICE_WITHDRAWN,
)
"""Events after which a month may have something to say."""
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


@dataclass(slots=True)
class Quiet:
    """Months that had nothing to say: one process need not count them again before anything has changed."""

    months: set[tuple[str, Month]] = field(default_factory=set)
    looked_at: datetime | None = None
    counted_at: datetime | None = None

    def begin(self, conn: Connection, now: datetime) -> None:
        """Forget them where something may have changed since the last look, and each day."""
        is_old = self.counted_at is None or now - self.counted_at > _AT_LEAST
        if is_old or self.looked_at is None or _changed(conn, self.looked_at - _OVERLAP):
            self.months.clear()
            self.counted_at = now
        self.looked_at = now


def issue_due(store: Store, quiet: Quiet | None = None) -> int:
    """Issue what is due, each in its own transaction; return how many. One that would say nothing is left out.

    What another worker, or an administrator, issues in this moment is left to them.
    """
    issued = 0
    failed: set[str] = set()
    known = quiet or Quiet()
    for holder, month in store.database.read_now(lambda conn: _waiting(conn, store.clock.now(), known)):
        if holder in failed:
            continue
        try:
            is_issued = store.database.write_now(partial(_issue, store=store, holder=holder, month=month))
            issued += is_issued
            if not is_issued:
                known.months.add((holder, month))
        except StatementIssuedError:
            continue
        except IntegrityError:
            failed.add(holder)  # its later months would leave a gap
            _log.warning("a statement could not be issued now", exc_info=True)
    return issued


def _waiting(conn: Connection, now: datetime, quiet: Quiet) -> list[tuple[str, Month]]:
    quiet.begin(conn, now)
    return [each for each in due(conn, now) if each not in quiet.months]


def _changed(conn: Connection, since: datetime) -> bool:
    """Whether anything happened that a statement tells of. By the time of events, so that few rows are read."""
    happened = select(AuditEvent.id).where(AuditEvent.at >= since, AuditEvent.type.in_(_CHANGE_IT)).limit(1)
    return conn.execute(happened).first() is not None


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
    quiet = Quiet()
    while True:
        try:
            issued = await asyncio.to_thread(issue_due, store, quiet)
            if issued:
                _log.info("statements for institutions were issued", count=issued)
        except (DatabaseUnavailableError, LogUnhealthyError):
            _log.warning("statements for institutions wait for the database or the log", exc_info=True)
        await asyncio.sleep(every)

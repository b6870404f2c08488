"""A visit that nobody goes on with is closed: the right to file ends and feedback is asked, as when it is closed.

What was sent and waits for the portal's answer keeps it open until that has come; then the next sweep closes it.
"""

import asyncio
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection, bindparam, select

from audit.events import EventName
from delegation.filing import FilingState
from gateway.database.base import written_out
from gateway.database.errors import DatabaseUnavailableError
from gateway.ledger.tables import AuditChain
from gateway.parts import Parts
from gateway.visits import actors, closing, setting_aside
from gateway.visits.rows import lock_delegation_of, lock_filing_of, lock_visit_whole
from gateway.visits.tables import Visit, VisitState

EVERY_SECONDS: Final = 300.0
MOST: Final = 200
"""Visits that one sweep looks at, the oldest first; each is closed in a transaction of its own."""

_LEFT = (
    select(Visit.id)
    .join(AuditChain, AuditChain.chain == Visit.id)
    .where(Visit.state == written_out(VisitState.OPEN), AuditChain.at < bindparam("until"))
    .order_by(Visit.opened_at)
    .limit(bindparam("most"))
)
_LAST = select(AuditChain.at).where(AuditChain.chain == bindparam("visit"))

_log = structlog.get_logger("gateway.visits")


def left(conn: Connection, parts: Parts, *, most: int = MOST) -> list[str]:
    """The open visits in which nothing has happened for as long as the settings say, the oldest first."""
    return list(conn.execute(_LEFT, {"until": _until(conn, parts), "most": most}).scalars())


def abandon(conn: Connection, parts: Parts, visit_id: str) -> bool:
    """Close a visit that nobody has gone on with; say whether it was one.

    Raises:
        NotFoundError: there is no such visit.
    """
    visit = lock_visit_whole(conn, visit_id)
    delegation = lock_delegation_of(conn, visit_id)
    filing = None if delegation is None else lock_filing_of(conn, delegation.id)
    # Asked once all is locked: somebody may have gone on with it since it was found.
    is_left = conn.execute(_LAST, {"visit": visit_id}).scalar_one() < _until(conn, parts)
    is_awaited = filing is not None and filing.state is FilingState.SENT
    if visit.state is not VisitState.OPEN or not is_left or is_awaited:
        return False
    closing.end_visit(conn, parts, visit, delegation, filing, by=actors.SYSTEM, event=EventName.VISIT_ABANDONED)
    return True


async def close_left(parts: Parts) -> int:
    """Close every visit that nobody has gone on with; return how many."""
    found = await parts.database.read(lambda conn: left(conn, parts))
    closed = [await parts.database.write(partial(abandon, parts=parts, visit_id=each)) for each in found]
    return sum(closed)


async def close_set_aside(parts: Parts) -> int:
    """Close every visit that was set aside and cannot be taken up any more; return how many."""
    found = await parts.database.read(lambda conn: setting_aside.over(conn, parts))
    closed = [await parts.database.write(partial(setting_aside.end_over, parts=parts, visit_id=each)) for each in found]
    return sum(closed)


async def keep_closing(parts: Parts, *, every: float = EVERY_SECONDS) -> None:
    """Close what nobody goes on with, each `every` seconds, until cancelled."""
    while True:
        await asyncio.sleep(every)
        try:
            if ended := await close_set_aside(parts):
                _log.info("closed visits that nobody took up again", visits=ended)
            if closed := await close_left(parts):
                _log.info("closed visits that nobody went on with", visits=closed)
        except DatabaseUnavailableError:
            _log.warning("visits that nobody goes on with wait for the database", exc_info=True)


def _until(conn: Connection, parts: Parts) -> datetime:
    return parts.clock.database_now(conn) - parts.settings.visit_idle

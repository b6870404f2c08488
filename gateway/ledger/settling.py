"""Brings what was just recorded under a signed checkpoint, with a statement of where all chains end."""

import asyncio

import structlog

from gateway.clock import Clock
from gateway.database.engine import Database
from gateway.database.errors import DatabaseUnavailableError
from gateway.ledger import heads
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.sequencer import sequence
from gateway.ledger.witnessing import open_witnessing
from gateway.parts import Store

EVERY_SECONDS = 60.0
_PATIENCE = 1.0
"""Seconds that whoever asked for a bundle waits for slow witnesses."""

_log = structlog.get_logger("gateway.ledger")


async def settle(store: Store) -> None:
    """Sequence what waits, state where all chains end, sign, and ask the witnesses: before a bundle is made.

    A log that signs nothing gets no checkpoint by this; the bundle then says how far the last one reaches.
    """
    await sequence(store.database)
    await state_ends(store.database, store.clock)
    await sequence(store.database)
    try:
        async with open_witnessing(store.publisher, store.settings.log_witnesses) as witnessing:
            await witnessing.publish()
            await witnessing.settle(_PATIENCE)
    except LogUnhealthyError as error:
        _log.error("log refused", code=error.code, reason=str(error))


async def state_ends(database: Database, clock: Clock) -> None:
    """Fold in what is new, and state where all chains end."""
    while await database.write(lambda conn: heads.advance(conn, clock.database_now(conn))):
        pass


async def keep_stating(database: Database, clock: Clock, *, every: float = EVERY_SECONDS) -> None:
    """State the ends once a day, until cancelled."""
    while True:
        try:
            if await database.read(lambda conn: heads.is_due(conn, clock.now())):
                await state_ends(database, clock)
        except DatabaseUnavailableError:
            _log.warning("the ends of chains wait for the database", exc_info=True)
        await asyncio.sleep(every)

"""Keeps the keys of a process up to date with what others made, replaced or retired."""

import asyncio

import structlog

from gateway.clock import Clock
from gateway.database.engine import Database
from gateway.database.errors import DatabaseUnavailableError
from gateway.keys.errors import KeysError
from gateway.keys.sealing import Sealer
from gateway.keys.signing import KeyRing

REFRESH_SECONDS = 20.0
"""Far less than a new key is announced before it signs, and than a portal may keep our key set."""

_log = structlog.get_logger("gateway.keys")


async def keep_fresh(
    keys: KeyRing, database: Database, sealer: Sealer, clock: Clock, *, every: float = REFRESH_SECONDS
) -> None:
    """Look each `every` seconds, until cancelled. What cannot be opened is logged, and the keys stay as they were."""
    while True:
        await asyncio.sleep(every)
        try:
            if await database.read(lambda conn: keys.refresh(conn, sealer, clock.now())):
                _log.info("signing keys changed")
        except DatabaseUnavailableError:
            _log.warning("keys wait for the database")
        except KeysError as error:
            _log.error("keys cannot be opened", code=error.code)

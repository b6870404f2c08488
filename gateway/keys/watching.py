"""Keeps the keys of a process up to date with what others made, replaced, moved or destroyed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import structlog

from gateway.clock import Clock
from gateway.database.engine import Database
from gateway.database.errors import DatabaseUnavailableError
from gateway.keys import epochs, keyfile
from gateway.keys.epochs import Epoch
from gateway.keys.errors import KeysError
from gateway.keys.sealing import Sealer
from gateway.keys.signing import KeyRing

REFRESH_SECONDS = 20.0
"""Far less than a new key is announced before it is used, and than a portal may keep our key set."""

_log = structlog.get_logger("gateway.keys")


async def keep_fresh(
    keys: KeyRing, database: Database, sealer: Sealer, clock: Clock, folder: Path, *, every: float = REFRESH_SECONDS
) -> None:
    """Look each `every` seconds, until cancelled. What cannot be opened is logged, and the keys stay as they were.

    `folder` is where the key file is: epochs that were brought into it are used without a restart.
    """
    while True:
        await asyncio.sleep(every)
        try:
            _look(sealer, await database.read(epochs.standing), folder, clock.now())
            if await database.read(lambda conn: keys.refresh(conn, sealer, clock.now())):
                _log.info("signing keys changed")
        except DatabaseUnavailableError:
            _log.warning("keys wait for the database")
        except KeysError as error:
            _log.error("keys cannot be opened", code=error.code)


def look_at_file(sealer: Sealer, known: Sequence[Epoch], folder: Path, now: datetime) -> None:
    """Take over what the key file holds now, and what is in use by now; of what this process has it loses nothing.

    Raises:
        KeyFileError: it cannot be read, or lacks an epoch that is in use.
    """
    epochs.settle(sealer, sealer.secrets, known, now)
    held = keyfile.read(folder).epochs
    epochs.settle(sealer, {**held, **sealer.secrets}, known, now)
    epochs.ensure_held(held, known, now)


def _look(sealer: Sealer, known: Sequence[Epoch], folder: Path, now: datetime) -> None:
    try:
        look_at_file(sealer, known, folder, now)
    except KeysError as error:
        _log.error("the key file lacks what is in use", code=error.code, reason=str(error))

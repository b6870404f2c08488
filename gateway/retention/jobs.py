"""Does by itself what is due: one thing in one transaction; whoever dies between two has done the first.

Any number of workers may do it at once: each locks what it erases and looks anew whether it still is to be.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import structlog
from sqlalchemy import Connection

from gateway.database import remains
from gateway.database.errors import DatabaseUnavailableError
from gateway.ledger.errors import LogUnhealthyError
from gateway.parts import Store
from gateway.retention import due, erasing, wishes
from gateway.retention.due import Due, DueKind
from gateway.retention.errors import ErasedAlreadyError, StillNeededError
from gateway.retention.states import Obstacle, Why

EVERY_SECONDS = 600.0
_log = structlog.get_logger("gateway.retention")


@dataclass(frozen=True, slots=True)
class Done:
    """What one run came to."""

    erased: Counter[DueKind] = field(default_factory=Counter)
    waiting: Counter[Obstacle] = field(default_factory=Counter)
    """How often something stood against it, by what it was."""


async def run(store: Store, progress: Callable[[Done], None] | None = None) -> Done:
    """Erase all that is due: wishes, then visits, then residents who have not come for so long; then what remains.

    Raises:
        LogUnhealthyError: the log is refused; nothing is erased without it.
    """
    done = Done()
    for kind in DueKind:
        last: Due | None = None
        while found := await store.database.read(partial(_find, store=store, kind=kind, after=last)):
            for each in found:
                await _one(store, each, done)
                if progress is not None:
                    progress(done)
            last = found[-1]
    # Also what an earlier run erased while somebody read.
    await asyncio.to_thread(remains.wipe, store.database.url)
    return done


async def keep_erasing(store: Store, *, every: float = EVERY_SECONDS) -> None:
    """Run each `every` seconds, until cancelled."""
    while True:
        try:
            done = await run(store)
            if done.erased:
                _log.info("erased what was due", **{kind.value: count for kind, count in done.erased.items()})
        except DatabaseUnavailableError:
            _log.warning("erasing waits for the database", exc_info=True)
        except LogUnhealthyError as error:
            _log.warning("erasing waits for the log", code=error.code)
        await asyncio.sleep(every)


async def _one(store: Store, each: Due, done: Done) -> None:
    try:
        await store.database.write(partial(_erase, store=store, each=each))
    except StillNeededError as error:
        done.waiting.update(error.obstacles)
    except ErasedAlreadyError:
        return  # by another worker, or somebody came, in this moment
    else:
        done.erased[each.kind] += 1


def _erase(conn: Connection, *, store: Store, each: Due) -> None:
    if not due.is_still(conn, store.settings, each, store.clock.database_now(conn)):
        raise ErasedAlreadyError("or no longer due")
    match each.kind:
        case DueKind.WISH:
            wishes.carry_out(conn, store, each.id)
        case DueKind.VISIT:
            erasing.erase_visit(conn, store, each.id)
        case DueKind.RESIDENT:
            erasing.erase_resident(conn, store, each.id, Why.TIME)


def _find(conn: Connection, *, store: Store, kind: DueKind, after: Due | None) -> list[Due]:
    return list(due.find(conn, store.settings, kind, store.clock.now(), after, most=due.PAGE))

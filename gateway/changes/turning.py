"""What a day brings is there for whoever looks first: cards change with the day also where no worker runs.

A version of a card begins with a day, or at once. So each process that answers has to look once, before the first
answer after midnight, and at its start; a worker's job does the same and mostly comes first. Which of them it was makes
no difference: `drafts.switch` puts in force what is not yet, and does nothing else.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection

from gateway.changes import drafts
from gateway.days import day_of, end_of
from gateway.parts import GATEWAY, Store
from gateway.services import versions

_AGAIN = timedelta(minutes=1)
_log = structlog.get_logger("gateway.changes")


class Turning:
    """One process's look at each new day."""

    def __init__(self, store: Store) -> None:
        """Look for the first time when today is over; `begin` has it look at once."""
        self._store = store
        self._next = end_of(day_of(store.clock.now()))
        self._one = asyncio.Lock()

    def begin(self) -> None:
        """The process begins to answer: days may have come while nothing ran."""
        self._next = datetime.min.replace(tzinfo=UTC)

    async def look(self) -> None:
        """Put in force what today brings, where nobody has yet; costs a comparison on the rest of the day.

        What cannot be done is tried again in a minute: the words stay as they were until then.
        """
        if self._store.clock.now() < self._next:
            return
        async with self._one:  # whoever comes meanwhile waits, so that nobody reads yesterday's words after today's
            now = self._store.clock.now()
            if now < self._next:
                return
            try:
                await self._put_in_force(now)
                self._next = end_of(day_of(now))
            except Exception:  # noqa: BLE001 - whatever it is, it must not keep the gateway from answering
                self._next = now + _AGAIN
                _log.warning("cards of today are not in force yet", exc_info=True)

    async def _put_in_force(self, now: datetime) -> None:
        store = self._store

        def work(conn: Connection) -> None:
            for service_id in versions.due(conn, now):
                drafts.switch(conn, store, service_id, GATEWAY)

        if await store.database.read(lambda conn: versions.due(conn, now)):
            await store.database.write(work)

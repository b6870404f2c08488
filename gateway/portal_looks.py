"""Each night every form is looked at in its portal's test system: staff know of a change before a resident meets it.

One job goes from service to service, in a program of its own that knows no resident: `pilnvara connectors check
--record`. It takes no place that somebody waits for. Portals without a test system are left out.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import structlog
from sqlalchemy import Connection, select

from gateway.changes.offering import offer_installed
from gateway.config import Settings
from gateway.database.errors import DatabaseUnavailableError
from gateway.jobs.leases import Job
from gateway.jobs.queue import enqueue
from gateway.jobs.runner import Handler, JobKind
from gateway.jobs.tables import JobRow, JobState
from gateway.ledger.errors import LogUnhealthyError
from gateway.parts import Store
from gateway.services import catalogue
from gateway.trial_portals import TrialPortal
from ui.formats import ZONE

JOB: Final = "portal.look"
SPREAD: Final = timedelta(minutes=1)
"""Between one service and the next: a test system is not there for us alone."""
_LONGEST: Final = 300.0
_OFFERED_EACH: Final = timedelta(hours=1)
"""How soon two people are asked again about changed forms when nobody answered in time."""
_EVERY_SECONDS: Final = 60.0

Check: TypeAlias = Callable[[str, TrialPortal], Awaitable[int]]
"""Looks at one service's forms and records what it finds; gives the exit code of `pilnvara connectors check`."""

_OPEN = select(JobRow.id).where(JobRow.key == JOB, JobRow.state != JobState.DEAD)
_log = structlog.get_logger("gateway.portal_looks")


async def check(service_id: str, portal: TrialPortal) -> int:
    """Look in a process of its own: the stand-in that signs in made-up people never runs beside residents' runs."""
    where = ["--portal-url", portal.url, "--client-id", portal.client_id]
    port = [] if portal.issuer_port is None else ["--issuer-port", str(portal.issuer_port)]
    command = [sys.executable, "-m", "gateway.cli", "connectors", "check", service_id, "--record", *where, *port]
    environment = {**os.environ, "PORTAL_CLIENT_SECRET": portal.client_secret}
    silent = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdin=silent, stdout=silent)
    try:
        return await asyncio.wait_for(process.wait(), _LONGEST)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class Looking:
    """Goes from service to service, one at a time."""

    def __init__(self, store: Store, check: Check = check) -> None:
        """Take what looks at one service."""
        self._store = store
        self._check = check

    async def look(self, job: Job) -> None:
        """Look at the first of those that are left, and leave the rest for a minute later."""
        left = job.payload.get("services")
        if left is None:
            left = await self._store.database.read(self._all)
        if not left:
            return
        await self._one(*left[0])
        if left[1:]:
            await self._store.database.write(lambda conn: self._later(conn, left[1:]))

    async def _one(self, service_id: str, portal_id: str) -> None:
        portal = self._store.settings.portal_trials.get(portal_id)
        if portal is None:
            return
        try:
            code = await self._check(service_id, portal)
        except (OSError, TimeoutError) as error:
            _log.warning("a form was not looked at", connector=service_id, error=type(error).__name__)
        else:
            _log.info("a form was looked at", connector=service_id, code=code)

    def _all(self, conn: Connection) -> list[list[str]]:
        """Every service that has a test system, with its portal."""
        trials = self._store.settings.portal_trials
        found = catalogue.find_all(conn, catalogue.electronic(conn))
        return [[each.id, each.portal_id] for each in found if each.portal_id is not None and each.portal_id in trials]

    def _later(self, conn: Connection, left: list[list[str]]) -> None:
        now = self._store.clock.database_now(conn)
        enqueue(conn, JOB, {"services": left}, key=JOB, run_at=now + SPREAD, now=now)


def make_handlers(store: Store) -> Mapping[str, Handler | JobKind]:
    """The job of a worker that looks at forms; never in a place that somebody waits for."""
    return {JOB: JobKind(Looking(store).look, waits=True)}


def ask_for_tonight(conn: Connection, store: Store) -> None:
    """Ask for the next night's look, unless it is asked for or under way."""
    if store.settings.portal_trials and conn.execute(_OPEN).first() is None:
        now = store.clock.database_now(conn)
        enqueue(conn, JOB, {}, key=JOB, run_at=next_time(store.settings, now), now=now)


def next_time(settings: Settings, now: datetime) -> datetime:
    """When forms are looked at next, aware."""
    here = now.astimezone(ZONE)
    tonight = datetime.combine(here.date(), settings.portal_looks_at, ZONE)
    return tonight if tonight > here else datetime.combine(here.date() + timedelta(days=1), tonight.time(), ZONE)


async def keep_looking(store: Store, *, every: float = _EVERY_SECONDS) -> None:
    """Offer what was installed anew to two people, then see to it that each night has its look; until cancelled."""
    offer_at = store.clock.now()
    while True:
        try:
            if (now := store.clock.now()) >= offer_at:
                await store.database.write(lambda conn: offer_installed(conn, store))
                offer_at = now + _OFFERED_EACH
            await store.database.write(lambda conn: ask_for_tonight(conn, store))
        except (DatabaseUnavailableError, LogUnhealthyError):
            _log.warning("nightly looks wait for the database or the log", exc_info=True)
        await asyncio.sleep(every)

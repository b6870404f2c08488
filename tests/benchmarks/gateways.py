"""A gateway on each database, with a running clock, as the benches drive it."""

import dataclasses
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection

from delegation.assurance import Assurance, Route
from gateway.clock import HeldClock, SystemClock
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.database.migrating import migrate
from gateway.demo import catalogue
from gateway.keys import keyfile
from gateway.oauth import providers
from gateway.pages.resident.offers import ResidentSignIn
from gateway.parts import Parts, open_keys
from gateway.people import staff
from gateway.people.residents import Profile
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.terminals import enrolment
from gateway.visits.reading import Stage
from tests.databases import HOW_TO_GET_POSTGRESQL, Databases, PostgresqlDatabases, SqliteDatabases
from tests.gateway.accounts import an_account
from tests.gateway.callers import BUT_AUDITOR, HOLDER, PASSWORD, Caller, Callers, compiled, fitted
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.pages.facing import PROVIDER, PlayedProvider
from tests.gateway.terminal_key import TERMINAL_KEY
from tests.gateway.visits.played import PORTAL
from tests.gateway.visits.staffed import register_portal
from tests.postgresql import PostgresqlMissingError, Server, find_binaries

KINDS = ("SQLite", "PostgreSQL")
_PATIENT = "900"


class RunningClock(HeldClock):
    """The machine's time as the product reads it, the database's statement included; a move adds to it."""

    def __init__(self) -> None:
        """Begin now."""
        super().__init__(datetime.now(UTC))
        self._ahead = timedelta(0)
        self._system = SystemClock()

    def now(self) -> datetime:
        """The machine's time."""
        return self._system.now() + self._ahead

    def database_now(self, conn: Connection) -> datetime:
        """The database's time."""
        return self._system.database_now(conn) + self._ahead

    def move(self, by: timedelta) -> datetime:
        """Let time pass."""
        self._ahead += by
        return self.now()


@dataclass(kw_only=True)
class BusyDesk(Desk):
    """A desk with a resident of its own, so that many visits may stand side by side."""

    person: Profile
    screen: Caller
    """The display."""

    def at(self, stage: Stage) -> "BusyDesk":
        super().at(stage)
        return self

    def ask(
        self, route: Route = Route.PHONE, person: Profile | None = None, number: str | None = None, **more: Any
    ) -> str:
        return super().ask(route, person or self.person, number, **more)

    def sign_in(
        self,
        code: str | None = None,
        acr: Assurance = Assurance.SUBSTANTIAL,
        *,
        since: timedelta = timedelta(0),
        approval_id: str | None = None,
    ) -> None:
        super().sign_in(code or self.person.code, acr, since=since, approval_id=approval_id)


@dataclass
class Gateway:
    """One gateway, and as many desks as are wanted."""

    parts: Parts
    clock: HeldClock
    callers: Callers
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def desk(self, language: str = "lv") -> BusyDesk:
        """A desk at a new terminal with a display, and a new resident in front of it."""
        database, now, number = self.parts.database, self.clock.now(), next(self._numbers)
        centre = self.callers.centre_id
        secret = database.write_now(
            lambda conn: enrolment.add(
                conn, centre_id=centre, name=f"Lete {number}", means=TERMINAL_KEY.means, enrolled_by=None, now=now
            )
        )
        terminal = database.read_now(lambda conn: enrolment.find(conn, secret))
        assert terminal
        callers = dataclasses.replace(self.callers, terminal_id=terminal.id, terminal_secret=secret)
        facing = callers.display(language=language)
        browser = callers.staff(Role.ASSISTANT, language=language)
        by = callers.session_of(browser.cookies["pilnvara_staff"])
        display = callers.display_of(facing.cookies["pilnvara_display"])
        assert by
        return BusyDesk(
            self.parts,
            self.clock,
            by,
            display,
            callers=callers,
            browser=browser,
            person=a_person(number),
            screen=facing,
        )


def a_person(number: int) -> Profile:
    """A resident that nobody is."""
    return Profile(name=f"Ilze Paraudziņa {number}", code=f"329999-{number:05}")


@contextmanager
def each_database() -> Iterator[dict[str, Databases]]:
    """Where databases of each kind are made: SQLite in a folder, PostgreSQL on a server of our own.

    Raises:
        PostgresqlMissingError: its binaries are not on this machine.
    """
    binaries = find_binaries()
    if binaries is None:
        raise PostgresqlMissingError(HOW_TO_GET_POSTGRESQL)
    server = Server.start(binaries)
    try:
        with TemporaryDirectory(prefix="pilnvara-bench-") as folder:
            yield dict(zip(KINDS, (SqliteDatabases(Path(folder)), PostgresqlDatabases(server)), strict=True))
    finally:
        server.stop()


@contextmanager
def a_gateway(databases: Databases, clock: HeldClock | None = None) -> Iterator[Gateway]:
    """A gateway on a new database, by default with the machine's time; closed and dropped afterwards."""
    url = databases.migrated(migrate)
    with TemporaryDirectory(prefix="pilnvara-bench-") as folder:
        database = Database.open(url)
        try:
            yield _open(database, url, Path(folder), clock or RunningClock())
        finally:
            database.close()
            databases.drop(url)


def _open(database: Database, url: str, folder: Path, clock: HeldClock) -> Gateway:
    settings = Settings.from_environment(
        {"PILNVARA_DATA_DIR": str(folder), "PILNVARA_DATABASE_URL": url, "PILNVARA_CODE_LAPSE": _PATIENT}
    )
    keyfile.create(folder)
    sealer = keyfile.load(folder)
    keys = database.write_now(lambda conn: open_keys(conn, sealer, clock.now(), settings.log_origin))
    parts = Parts(settings, database, clock, sealer, keys, compiled())
    database.write_now(lambda conn: catalogue.seed(conn, portal_origin=PORTAL, client_id="portal"))
    database.write_now(lambda conn: register_portal(conn, clock.now()))
    centre = database.write_now(
        lambda conn: staff.add_centre(
            conn, name="Parauga centrs", kind="vpvkac", municipality="Paraugu novads", now=clock.now()
        )
    )
    anna = {"login": "anna", "name": "Anna Paraudziņa", "password": PASSWORD, "holder": HOLDER}
    new = NewStaff(**anna, centre_id=centre, roles=BUT_AUDITOR)
    account = database.write_now(lambda conn: an_account(conn, sealer, new, now=clock.now()))
    database.write_now(lambda conn: _register_provider(conn, parts))
    app = fitted(parts)
    app.state["resident_sign_in"] = ResidentSignIn(parts, PlayedProvider(now=clock.now))
    return Gateway(parts, clock, Callers(parts, clock, app, centre, "", "", account))


def _register_provider(conn: Connection, parts: Parts) -> None:
    providers.register(
        conn,
        parts,
        provider_id="sandbox",
        names={"lv": "Mācību pierakstīšanās", "en": "Practice sign-in"},
        issuer=PROVIDER,
        client_id="pilnvara",
        client_secret="secret",
    )

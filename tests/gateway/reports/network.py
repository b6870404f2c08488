"""The published figures of the network, as an operator takes them in."""

from datetime import date
from functools import partial

from gateway.clock import Clock
from gateway.database.engine import Database
from gateway.people.staff import OPERATOR
from gateway.reports import history
from gateway.reports.history import Source
from gateway.reports.history_tables import HistoryKind
from gateway.reports.periods import Period
from tests.postgresql import PROJECT

NETWORK = PROJECT / "tests" / "vectors" / "network"
FILES = {
    HistoryKind.SERVICES: NETWORK / "services_per_centre_2017_2018.csv",
    HistoryKind.COSTS: NETWORK / "cost_per_service_2017_2018.csv",
}
PLAN = Source(name="Pasākumu plāns", as_of=date(2018, 11, 30), period=Period.parse("2017-01..2018-09"))


def take_all_in(database: Database, clock: Clock) -> None:
    """Both files."""
    for kind, file in FILES.items():
        content, now = file.read_bytes(), clock.now()
        database.write_now(partial(history.take_in, content=content, kind=kind, source=PLAN, by=OPERATOR, now=now))

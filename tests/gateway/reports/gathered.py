"""Helpers: visits that end in every way, gathered into figures."""

from collections import Counter as Counts
from typing import Any

from sqlalchemy import delete, select

from gateway.ledger.sequencer import sequence_now
from gateway.reports import figures, gathering
from gateway.reports.measures import Figures
from gateway.reports.periods import Month, Period
from gateway.reports.places import NETWORK, Place, PlaceKind
from gateway.reports.tables import FigureCell, FigureCursor, FigureFact, FigureSum
from gateway.visits.closing import Said
from gateway.visits.tables import Ending, HelpReason
from tests.gateway.visits.counter import Counter

NOVEMBER = Period(Month(2026, 11), Month(2026, 11))


def gather(counter: Counter) -> None:
    """Bring the figures up to date, as the worker does."""
    store = counter.store
    sequence_now(store.database)
    while store.database.write_now(lambda conn: gathering.advance(conn, store.clock.now())):
        pass


def of_centre(counter: Counter, period: Period = NOVEMBER) -> Figures:
    """The figures of the counter's centre."""
    place = Place(PlaceKind.CENTRE, counter.by.centre_id)
    return counter.store.database.read_now(lambda conn: figures.read(conn, place, period).here)


def of_network(counter: Counter, period: Period = NOVEMBER) -> Figures:
    """The figures of the whole network."""
    return counter.store.database.read_now(lambda conn: figures.read(conn, NETWORK, period).here)


def rows(counter: Counter) -> dict[str, list[Any]]:
    """Everything that was counted, in the order of its keys."""

    def work(conn: Any) -> dict[str, list[Any]]:
        found = {}
        for table in (FigureFact, FigureCell, FigureSum):
            key = list(table.__table__.primary_key)
            found[table.__tablename__] = [tuple(row) for row in conn.execute(select(table.__table__).order_by(*key))]
        return found

    return counter.store.database.read_now(work)


def outcomes(counter: Counter) -> dict[str, int]:
    """How services came out, by the cells."""
    cells = counter.store.database.read_now(lambda conn: conn.execute(select(FigureCell)).all())
    found: Counts[str] = Counts()
    for cell in cells:
        found[cell.outcome] += cell.n
    return dict(found)


def forget_the_cursor(counter: Counter) -> None:
    """Let the log be followed from its beginning again."""
    counter.store.database.write_now(lambda conn: conn.execute(delete(FigureCursor)))


def told(counter: Counter) -> str:
    """A visit in which somebody was only told something."""
    counter.open()
    return counter.close(Said(Ending.INFORMED, HelpReason.OTHER))

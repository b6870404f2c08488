"""Helpers: visits of known minutes in any centre and month, and what is kept of them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from gateway.ids import new_id
from gateway.people.staff import add_centre
from gateway.reports import cursor, gathering, peer_times, places
from gateway.reports.adding import Pile
from gateway.reports.facts import Fact, Given
from gateway.reports.peer_times import Beside, PeerTimes
from gateway.reports.periods import Month, Period
from gateway.reports.tables import FigureFact, FigureTime
from tests.gateway.visits.counter import Counter

OCTOBER = Month(2026, 10)
"""The last month that is over, by the clock of a counter."""


def visits(
    conn: Connection, centre_id: str, month: Month, minutes: Sequence[int], *, waited: int | None = None, group: str
) -> None:
    """Visits of one centre, each of so many minutes; in each a yes was waited for as long, where `waited` says it."""
    cursor.locked(conn)
    pile = Pile(places.centres(conn))
    given = (Given("lv.vsaa.sickness_benefit", group, "filed", "phone"),)
    for each in minutes:
        fact = Fact(str(month), centre_id, "counter", given, group, each, waited)
        pile.add(fact)
        conn.execute(insert(FigureFact).values(visit_id=new_id(), fact=msgspec.to_builtins(fact)))
    pile.write(conn)


def took(counter: Counter, minutes: Sequence[int], *, waited: int | None = None, month: Month = OCTOBER) -> None:
    """The same in the counter's own centre, of benefits."""
    centre = counter.by.centre_id
    counter.write(lambda conn: visits(conn, centre, month, minutes, waited=waited, group="benefits"))


def another(counter: Counter, minutes: Sequence[int], *, kind: str = "vpvkac", waited: int | None = None) -> str:
    """One more centre and its visits of October; its id."""

    def work(conn: Connection) -> str:
        found = add_centre(conn, name="Citur", kind=kind, municipality="Citu novads", now=counter.clock.now())
        visits(conn, found, OCTOBER, minutes, waited=waited, group="benefits")
        return found

    return counter.write(work)


def four_others(conn: Connection, now: datetime, month: Month = OCTOBER) -> None:
    """Four centres of benefits with thirty visits in a month, which take 10, 20, 30 and 40 minutes."""
    for number in range(1, 5):
        found = add_centre(conn, name=f"Cits {number}", kind="vpvkac", municipality="Citu novads", now=now)
        visits(conn, found, month, [10 * number] * 30, waited=number, group="benefits")


def keep(counter: Counter) -> int:
    """Gather, and keep what is told of months that are over, as the worker does; how many months were kept."""
    counter.write(lambda conn: gathering.advance(conn, counter.clock.now()))
    months = 0
    while (found := counter.read(peer_times.due)) is not None:
        assert counter.write(partial(peer_times.keep, found=found))
        months += 1
    return months


def keep_here(conn: Connection, now: datetime) -> None:
    """The same in one transaction."""
    gathering.advance(conn, now)
    while (found := peer_times.due(conn)) is not None:
        peer_times.keep(conn, found)


def kept(counter: Counter) -> list[dict[str, Any]]:
    """Every row, in the order of their keys."""
    key = list(FigureTime.__table__.primary_key)
    query = select(FigureTime.__table__).order_by(*key)
    return [dict(row) for row in counter.read(lambda conn: conn.execute(query).mappings().all())]


def beside(counter: Counter, period: str = "12..2026-10") -> PeerTimes:
    """What the counter's centre is told of the others."""

    def work(conn: Connection) -> PeerTimes:
        every, reached = places.centres(conn), cursor.read(conn)
        assert reached is not None
        until = Month.parse(reached.times_until)
        return peer_times.read(conn, every[counter.by.centre_id], every.values(), Period.parse(period), until)

    return counter.read(work)


def of(counter: Counter, figure: str) -> Beside:
    """One figure of benefits, beside the others."""
    (found,) = [each for each in beside(counter).every if each.figure == figure]
    return found

"""What was delivered: applications that a holder's portal has, by month, service, centre and price. One statement.

An application is delivered on the day on which it was sent. Its price is that day's.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, Integer, case, func, literal, select

from delegation.filing import FilingState
from gateway.days import beginning_of
from gateway.holders.months import Month, Span
from gateway.people.tables import Centre
from gateway.reports.prices import Steps, price_on
from gateway.visits.tables import Filing, Visit


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What one line is about."""

    service: str
    centre_id: str
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """So many of them."""

    key: Key
    centre: str
    """Its name."""
    count: int


def delivered(
    conn: Connection, services: Collection[str], span: Span, steps: Steps
) -> Mapping[Month, Mapping[Key, Delivered]]:
    """What was delivered in each month of `span` that has anything, at the prices of `steps`."""
    days = _days(span, steps)
    window = _window_of(days)
    rows = conn.execute(
        select(
            window.label("window"),
            Filing.service_id.label("service"),
            Visit.centre_id.label("centre_id"),
            Centre.name.label("centre"),
            func.count().label("number"),
        )
        .join(Visit, Visit.id == Filing.visit_id)
        .join(Centre, Centre.id == Visit.centre_id)
        .where(
            Filing.service_id.in_(sorted(services)),
            Filing.state == FilingState.FILED,
            Filing.counted_at >= span.begins_at,
            Filing.counted_at < span.ends_at,
        )
        .group_by("window", "service", "centre_id", "centre")
    )
    found: dict[Month, dict[Key, Delivered]] = {}
    for row in rows:
        day = days[row.window]
        key = Key(row.service, row.centre_id, price_on(steps, row.service, day))
        of_month = found.setdefault(Month(day.year, day.month), {})
        before = of_month[key].count if key in of_month else 0
        of_month[key] = Delivered(key, row.centre, before + row.number)
    return found


def _days(span: Span, steps: Steps) -> Sequence[date]:
    """Days on which a month or a price begins: between two of them nothing changes."""
    changes = {since for of_service in steps.values() for since, _price in of_service}
    last = span.last.plus(1).first
    return sorted({month.first for month in span.months} | {day for day in changes if span.first.first < day < last})


def _window_of(days: Sequence[date]) -> ColumnElement[int]:
    later = [
        (Filing.counted_at < beginning_of(after), literal(place, Integer())) for place, after in enumerate(days[1:])
    ]
    last = literal(len(days) - 1, Integer())
    return case(*later, else_=last) if later else last

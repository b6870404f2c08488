"""What holders pay for one service given, day by day. A price holds from its day until the next one's.

Nothing is changed in place: a price that is set anew for the same day puts the old one out of force, and both remain.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from audit.entry import Actor
from audit.events import EventName
from gateway.people.tables import Staff
from gateway.reports.book import Book
from gateway.reports.cost_tables import ServicePrice
from gateway.services.tables import Service

Steps = Mapping[str, Sequence[tuple[date, Decimal | None]]]
"""By service: days from which a price holds, the earliest first; none: from that day on there is no agreed price."""
MOST: Final = Decimal(100_000)
"""Euros for one service: above it somebody slipped."""
_BOOK: Final = Book(ServicePrice, "price", EventName.PRICE_SET, EventName.PRICE_WITHDRAWN)
_STEPS: Final = (
    select(ServicePrice.service_id, ServicePrice.since, ServicePrice.cents)
    .where(ServicePrice.service_id.in_(bindparam("services", expanding=True)), _BOOK.in_force)
    .order_by(ServicePrice.service_id, ServicePrice.since)
)
_ALL: Final = (
    select(ServicePrice.__table__, Service.cards, Service.holder, Staff.display_name.label("who"))
    .join(Service, Service.id == ServicePrice.service_id)
    .outerjoin(Staff, Staff.id == ServicePrice.set_by)
    .where(_BOOK.in_force)
    .order_by(Service.holder, ServicePrice.service_id, ServicePrice.since.desc())
)


class PriceError(Exception):
    """A price cannot be set so; the message says why."""


def steps_of(conn: Connection, services: Collection[str]) -> Steps:
    """All prices of these services that are in force, in one statement."""
    found: dict[str, list[tuple[date, Decimal | None]]] = {}
    for service, since, cents in conn.execute(_STEPS, {"services": sorted(services)}):
        found.setdefault(service, []).append((since, None if cents is None else Decimal(cents) / 100))
    return found


def price_on(steps: Steps, service: str, day: date) -> Decimal | None:
    """Euros that the holder pays for one service given on a day; none where no price is agreed."""
    held = [price for since, price in steps.get(service, ()) if since <= day]
    return held[-1] if held else None


def standing(conn: Connection) -> Sequence[Any]:
    """Every price in force with its service's `cards` and `holder` and who set it (`who`), the latest day first."""
    return conn.execute(_ALL).all()


def set_price(
    conn: Connection, service_id: str, euros: Decimal | None, *, since: date, by: Actor, now: datetime
) -> str:
    """Set what a service costs its holder from a day on; none: from then on no price is agreed. Returns the id.

    Raises:
        PriceError: there is no such service, or the amount is below zero, above `MOST` or has parts of a cent.
    """
    if euros is not None and (not 0 <= euros <= MOST or euros * 100 != int(euros * 100)):
        raise PriceError("a price is from 0 to 100,000 euros, in whole cents")
    if conn.execute(select(Service.id).where(Service.id == service_id)).first() is None:
        raise PriceError("there is no such service")
    same_day = (ServicePrice.service_id == service_id, ServicePrice.since == since)
    _BOOK.replace(conn, *same_day, by=by, now=now)
    cents = None if euros is None else int(euros * 100)
    values = {"service_id": service_id, "cents": cents, "since": since}
    said = {"service": service_id, "cents": cents, "since": since.isoformat()}
    return _BOOK.enter(conn, values, said, by=by, now=now)


def withdraw(conn: Connection, price_id: str, *, by: Actor, now: datetime) -> None:
    """Put a price out of force as if it had never been; the one before it holds on.

    Raises:
        NotInForceError: no such price is in force.
    """
    _BOOK.withdraw(conn, price_id, by=by, now=now)

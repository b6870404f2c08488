"""What holders pay for one service given, day by day. A price holds from its day until the next one's.

Nothing is changed in place: a price that is set anew for the same day puts the old one out of force, and both remain.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.ids import new_id
from gateway.ledger import outbox
from gateway.people.tables import Staff
from gateway.reports.cost_tables import ServicePrice
from gateway.services.tables import Service

MOST: Final = Decimal(100_000)
"""Euros for one service: above it somebody slipped."""
_IN_FORCE: Final = ServicePrice.withdrawn_at.is_(None)
_OF_DAY: Final = (
    select(ServicePrice.cents)
    .where(ServicePrice.service_id == bindparam("service"), ServicePrice.since <= bindparam("day"), _IN_FORCE)
    .order_by(ServicePrice.since.desc())
    .limit(1)
)
_LATEST: Final = (
    select(ServicePrice.service_id, func.max(ServicePrice.since).label("since"))
    .where(ServicePrice.since <= bindparam("day"), _IN_FORCE)
    .group_by(ServicePrice.service_id)
    .subquery()
)
_OF_DAY_ALL: Final = (
    select(ServicePrice.service_id, ServicePrice.cents)
    .join(_LATEST, (_LATEST.c.service_id == ServicePrice.service_id) & (_LATEST.c.since == ServicePrice.since))
    .where(_IN_FORCE)
)
_ALL: Final = (
    select(ServicePrice.__table__, Service.cards, Service.holder, Staff.display_name.label("who"))
    .join(Service, Service.id == ServicePrice.service_id)
    .outerjoin(Staff, Staff.id == ServicePrice.set_by)
    .where(_IN_FORCE)
    .order_by(Service.holder, ServicePrice.service_id, ServicePrice.since.desc())
)


class PriceError(Exception):
    """A price cannot be set or withdrawn so; the message says why."""


def price_of(conn: Connection, service_id: str, day: date) -> Decimal | None:
    """Euros that the holder pays for one service given on a day; none where no price is agreed."""
    cents = conn.execute(_OF_DAY, {"service": service_id, "day": day}).scalar_one_or_none()
    return None if cents is None else Decimal(cents) / 100


def prices_of(conn: Connection, day: date) -> dict[str, Decimal]:
    """The same of every service that has a price on a day, by the service's id."""
    found = conn.execute(_OF_DAY_ALL, {"day": day})
    return {row.service_id: Decimal(row.cents) / 100 for row in found if row.cents is not None}


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
    same_day = (ServicePrice.service_id == service_id, ServicePrice.since == since, _IN_FORCE)
    conn.execute(update(ServicePrice).where(*same_day).values(withdrawn_at=now, withdrawn_by=by.id))
    cents = None if euros is None else int(euros * 100)
    price_id = new_id()
    values = {"id": price_id, "service_id": service_id, "cents": cents, "since": since, "set_at": now, "set_by": by.id}
    conn.execute(insert(ServicePrice).values(values))
    said = {"price": price_id, "service": service_id, "cents": cents, "since": since.isoformat()}
    outbox.record(conn, chain="system", type=EventName.PRICE_SET, actor=by, data=said, at=now)
    return price_id


def withdraw(conn: Connection, price_id: str, *, by: Actor, now: datetime) -> None:
    """Put a price out of force as if it had never been; the one before it holds on.

    Raises:
        PriceError: no such price is in force.
    """
    changed = update(ServicePrice).where(ServicePrice.id == price_id, _IN_FORCE)
    if conn.execute(changed.values(withdrawn_at=now, withdrawn_by=by.id)).rowcount != 1:
        raise PriceError("no such price is in force")
    outbox.record(conn, chain="system", type=EventName.PRICE_WITHDRAWN, actor=by, data={"price": price_id}, at=now)

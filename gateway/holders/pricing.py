"""From which day on a service has which price: what figures of money are made of."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, select

from gateway.reports.cost_tables import ServicePrice

Steps = Mapping[str, Sequence[tuple[date, Decimal | None]]]
"""By service: days from which a price holds, the earliest first; none: from that day on there is no agreed price."""


def steps_of(conn: Connection, services: Collection[str]) -> Steps:
    """All prices of these services that are in force, in one statement."""
    rows = conn.execute(
        select(ServicePrice.service_id, ServicePrice.since, ServicePrice.cents)
        .where(ServicePrice.service_id.in_(sorted(services)), ServicePrice.withdrawn_at.is_(None))
        .order_by(ServicePrice.service_id, ServicePrice.since)
    )
    found: dict[str, list[tuple[date, Decimal | None]]] = {}
    for service, since, cents in rows:
        found.setdefault(service, []).append((since, None if cents is None else Decimal(cents) / 100))
    return found


def price_on(steps: Steps, service: str, day: date) -> Decimal | None:
    """What the holder pays for the service on a day, as `reports.prices.price_of`; none where nothing is agreed."""
    held = [price for since, price in steps.get(service, ()) if since <= day]
    return held[-1] if held else None

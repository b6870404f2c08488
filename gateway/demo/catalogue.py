"""The catalogue of the demonstration: two services that the stand-in portal takes, and cards of some others."""

from datetime import UTC, datetime
from importlib.resources import files

from sqlalchemy import Connection

from gateway.services import agreements, keeping
from gateway.services import life_events as events
from gateway.services.catalogue import Service
from gateway.services.files import read_catalogue
from gateway.services.keeping import PortalEntry
from gateway.services.life_events import LifeEvent

PORTAL_ID = "latvija"
BASKET = "vpvkac"
"""The kind of the demonstration's centres."""
AGREED_SINCE = datetime(2024, 1, 1, tzinfo=UTC)
"""Since when each holder has entrusted its services to the network, without an end."""


def services() -> tuple[Service, ...]:
    """All services of the demonstration."""
    return read_catalogue(files("gateway.demo").joinpath("catalogue.toml").read_text(encoding="utf-8"))


def life_events() -> tuple[LifeEvent, ...]:
    """All life events of the demonstration."""
    return events.read_events(files("gateway.demo").joinpath("life_events.toml").read_text(encoding="utf-8"))


def seed(conn: Connection, *, portal_origin: str, client_id: str) -> None:
    """Register the stand-in portal at `portal_origin` and write the catalogue; doing so again changes nothing."""
    keeping.register_portal(
        conn, PortalEntry(id=PORTAL_ID, name="Latvija.lv (mācību)", origin=portal_origin, client_id=client_id)
    )
    for service in services():
        keeping.upsert(conn, service)
        if service.is_electronic:
            agreements.add_to_basket(conn, BASKET, service.id)
    for event in life_events():
        events.upsert(conn, event)
    for holder in sorted({each.holder for each in services() if each.is_electronic}):
        if not agreements.of_holder(conn, holder):
            agreements.conclude(conn, holder=holder, begins_at=AGREED_SINCE)

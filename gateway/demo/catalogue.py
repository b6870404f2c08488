"""The catalogue of the demonstration: services that the stand-in portals take, and cards of some others."""

from collections.abc import Mapping
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
"""The portal that is meant where none is named."""
PORTALS: Mapping[str, str] = {
    PORTAL_ID: "Latvija.lv (mācību)",
    "eiestades": "Iestāžu e-pakalpojumi (mācību)",
    "registri": "Valsts reģistri (mācību)",
}
"""Name of each stand-in portal, by the id under which connectors know it."""
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


def seed(
    conn: Connection, *, portal_origin: str, client_id: str, more: Mapping[str, tuple[str, str]] | None = None
) -> None:
    """Register the stand-in portals and write the catalogue; doing so again changes nothing.

    The first one is at `portal_origin`. `more` says where the others are and what they are called, by their ids; those
    that are not in it are at the same place.
    """
    places = dict.fromkeys(PORTALS, (portal_origin, client_id)) | dict(more or {})
    for portal, (origin, client) in places.items():
        keeping.register_portal(conn, PortalEntry(id=portal, name=PORTALS[portal], origin=origin, client_id=client))
    for service in services():
        keeping.upsert(conn, service)
        if service.is_electronic:
            agreements.add_to_basket(conn, BASKET, service.id)
    for event in life_events():
        events.upsert(conn, event)
    for holder in sorted({each.holder for each in services() if each.is_electronic}):
        if not agreements.of_holder(conn, holder):
            agreements.conclude(conn, holder=holder, begins_at=AGREED_SINCE)

"""The catalogue of the demonstration: two services that the stand-in portal takes, and cards of some others."""

from importlib.resources import files

from sqlalchemy import Connection

from gateway.services import keeping
from gateway.services.catalogue import Service
from gateway.services.files import read_catalogue
from gateway.services.keeping import PortalEntry

PORTAL_ID = "latvija"


def services() -> tuple[Service, ...]:
    """All services of the demonstration."""
    return read_catalogue(files("gateway.demo").joinpath("catalogue.toml").read_text(encoding="utf-8"))


def seed(conn: Connection, *, portal_origin: str, client_id: str) -> None:
    """Register the stand-in portal at `portal_origin` and write the catalogue; doing so again changes nothing."""
    keeping.register_portal(
        conn, PortalEntry(id=PORTAL_ID, name="Latvija.lv (mācību)", origin=portal_origin, client_id=client_id)
    )
    for service in services():
        keeping.upsert(conn, service)

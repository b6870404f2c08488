"""Changing the catalogue. Every change counts its version on, so that each process builds its search anew."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.services import versions
from gateway.services.catalogue import Service
from gateway.services.tables import CatalogueVersion, Portal
from gateway.services.tables import Service as ServiceRow

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalEntry:
    """A portal that takes filings."""

    id: str
    name: str
    origin: str
    """`scheme://host:port`."""
    client_id: str
    """Under which it is a client of our OpenID Provider."""


def register_portal(conn: Connection, portal: PortalEntry) -> None:
    """Add a portal, or replace what is known of it. Who may do that, and the event, are the caller's duty."""
    upsert_row(
        conn,
        Portal,
        {"id": portal.id, "name": portal.name, "origin": portal.origin, "client_id": portal.client_id},
    )
    count_on(conn)


def upsert(conn: Connection, service: Service, *, at: datetime | None = None) -> None:
    """Add a service, or replace it. Its portal, if it has one, is registered before.

    Other cards than before are a version of their own, in force from `at`; none: from now. Cards that people have
    published stay.
    """
    cards = versions.words_for(conn, service)
    upsert_row(
        conn,
        ServiceRow,
        {
            "id": service.id,
            "holder": service.holder,
            "portal_id": service.portal_id,
            "grant_least": int(service.rules.grant_least),
            "permit_least": int(service.rules.permit_least),
            "routes": sorted(route.value for route in service.rules.routes),
            "feedback_group": service.feedback_group,
            "cards": cards,
            "popularity": service.popularity,
            "contact": service.contact,
            "follow_days": service.follow_days,
            "collect_days": service.collect_days,
            "max_filings": service.max_filings,
            "any_assistant": service.any_assistant,
            "sensitivity": service.sensitivity.value,
            "directive": service.directive,
        },
    )
    versions.take_in(conn, service.id, cards, at)
    count_on(conn)


def guard(conn: Connection, service_id: str, inputs: Iterable[str]) -> None:
    """Say which inputs of a service a second person looks at when they are new, beside the connector's own."""
    conn.execute(update(ServiceRow).where(ServiceRow.id == service_id).values(guarded=sorted(set(inputs)) or None))


def upsert_row(conn: Connection, table: Any, values: dict[str, Any], key: Collection[str] = ("id",)) -> None:
    """Insert a row, or replace what the row of this key holds."""
    statement = _INSERT[conn.dialect.name](table).values(**values)
    changes = {name: statement.excluded[name] for name in values if name not in key}
    conn.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changes))


def count_on(conn: Connection) -> None:
    """Say to every process that its search is out of date."""
    statement = _INSERT[conn.dialect.name](CatalogueVersion).values(id=1, version=1)
    conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"version": CatalogueVersion.version + 1}))

"""Finding services by plain words, in any process: each keeps the newest version of the catalogue in memory."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select

from gateway.services import life_events, versions
from gateway.services.catalogue import Service, ServiceUnknownError, made
from gateway.services.index import Index, Results
from gateway.services.life_events import Fitting, LifeEvent
from gateway.services.tables import CatalogueVersion, Portal
from gateway.services.tables import Service as ServiceRow

LIMIT = 10
LONGEST_QUERY = 200
"""Characters of a query that are looked at: nobody says more, and a program that does costs no more."""

_VERSION = select(
    select(CatalogueVersion.version).where(CatalogueVersion.id == 1).scalar_subquery(),
    select(func.count()).select_from(ServiceRow).scalar_subquery(),
)
_ALL = select(ServiceRow.__table__, Portal.origin, Portal.client_id).outerjoin(
    Portal, ServiceRow.portal_id == Portal.id
)


@dataclass(frozen=True, slots=True)
class Document:
    """The whole catalogue in some form, with a tag that differs where its bytes do."""

    body: bytes
    tag: str
    begins: datetime | None = None
    """Since when the words of the one service that it is about are in force; none where nobody knows, or of several."""


@dataclass(frozen=True, slots=True)
class _Built:
    version: tuple[int | None, int]
    index: Index
    events: tuple[LifeEvent, ...]
    documents: dict[str, Document] = field(default_factory=dict)
    """By name: what was made of this version."""


_built: WeakKeyDictionary[Engine, _Built] = WeakKeyDictionary()
_building = threading.Lock()


def search(conn: Connection, query: str, *, limit: int = LIMIT, after: int = 0) -> Results:
    """Find services by plain words in any language; an empty query lists all, the most frequent first.

    Costs one statement, and three more in the first search after a change of the catalogue.
    """
    return _newest(conn).index.search(query[:LONGEST_QUERY], limit=limit, after=after)


def search_all(conn: Connection, query: str, *, limit: int = LIMIT) -> tuple[Results, Fitting, Fitting]:
    """As `search`, with the life events that the words mean, and those that hold the service found first."""
    newest = _newest(conn)
    found = newest.index.search(query[:LONGEST_QUERY], limit=limit, after=0)
    leading, beside = life_events.matching(newest.events, query[:LONGEST_QUERY], next(iter(found.services), None))
    return found, leading, beside


def services(conn: Connection) -> tuple[Service, ...]:
    """Every service of the catalogue, the most frequent first."""
    return _newest(conn).index.services


def events(conn: Connection) -> tuple[LifeEvent, ...]:
    """Every life event of the catalogue, the most frequent first."""
    return _newest(conn).events


def document(conn: Connection, name: str, make: Callable[[Sequence[Service], Sequence[LifeEvent]], bytes]) -> Document:
    """The catalogue as `make` writes it, services by id; made once for each version of the catalogue.

    `name` is what `make` goes by besides the catalogue.
    """
    newest = _newest(conn)
    kept = newest.documents.get(name)
    if kept is None:
        body = make(sorted(newest.index.services, key=lambda each: each.id), newest.events)
        kept = newest.documents[name] = Document(body, _tag_of(body))
    return kept


def document_of(
    conn: Connection, name: str, service_id: str, make: Callable[[Service, Sequence[LifeEvent]], bytes]
) -> Document:
    """One service as `make` writes it; made once for each version of the catalogue, and kept beside the whole.

    Raises:
        ServiceUnknownError: there is no such service.
    """
    newest, named = _newest(conn), f"{name} {service_id}"
    kept = newest.documents.get(named)
    if kept is None:
        service = next((each for each in newest.index.services if each.id == service_id), None)
        if service is None:
            raise ServiceUnknownError(f"no service {service_id[:100]!r}")
        body, version = make(service, newest.events), versions.one(conn, service_id, service.card_version)
        kept = newest.documents[named] = Document(body, _tag_of(body), version.valid_from if version else None)
    return kept


def _tag_of(body: bytes) -> str:
    """An entity tag (RFC 9110 section 8.8.3)."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _newest(conn: Connection) -> _Built:
    found, count = conn.execute(_VERSION).one()
    version = (found, count)
    built = _built.get(conn.engine)
    if built is not None and built.version == version:
        return built
    with _building:  # one thread builds while the others wait, instead of all building the same
        built = _built.get(conn.engine)
        if built is None or built.version != version:
            built = _Built(version, Index(_load(conn)), life_events.load(conn))
            _built[conn.engine] = built
    return built


def _load(conn: Connection) -> list[Service]:
    return [made(row) for row in conn.execute(_ALL).mappings()]

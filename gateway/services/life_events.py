"""Life events: several services that are needed together, found by plain words and chosen at once.

As people write them, one TOML table for each:

[[life_event]]
id = "child_in_kindergarten"
popularity = 40
services = ["lv.municipality.kindergarten_queue", "lv.vsaa.parental_benefit"]   # in the order in which they are done

[life_event.cards.lv]
title = "Bērns sāk iet bērnudārzā"
summary = "…"
synonyms = ["bērnudārzs"]
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from connectors.sdk import registry
from connectors.sdk.together import TogetherError, together
from gateway.services import keeping
from gateway.services.catalogue import FALLBACK_LANGUAGE, Card, Service, ServiceUnknownError
from gateway.services.files import CatalogueError
from gateway.services.tables import LifeEvent as LifeEventRow
from gateway.services.tables import LifeEventService
from gateway.services.words import asked, stem, words

MOST = 4
"""How many are shown beside the services that were found."""

_UPSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_ALL = (
    select(LifeEventRow.id, LifeEventRow.cards, LifeEventRow.popularity, LifeEventService.service_id)
    .join(LifeEventService, LifeEventService.life_event_id == LifeEventRow.id)
    .order_by(LifeEventRow.popularity.desc(), LifeEventRow.id, LifeEventService.position)
)
_SERVICES_OF = (
    select(LifeEventService.service_id)
    .where(LifeEventService.life_event_id == bindparam("id"))
    .order_by(LifeEventService.position)
)


class EventCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A life event in plain words, in one language."""

    title: str
    summary: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LifeEvent:
    """Several services that are needed together, in the order in which they are done."""

    id: str
    cards: Mapping[str, EventCard]
    services: tuple[str, ...]
    popularity: int = 0

    def card(self, language: str) -> EventCard:
        """The card in `language`, in its base language, or in Latvian."""
        for known in (language, language.partition("-")[0]):
            if known in self.cards:
                return self.cards[known]
        return self.cards[FALLBACK_LANGUAGE]


Fitting: TypeAlias = tuple[LifeEvent, ...]


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    services: Annotated[tuple[str, ...], msgspec.Meta(min_length=2, max_length=8)]
    cards: dict[str, EventCard]
    popularity: int = 0


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    life_event: tuple[_Entry, ...]


def read_events(text: str) -> tuple[LifeEvent, ...]:
    """Read the life events of a file.

    Raises:
        CatalogueError: it is not TOML, has unknown or missing fields, an event or a service of one twice.
    """
    try:
        entries = msgspec.toml.decode(text, type=_File).life_event
    except msgspec.MsgspecError as error:
        raise CatalogueError(str(error)) from error
    if len({entry.id for entry in entries}) != len(entries):
        raise CatalogueError("a life event stands there twice")
    for entry in entries:
        if FALLBACK_LANGUAGE not in entry.cards or len(set(entry.services)) != len(entry.services):
            raise CatalogueError(f"{entry.id} needs a card in lv, and each service once")
    return tuple(
        LifeEvent(id=each.id, cards=each.cards, services=each.services, popularity=each.popularity) for each in entries
    )


def upsert(conn: Connection, event: LifeEvent) -> None:
    """Add a life event, or replace it; its services are in the catalogue before.

    Raises:
        CatalogueError: its services cannot be asked for together.
    """
    known = registry.all()
    try:
        together([known[each] for each in event.services if each in known])
    except TogetherError as error:
        raise CatalogueError(f"{event.id}: {error}") from error
    statement = _UPSERT[conn.dialect.name](LifeEventRow).values(
        id=event.id, cards=msgspec.to_builtins(dict(event.cards)), popularity=event.popularity
    )
    changes = {name: statement.excluded[name] for name in ("cards", "popularity")}
    conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))
    conn.execute(delete(LifeEventService).where(LifeEventService.life_event_id == event.id))
    rows = [
        {"life_event_id": event.id, "position": position, "service_id": service}
        for position, service in enumerate(event.services)
    ]
    conn.execute(insert(LifeEventService), rows)
    keeping.count_on(conn)


def find(conn: Connection, event_id: str) -> LifeEvent:
    """The life event of this name. Raises `ServiceUnknownError` where there is no such event."""
    found = next((event for event in load(conn) if event.id == event_id), None)
    if found is None:
        raise ServiceUnknownError(f"no life event {event_id[:100]!r}")
    return found


def services_of(conn: Connection, event_id: str) -> tuple[str, ...]:
    """The services of a life event, in their order. Raises `ServiceUnknownError` where there is no such event."""
    found = tuple(conn.execute(_SERVICES_OF, {"id": event_id}).scalars())
    if not found:
        raise ServiceUnknownError(f"no life event {event_id[:100]!r}")
    return found


def matching(
    events: Sequence[LifeEvent], query: str, best: Service | None, *, limit: int = MOST
) -> tuple[Fitting, Fitting]:
    """Life events for plain words: those that they mean, and those that only hold the service that they find first.

    `best` is that service. An event that meets but some of the words and does not hold it has to do with something
    else. An empty query gives the most frequent events.
    """
    if not words(query):
        return tuple(events[:limit]), ()
    wanted = {stem(word) for word in asked(query)}
    is_a_service = best is not None and _is_called(best.cards.values(), query)
    called = [event for event in events if _is_called(event.cards.values(), query)]
    meant = [event for event in events if event not in called and wanted <= _stems(event)]
    leading = called if is_a_service else called + meant
    beside = [
        event
        for event in events
        if event not in leading and (event in meant or (best is not None and best.id in event.services))
    ]
    return tuple(leading[:limit]), tuple(beside[: limit - len(leading[:limit])])


def _is_called(cards: Iterable[EventCard | Card], query: str) -> bool:
    """Whether the query is a title or a synonym, word for word."""
    said = (words(query), asked(query))
    return any(words(name) in said for card in cards for name in (card.title, *card.synonyms))


def _stems(event: LifeEvent) -> set[str]:
    texts = [text for card in event.cards.values() for text in (card.title, *card.synonyms)]
    return {stem(word) for text in texts for word in asked(text)}


def load(conn: Connection) -> tuple[LifeEvent, ...]:
    """All life events, the most frequent first, in one statement."""
    made: dict[str, LifeEvent] = {}
    for row in conn.execute(_ALL):
        known = made.get(row.id)
        services = (*(known.services if known else ()), row.service_id)
        cards = known.cards if known else msgspec.convert(row.cards, dict[str, EventCard])
        made[row.id] = LifeEvent(id=row.id, cards=cards, services=services, popularity=row.popularity)
    return tuple(made.values())

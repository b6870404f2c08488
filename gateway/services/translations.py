"""Cards that a machine translated, for readers in whose language nobody wrote one. Off unless a service for it is set.

Only the catalogue's own words are ever handed over: no statement, no read-back, nothing that anybody says yes to, no
word about a person. A row is good for the words that it was made from: once they change, the original is shown until a
new translation has come.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, select

from gateway.services import catalogue
from gateway.services.catalogue import FALLBACK_LANGUAGE, Card, Service
from gateway.services.keeping import upsert_row
from gateway.services.tables import Service as ServiceRow
from gateway.services.tables import ServiceTranslation

LANGUAGES: Final = ("en",)
"""Into which cards are translated: those of pages, but for the one that every card has."""
_TEXTS: Final = ("title", "summary", "who", "takes", "costs", "pays", "next", "withdraw", "where")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A card that a machine is to translate."""

    service_id: str
    language: str
    source: Card
    source_hash: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as a reader gets it."""

    card: Card
    original: Card | None = None
    """What was translated, where a machine did it."""
    is_foreign: bool = False
    """Nobody and nothing has put it into the reader's language yet."""


def wanted(conn: Connection) -> list[Wanted]:
    """Cards that lack a language, by nobody's hand and by no translation of the words that they have now."""
    known = {(row.service_id, row.language): row.source_hash for row in conn.execute(select(_TRANSLATION))}
    lacking = (
        Wanted(service.id, language, service.cards[FALLBACK_LANGUAGE], hash_of(service.cards[FALLBACK_LANGUAGE]))
        for service in catalogue.find_all(conn, list(conn.execute(select(ServiceRow.id)).scalars()))
        for language in LANGUAGES
        if language not in service.cards
    )
    return [each for each in lacking if known.get((each.service_id, each.language)) != each.source_hash]


def hash_of(card: Card) -> str:
    """SHA-256 over the words of a card, in hexadecimal digits."""
    return hashlib.sha256(msgspec.json.encode(words_of(card))).hexdigest()


def words_of(card: Card) -> list[str]:
    """What is translated of a card, always as many texts for the same card; synonyms are for the search alone."""
    return [*(getattr(card, name) for name in _TEXTS), *card.needed]


def with_words(card: Card, words: Sequence[str]) -> Card:
    """The card with other words, in the order of `words_of`.

    Raises:
        ValueError: they are not as many.
    """
    if len(words) != len(_TEXTS) + len(card.needed):
        raise ValueError("as many texts come back as were sent")
    texts: dict[str, Any] = dict(zip(_TEXTS, words, strict=False))
    return Card(**texts, needed=tuple(words[len(_TEXTS) :]))


def keep(conn: Connection, one: Wanted, words: Sequence[str], now: datetime) -> None:
    """Keep a translation in place of an older one; raises as `with_words`."""
    card = with_words(one.source, words)
    values = {
        "service_id": one.service_id,
        "language": one.language,
        "source_hash": one.source_hash,
        "card": msgspec.to_builtins(card),
        "made_at": now,
    }
    upsert_row(conn, ServiceTranslation, values, ("service_id", "language"))


def forget(conn: Connection) -> None:
    """Forget all translations: what was switched off is not shown."""
    conn.execute(delete(ServiceTranslation))


def shown(conn: Connection, services: Collection[Service], language: str, *, is_on: bool) -> Mapping[str, Shown]:
    """Each card for a reader: by a person's hand where there is one, else by machine, else the original."""
    base = language.partition("-")[0]
    lacking = [each.id for each in services if base not in each.cards and language not in each.cards]
    rows = {}
    if is_on and lacking:
        which = (ServiceTranslation.service_id.in_(lacking), ServiceTranslation.language == base)
        rows = {row.service_id: row for row in conn.execute(select(_TRANSLATION).where(*which))}
    return {each.id: _shown(each, language, rows.get(each.id), is_on=is_on and each.id in lacking) for each in services}


def _shown(service: Service, language: str, row: Any, *, is_on: bool) -> Shown:
    original = service.card(language)
    if not is_on:
        return Shown(original)
    if row is None or row.source_hash != hash_of(original):
        return Shown(original, is_foreign=True)
    return Shown(msgspec.convert(row.card, Card), original=original)


_TRANSLATION = ServiceTranslation.__table__

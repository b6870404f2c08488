"""Finding a service among a thousand by plain words: with slips, without marks, in both languages."""

import itertools
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from sqlalchemy import Connection

from gateway.database.engine import Database
from gateway.database.migrating import migrate
from gateway.demo import catalogue as demo
from gateway.services import keeping
from gateway.services.catalogue import Card, Service
from gateway.services.search import search_all
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.databases import Databases
from tests.gateway.services.questions import QUESTIONS

SERVICES: Final = 1_000
AIM_MS: Final = 10.0
_PERCENTILE: Final = 0.95


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Every question of the table by the clock, with the statement that asks whether the catalogue has changed."""
    for kind, each in itertools.islice(databases.items(), effort.pages_on):
        database = Database.open(each.migrated(migrate))
        try:
            yield _figure(kind, _waits(database, effort))
        finally:
            database.close()


def _waits(database: Database, effort: Effort) -> list[float]:
    database.write_now(_fill)
    waits: list[float] = []
    for number in range(1 + effort.rounds):
        for asked, _ in QUESTIONS:
            started = time.perf_counter()
            database.read_now(partial(search_all, query=asked))
            if number:  # the first round builds and warms up
                waits.append((time.perf_counter() - started) * 1000)
    return waits


def _fill(conn: Connection) -> None:
    """The demonstration's services, each again under other names until there are a thousand."""
    demo.seed(conn, portal_origin="http://127.0.0.2:8401", client_id="portal")
    own = demo.services()
    for number in range(SERVICES - len(own)):
        keeping.upsert(conn, _another(own[number % len(own)], number))


def _another(service: Service, number: int) -> Service:
    cards = {language: _other(card, number) for language, card in service.cards.items()}
    return replace(service, id=f"{service.id}.{number}", cards=cards, popularity=0)


def _other(card: Card, number: int) -> Card:
    """The same words about something else: most of a big catalogue's cards are alike."""
    return replace(card, title=f"{card.title} novadā{number}", synonyms=())


def _figure(kind: str, waits: list[float]) -> Figure:
    slow = sorted(waits)[round(_PERCENTILE * (len(waits) - 1))]
    return Figure(
        name=f"{len(QUESTIONS)} questions to a catalogue of {SERVICES:,} services, {kind}",
        value=slow,
        unit="ms by the clock",
        beside=f"19 of 20; the middle one {sorted(waits)[len(waits) // 2]:.1f} ms",
        aims=(Aim("ms", slow, AIM_MS),),
    )

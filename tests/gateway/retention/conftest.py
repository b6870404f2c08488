"""A counter where people were served some time ago, and what is left of them."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from gateway.database.models import METADATA
from gateway.keys import store as key_store
from gateway.keys.errors import KeyDestroyedError, SealBrokenError
from gateway.keys.sealing import DataKey
from gateway.keys.tables import DataKeyRow
from gateway.people import residents
from gateway.people.residents import Profile
from gateway.people.tables import Resident
from gateway.retention import erasing, jobs
from gateway.retention.jobs import Done
from gateway.retention.states import Why
from gateway.visits.tables import SealedRecord
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.played import READ_BACK, filed

__all__ = ["counter", "renderer"]

KNOWN = Profile(
    name="Jānis Otrais",
    code="329999-00002",
    phone="+37120000002",
    email="janis@piemers.example",
    address="Parauga iela 1",
)
"""The identity provider that is played gives everybody Ilze's name and number, so whoever is erased is another."""
IBAN = "LV10HABA0000000000002"
KEPT_SENT = timedelta(days=90)


def serve(counter: Counter, person: Profile = KNOWN, days_ago: int = 0) -> str:
    """Somebody comes, something is filed for them, and the visit ends; return their id."""
    if person.phone:
        counter.knows(person)
    counter.signs_in = person.code
    counter.open().grant(person=person)
    counter.fill(days_ago)
    account = READ_BACK.items[0]
    mine = replace(account, value=IBAN, shown=IBAN) if person is KNOWN else account
    assert counter.prepare(replace(READ_BACK, items=(mine, *READ_BACK.items[1:])))
    counter.sign_in()
    assert counter.press().allowed
    counter.answer(filed(counter.clock.now()))
    counter.close()
    return str(counter.delegation().principal_id)


def erase(counter: Counter, resident_id: str, why: Why = Why.WISH) -> None:
    counter.write(lambda conn: erasing.erase_resident(conn, counter.store, resident_id, why))


def run(counter: Counter) -> Done:
    """What a worker does."""
    return asyncio.run(jobs.run(counter.store))


def keys_left(conn: Connection, counter: Counter) -> Iterator[DataKey]:
    """Every data key that whoever has database and key file can still open."""
    for key_id in conn.execute(select(DataKeyRow.id)).scalars():
        try:
            yield key_store.load(conn, counter.store.sealer, key_id)
        except KeyDestroyedError:
            continue


def opened(counter: Counter) -> list[bytes]:
    """Everything that opens with any key that is left, wherever it lies."""
    return [content for _context, content in opened_by_context(counter)]


def opened_by_context(counter: Counter) -> list[tuple[str, bytes]]:
    """The same, each with the place that it belongs to."""
    sealer = counter.store.sealer

    def work(conn: Connection) -> list[tuple[str, bytes]]:
        sealed: list[tuple[str, bytes]] = [
            (f"{row.kind}:{row.owner_id}", row.content)
            for row in conn.execute(select(SealedRecord.kind, SealedRecord.owner_id, SealedRecord.content))
        ]
        profiles = select(Resident.id, Resident.profile).where(Resident.profile.is_not(None))
        sealed += [(f"resident.profile:{row.id}", row.profile) for row in conn.execute(profiles)]
        message = METADATA.tables["message"]
        for row in conn.execute(select(message).where(message.c.body.is_not(None))):
            sealed += [(f"message.address:{row.id}", row.address), (f"message.body:{row.id}", row.body)]
        found = []
        for key in keys_left(conn, counter):
            for context, content in sealed:
                try:
                    found.append((context, sealer.open(key, context, content)))
                except SealBrokenError:
                    continue
        return found

    return counter.read(work)


def told(counter: Counter, visit_id: str) -> list[bytes]:
    """What opens of one visit."""
    query = select(SealedRecord.owner_id).where(SealedRecord.visit_id == visit_id)
    owners = counter.read(lambda conn: set(conn.execute(query).scalars()))
    return [each for context, each in opened_by_context(counter) if context.rpartition(":")[2] in owners]


def columns(counter: Counter) -> dict[str, list[Any]]:
    """Every value of every table, by `table.column`."""

    def work(conn: Connection) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for table in METADATA.sorted_tables:
            rows = conn.execute(select(table)).all()
            found |= {f"{table.name}.{column.name}": [row[n] for row in rows] for n, column in enumerate(table.columns)}
        return found

    return counter.read(work)


def as_bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


@pytest.fixture
def janis(counter: Counter) -> str:
    """Jānis, for whom something was filed long enough ago that nobody can dispute it."""
    resident_id = serve(counter)
    counter.clock.move(KEPT_SENT)
    return resident_id


def number_of(counter: Counter, code: str) -> str | None:
    """The id of whoever has this personal code now."""
    return counter.read(lambda conn: residents.find_id(conn, counter.store, code))

"""A machine with residents in it and a backup of it, for tests of the key file's epochs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from audit.entry import decode
from audit.events import EventName
from gateway import epochs
from gateway.clock import HeldClock
from gateway.database.engine import Database
from gateway.database.migrating import migrate
from gateway.database.models import METADATA
from gateway.keys import keyfile, moving, watching
from gateway.keys import store as key_store
from gateway.keys.epochs import Epoch, standing
from gateway.keys.sealing import Sealer
from gateway.keys.signing import ANNOUNCED
from gateway.keys.tables import KeyEpoch
from gateway.ledger.tables import AuditEvent
from gateway.parts import Store
from gateway.people import residents
from gateway.people.residents import Profile
from gateway.people.tables import Resident
from gateway.visits.refusal_tables import KeptSince
from tests.databases import MigratedUrl

ANNA = Profile(name="Anna Paraudziņa", code="329999-00001")
ILZE = Profile(name="Ilze Paraudziņa", code="329999-00002")


@dataclass
class Machine:
    """A gateway with residents in it, whose clock the test holds."""

    store: Store
    clock: HeldClock

    def __post_init__(self) -> None:
        self.anna, self.ilze = self.resident(ANNA), self.resident(ILZE)

    def resident(self, profile: Profile) -> str:
        made = self.store.database.write_now(
            lambda conn: residents.find_or_create(conn, self.store, profile, now=self.clock.now())
        )
        return made.id

    def name(self, resident_id: str) -> str:
        return self.store.database.read_now(lambda conn: residents.open_profile(conn, self.store, resident_id)).name

    def look(self) -> None:
        """What each process does all the time."""
        known = self.store.database.read_now(standing)
        watching.look_at_file(self.store.sealer, known, self.store.settings.data_dir, self.clock.now())

    def pass_time(self, time: timedelta) -> None:
        self.clock.move(time)
        self.look()

    def new(self) -> int:
        """A new epoch, in use."""
        made = epochs.make(self.store)
        self.pass_time(ANNOUNCED)
        return made.number

    def make_used_long_ago(self) -> None:
        """For a process with a clock of its own."""
        long_ago = update(KeyEpoch).values(used_from=datetime(2000, 1, 1, tzinfo=UTC))
        self.store.database.write_now(lambda conn: conn.execute(long_ago))

    def replace_epoch(self) -> None:
        """The whole of it: new, move, destroy."""
        old = self.store.sealer.epoch
        self.new()
        epochs.move(self.store)
        epochs.destroy(self.store, old)

    def key_of(self, resident_id: str) -> str:
        key = select(Resident.key_id).where(Resident.id == resident_id)
        return str(self.store.database.read_now(lambda conn: conn.execute(key).scalar_one()))

    def erase(self, resident_id: str) -> None:
        key_id = self.key_of(resident_id)
        self.store.database.write_now(lambda conn: key_store.destroy(conn, key_id, self.clock.now()))

    def under(self, number: int) -> int:
        return self.store.database.read_now(partial(moving.count, places=epochs.PLACES, number=number))

    def epochs(self) -> tuple[Epoch, ...]:
        """As the database knows them."""
        return self.store.database.read_now(standing)

    def events(self) -> list[tuple[str, int]]:
        """What the log says of epochs."""
        kinds = (EventName.KEY_CREATED.value, EventName.KEY_ROTATED.value, EventName.KEY_DESTROYED.value)
        told = (
            select(AuditEvent.leaf)
            .where(AuditEvent.chain == "system", AuditEvent.type.in_(kinds))
            .order_by(AuditEvent.n)
        )
        entries = [
            decode(bytes(leaf)) for leaf in self.store.database.read_now(lambda c: c.execute(told).scalars().all())
        ]
        return [(each.type, each.data["number"]) for each in entries if each.data["kind"] == "epoch"]


@pytest.fixture
def machine(store: Store, clock: HeldClock) -> Machine:
    """A machine with two residents."""
    return Machine(store, clock)


@pytest.fixture
def backup(migrated_url: MigratedUrl, clock: HeldClock) -> Iterator[Callable[[Store], "Backup"]]:
    """Takes a copy of everything that is in a database."""
    opened: list[Database] = []

    def take(store: Store) -> Backup:
        copy = Database.open(migrated_url(migrate), readers=1)
        opened.append(copy)
        rows = store.database.read_now(_everything)
        copy.write_now(lambda conn: _put(conn, rows))
        return Backup(replace(store, database=copy), keyfile.load(store.settings.data_dir))

    yield take
    for each in opened:
        each.close()


@dataclass
class Backup:
    """A database as it was, with the key file of then."""

    store: Store
    file_of_then: Sealer

    def opens_with(self, sealer: Sealer, resident_id: str) -> str:
        store = replace(self.store, sealer=sealer)
        return store.database.read_now(lambda conn: residents.open_profile(conn, store, resident_id)).name


def _everything(conn: Connection) -> dict[str, list[Mapping[str, Any]]]:
    return {
        table.name: [dict(row) for row in conn.execute(select(table)).mappings()] for table in METADATA.sorted_tables
    }


def _put(conn: Connection, rows: Mapping[str, list[Mapping[str, Any]]]) -> None:
    for known in (KeyEpoch, KeptSince):  # what a new database has of its own
        conn.execute(delete(known))
    for table in METADATA.sorted_tables:
        if rows[table.name]:
            conn.execute(insert(table), rows[table.name])

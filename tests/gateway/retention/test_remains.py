"""What was erased is not left in the files of the embedded database either."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.database import remains
from gateway.keys.tables import DataKeyRow
from gateway.people.tables import Resident
from tests.databases import Kind
from tests.gateway.retention.conftest import erase, run
from tests.gateway.visits.counter import Counter


def in_files(counter: Counter, values: list[bytes]) -> set[str]:
    """Which of SQLite's files hold one of these."""
    database = Path(str(counter.store.database.url.database))
    files = [each for each in database.parent.glob(f"{database.name}*") if each.is_file()]
    return {each.name.removeprefix(database.name) for each in files if any(map(each.read_bytes().count, values))}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_nor_in_its_write_ahead_log_once_the_worker_has_looked(
    counter: Counter, janis: str, database_kind: Kind
) -> None:
    assert database_kind == "sqlite"
    query = (
        select(DataKeyRow.wrapped, Resident.profile, Resident.code_hash)
        .join(Resident, Resident.key_id == DataKeyRow.id)
        .where(Resident.id == janis)
    )
    known = [bytes(each) for each in counter.read(lambda conn: conn.execute(query).one())]
    erase(counter, janis)
    assert "-wal" in in_files(counter, known), "else this shows nothing"
    url = counter.store.database.url
    with closing(sqlite3.connect(str(url.database), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM resident").fetchone()
        assert not remains.wipe(url), "nobody is made to wait for it"
    run(counter)
    assert in_files(counter, known) == set()

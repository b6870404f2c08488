"""What a page asks twice is read once: within one reading transaction, not in the next, and never where one writes."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from gateway.database.counting import count_statements
from gateway.database.engine import Database
from gateway.database.once import is_remembering, note, once, recall


@pytest.fixture
def notes(database_url: str) -> Iterator[Database]:
    """A database with one table, `note(id)`, and one row in it."""
    database = Database.open(database_url)
    database.write_now(lambda conn: conn.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY)")))
    database.write_now(add)
    yield database
    database.close()


def add(conn: Connection) -> None:
    conn.execute(text("INSERT INTO note (id) SELECT count(*) FROM note"))


def asked(conn: Connection) -> int:
    return once(conn, "notes", lambda: int(conn.execute(text("SELECT count(*) FROM note")).scalar_one()))


def test_is_read_once_in_a_reading_transaction(notes: Database) -> None:
    with count_statements() as counted:
        assert notes.read_now(lambda conn: (asked(conn), asked(conn))) == (1, 1)
    assert counted.total == 1


def test_the_next_transaction_reads_anew(notes: Database) -> None:
    assert notes.read_now(asked) == 1
    notes.write_now(add)
    assert notes.read_now(asked) == 2


def test_the_next_transaction_reads_anew_after_one_that_failed(notes: Database) -> None:
    def fail(conn: Connection) -> None:
        asked(conn)
        raise LookupError

    with pytest.raises(LookupError):
        notes.read_now(fail)
    notes.write_now(add)
    assert notes.read_now(asked) == 2


def test_a_transaction_that_writes_sees_what_it_has_changed(notes: Database) -> None:
    def work(conn: Connection) -> tuple[int, int, object]:
        before = asked(conn)
        add(conn)
        note(conn, "noted", before)
        return before, asked(conn), recall(conn, "noted")

    assert notes.write_now(work) == (1, 2, None)
    assert not notes.write_now(is_remembering)


def test_an_error_is_not_remembered(notes: Database) -> None:
    def work(conn: Connection) -> int:
        with pytest.raises(ZeroDivisionError):
            once(conn, "notes", lambda: 1 // 0)
        return asked(conn)

    assert notes.read_now(work) == 1


def test_what_was_read_beside_something_else_is_not_read_again(notes: Database) -> None:
    def work(conn: Connection) -> int:
        note(conn, "notes", 7)
        return asked(conn)

    assert notes.read_now(work) == 7

"""One function, one transaction; readers change nothing; watchers hear of every commit."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, literal, select, text
from sqlalchemy.exc import DBAPIError

from gateway.database import drivers
from gateway.database.base import UtcDateTime
from gateway.database.counting import count_statements
from gateway.database.engine import Database
from gateway.database.errors import DatabaseUnavailableError, DatabaseUrlError
from tests.gateway.conftest import NINE


@pytest.fixture
def notes(database_url: str) -> Iterator[Database]:
    """A database with one table, `note(id, words)`."""
    database = Database.open(database_url)
    database.write_now(lambda conn: conn.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT)")))
    yield database
    database.close()


def add(conn: Connection, number: int, words: str = "said") -> None:
    conn.execute(text("INSERT INTO note (id, words) VALUES (:id, :words)"), {"id": number, "words": words})


def add_two(conn: Connection) -> None:
    add(conn, 1)
    add(conn, 2)


def count(conn: Connection) -> int:
    return int(conn.execute(text("SELECT count(*) FROM note")).scalar_one())


class TestWrite:
    def test_keeps_all_of_a_function_that_returns(self, notes: Database) -> None:
        notes.write_now(add_two)
        assert notes.read_now(count) == 2

    def test_keeps_nothing_of_a_function_that_raises(self, notes: Database) -> None:
        def half(conn: Connection) -> None:
            add(conn, 1)
            raise LookupError("gave up")

        with pytest.raises(LookupError):
            notes.write_now(half)
        assert notes.read_now(count) == 0

    def test_says_so_where_an_error_that_was_passed_over_left_nothing_to_commit(self, notes: Database) -> None:
        def passing_over(conn: Connection) -> None:
            add(conn, 1)
            with contextlib.suppress(DBAPIError):
                add(conn, 1)

        is_kept = notes.dialect == "sqlite"  # which undoes the statement, and not the transaction
        with contextlib.nullcontext() if is_kept else pytest.raises(DBAPIError, match="nothing can be committed"):
            notes.write_now(passing_over)
        assert notes.read_now(count) == int(is_kept)
        notes.write_now(lambda conn: add(conn, 2))

    def test_goes_on_after_a_failure(self, notes: Database) -> None:
        notes.write_now(lambda conn: add(conn, 1))
        with pytest.raises(DBAPIError):
            notes.write_now(lambda conn: add(conn, 1))
        notes.write_now(lambda conn: add(conn, 2))
        assert notes.read_now(count) == 2

    def test_locks_before_the_first_read_so_that_no_update_is_lost(self, notes: Database) -> None:
        notes.write_now(lambda conn: add(conn, 1, "0"))
        other = Database.open(notes.url.render_as_string(hide_password=False))

        def increase(conn: Connection) -> None:
            tail = "" if conn.dialect.name == "sqlite" else " FOR UPDATE"
            seen = int(conn.execute(text(f"SELECT words FROM note WHERE id = 1{tail}")).scalar_one())
            time.sleep(0.002)
            conn.execute(text("UPDATE note SET words = :words"), {"words": str(seen + 1)})

        threads = [
            threading.Thread(target=lambda owner=owner: [owner.write_now(increase) for _ in range(10)])
            for owner in (notes, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        other.close()
        assert notes.read_now(lambda conn: conn.execute(text("SELECT words FROM note")).scalar_one()) == "20"

    def test_comes_in_soon_after_another_process_is_done_however_long_that_took(self, notes: Database) -> None:
        other = Database.open(notes.url.render_as_string(hide_password=False))
        holds = threading.Event()
        released: list[float] = []

        def hold(conn: Connection) -> None:
            conn.execute(text("UPDATE note SET words = 'held'"))
            holds.set()
            time.sleep(0.25)
            released.append(time.perf_counter())

        def write(conn: Connection) -> float:
            add(conn, 2)
            return time.perf_counter()

        notes.write_now(lambda conn: add(conn, 1))
        holder = threading.Thread(target=lambda: other.write_now(hold))
        holder.start()
        holds.wait(10)
        began = notes.write_now(write)
        holder.join()
        other.close()
        # SQLite's own way to wait looks again 78 ms after this
        assert began - released[0] < 0.06

    def test_runs_again_after_a_deadlock(self, notes: Database) -> None:
        if notes.dialect == "sqlite":  # one writer at a time: the second waits at BEGIN, which this test also shows
            notes.write_now(lambda conn: add(conn, 3))
        notes.write_now(add_two)
        both_hold = threading.Barrier(2, timeout=10)
        first_try = {1: True, 2: True}

        def cross(first: int, second: int) -> None:
            def work(conn: Connection) -> None:
                conn.execute(text("UPDATE note SET words = words || 'x' WHERE id = :id"), {"id": first})
                if first_try[first] and notes.dialect == "postgresql":
                    first_try[first] = False
                    both_hold.wait()
                conn.execute(text("UPDATE note SET words = words || 'x' WHERE id = :id"), {"id": second})

            notes.write_now(work)

        threads = [threading.Thread(target=cross, args=pair) for pair in ((1, 2), (2, 1))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        words = notes.read_now(lambda conn: conn.execute(text("SELECT words FROM note WHERE id < 3")).scalars().all())
        assert list(words) == ["saidxx", "saidxx"]


class TestRead:
    def test_can_change_nothing(self, notes: Database) -> None:
        with pytest.raises(DBAPIError):
            notes.read_now(lambda conn: add(conn, 1))
        assert notes.read_now(count) == 0

    def test_sees_one_moment(self, notes: Database) -> None:
        def twice(conn: Connection) -> tuple[int, int]:
            before = count(conn)
            notes.write_now(lambda other: add(other, 1))
            return before, count(conn)

        assert notes.read_now(twice) == (0, 0)
        assert notes.read_now(count) == 1

    def test_names_the_columns_as_they_are_called(self, notes: Database) -> None:
        notes.write_now(add_two)
        row = notes.read_now(lambda conn: conn.execute(text('SELECT id AS "Numurs š", words FROM note')).first())
        assert row is not None
        assert row._asdict() == {"Numurs š": 1, "words": "said"}
        assert notes.write_now(lambda conn: conn.execute(text("DELETE FROM note")).rowcount) == 2


class TestWatch:
    @pytest.mark.parametrize("same_process", [True, False], ids=["own commit", "another's commit"])
    def test_wakes_within_a_tenth_of_a_second(self, notes: Database, same_process: bool) -> None:
        other = notes if same_process else Database.open(notes.url.render_as_string(hide_password=False))

        async def wake_times() -> list[float]:
            times = []
            async with notes.watch() as wakes:
                for number in range(5):
                    waiting = asyncio.ensure_future(anext(wakes))
                    await asyncio.sleep(0.05)
                    assert not waiting.done()
                    await other.write(partial(add, number=number))
                    committed = time.perf_counter()
                    await waiting
                    times.append(time.perf_counter() - committed)
            return times

        times = asyncio.run(wake_times())
        if not same_process:
            other.close()
        assert sorted(times)[2] < 0.1, times

    def test_does_not_miss_a_commit_between_looking_and_waiting(self, notes: Database) -> None:
        async def look_then_wait() -> None:
            async with notes.watch() as wakes:
                await notes.write(lambda conn: add(conn, 1))
                await asyncio.sleep(0.1)
                async with asyncio.timeout(0.1):
                    await anext(wakes)

        asyncio.run(look_then_wait())

    def test_sleeps_while_transactions_change_nothing(self, notes: Database) -> None:
        async def stay_asleep() -> None:
            async with notes.watch() as wakes:
                await notes.write(lambda conn: conn.execute(text("UPDATE note SET words = '' WHERE id = 99")))
                await notes.read(count)
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await anext(wakes)

        asyncio.run(stay_asleep())

    def test_wakes_every_subscriber(self, notes: Database) -> None:
        async def wake_both() -> None:
            async with notes.watch() as one, notes.watch() as two:
                await notes.write(lambda conn: add(conn, 1))
                async with asyncio.timeout(1):
                    await asyncio.gather(anext(one), anext(two))

        asyncio.run(wake_both())

    def test_wakes_for_rows_that_were_inserted_together(self, notes: Database) -> None:
        together = [{"id": number, "words": "said"} for number in (1, 2)]

        async def wake() -> None:
            async with notes.watch() as wakes:
                await notes.write(
                    lambda conn: conn.execute(text("INSERT INTO note (id, words) VALUES (:id, :words)"), together)
                )
                async with asyncio.timeout(1):
                    await anext(wakes)

        asyncio.run(wake())

    def test_listens_again_after_its_connection_was_lost(self, notes: Database) -> None:
        # SQLite has no such connection; there the same steps show that it simply goes on.
        postgresql = notes.dialect == "postgresql"
        kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%listener'"
        cut = kill if postgresql else "UPDATE note SET words = 'cut'"
        notes.write_now(lambda conn: add(conn, 0))

        async def survive() -> None:
            async with notes.watch() as wakes:
                await notes.write(lambda conn: conn.execute(text(cut)))
                async with asyncio.timeout(6):  # the slow poll at the latest
                    await anext(wakes)
                await asyncio.sleep(0.3)
                await notes.write(lambda conn: add(conn, 1))
                async with asyncio.timeout(1):
                    await anext(wakes)

        asyncio.run(survive())


class TestCounting:
    def test_counts_statements_of_this_task_only(self, notes: Database) -> None:
        async def one_request(number: int) -> int:
            with count_statements() as counted:
                await notes.write(lambda conn: add(conn, number))
                await notes.read(count)
            return counted.total

        async def two_requests() -> list[int]:
            return list(await asyncio.gather(one_request(1), one_request(2)))

        assert asyncio.run(two_requests()) == [2, 2]


class TestTimes:
    def test_come_back_as_utc_to_the_microsecond(self, notes: Database) -> None:
        riga = datetime(2026, 11, 2, 11, 30, 0, 7, tzinfo=timezone(timedelta(hours=2)))

        back = notes.read_now(lambda conn: conn.execute(select(literal(riga, UtcDateTime()))).scalar_one())
        assert back == riga
        assert back.tzinfo is UTC

    def test_are_refused_without_a_zone(self, notes: Database) -> None:
        naive = NINE.replace(tzinfo=None)
        with pytest.raises(Exception, match="without a zone"):
            notes.read_now(lambda conn: conn.execute(select(literal(naive, UtcDateTime()))).scalar_one())


class TestUnavailable:
    def test_is_told_from_a_wrong_statement(self, notes: Database) -> None:
        with pytest.raises(DBAPIError):
            notes.read_now(lambda conn: conn.execute(text("SELECT nothing FROM nowhere")))

    def test_is_named_when_another_process_holds_the_lock_too_long(
        self, notes: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = Database.open(notes.url.render_as_string(hide_password=False))
        holds, release = threading.Event(), threading.Event()

        def hold(conn: Connection) -> None:
            conn.execute(text("UPDATE note SET words = 'held'"))
            holds.set()
            release.wait(10)

        def be_impatient(conn: Connection) -> None:
            conn.execute(text("SET LOCAL lock_timeout = '50ms'"))
            conn.execute(text("UPDATE note SET words = 'mine'"))

        notes.write_now(lambda conn: add(conn, 1))
        other.write_now(count)
        monkeypatch.setattr(drivers, "BUSY_SECONDS", 0.05)
        holder = threading.Thread(target=lambda: other.write_now(hold))
        holder.start()
        holds.wait(10)
        try:
            with pytest.raises(DatabaseUnavailableError):
                notes.write_now(be_impatient if notes.dialect == "postgresql" else lambda conn: add(conn, 2))
        finally:
            release.set()
            holder.join()
            other.close()

    def test_is_named_when_the_connection_is_lost_before_the_commit(self, notes: Database) -> None:
        # SQLite has no such connection; there the transaction is simply rolled back.
        ours = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"

        def lose(conn: Connection) -> None:
            add(conn, 1)
            if notes.dialect == "sqlite":
                raise DatabaseUnavailableError("lost")
            other.write_now(lambda conn: conn.execute(text(ours)))

        other = Database.open(notes.url.render_as_string(hide_password=False))
        with pytest.raises(DatabaseUnavailableError):
            notes.write_now(lose)
        other.close()
        assert notes.read_now(count) == 0
        notes.write_now(lambda conn: add(conn, 2))
        assert notes.read_now(count) == 1


class TestOpen:
    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name", "nonsense"])
    def test_refuses_what_cannot_be_shared(self, url: str) -> None:
        with pytest.raises(DatabaseUrlError):
            Database.open(url)

    def test_makes_a_file_that_only_its_owner_reads(self, tmp_path: Path) -> None:
        file = tmp_path / "folder" / "state.db"
        database = Database.open(f"sqlite:///{file}")
        database.write_now(lambda conn: conn.execute(text("CREATE TABLE t (i)")))
        modes = {path.name: path.stat().st_mode & 0o077 for path in (file, *file.parent.glob("state.db-*"))}
        database.close()
        assert set(modes.values()) == {0}, modes

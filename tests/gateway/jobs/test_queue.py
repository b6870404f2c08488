"""What is enqueued with a change runs once it is committed, and no wake is lost."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, bindparam, select

from gateway.database.counting import count_statements
from gateway.database.engine import Database
from gateway.jobs import leases, turns
from gateway.jobs.leases import Job
from gateway.jobs.queue import Task, enqueue, enqueue_all
from gateway.jobs.tables import JobRow, JobState
from tests.gateway.conftest import NINE

LEASE = timedelta(seconds=30)


def put(database: Database, **options: object) -> str:
    return database.write_now(lambda conn: enqueue(conn, "look", {"filing": "f"}, now=NINE, **options))  # type: ignore[arg-type]  # passed on


def take(database: Database, *, me: str = "one", after: timedelta = timedelta(0)) -> Job | None:
    return database.write_now(lambda conn: leases.claim(conn, ["look"], me, NINE + after, LEASE))


def put_in_turn(database: Database, number: int, **options: object) -> str:
    """Put the `number`th of several that came one after the other."""
    return put(database, run_at=NINE - timedelta(seconds=10 - number), **options)


def taken(database: Database) -> str:
    """The id of the job whose turn it is."""
    job = take(database)
    assert job is not None
    return job.id


def place(database: Database, key: str) -> int:
    values = {"key": key, "now": NINE}
    return database.read_now(lambda conn: int(conn.execute(turns.place_of(bindparam("key")), values).scalar_one()))


def states(database: Database) -> list[JobState]:
    return list(database.read_now(lambda conn: conn.execute(select(JobRow.state)).scalars()))


def test_is_not_there_when_the_change_fails(database: Database) -> None:
    def change(conn: Connection) -> None:
        enqueue(conn, "look", {}, now=NINE)
        raise LookupError

    with pytest.raises(LookupError):
        database.write_now(change)
    assert take(database) is None


def test_goes_to_one_worker_only(database: Database) -> None:
    put(database)
    first, second = take(database, me="one"), take(database, me="two")
    assert first is not None
    assert (first.kind, first.payload, first.attempt) == ("look", {"filing": "f"}, 1)
    assert second is None


def test_waits_for_its_time(database: Database) -> None:
    put(database, run_at=NINE + timedelta(minutes=1))
    assert take(database, after=timedelta(seconds=59)) is None
    assert take(database, after=timedelta(seconds=60)) is not None


def test_goes_first_to_the_worker_that_it_prefers_and_after_a_second_to_any(database: Database) -> None:
    put(database, prefer="owner")
    assert take(database, me="stranger") is None
    assert take(database, me="owner") is not None
    put(database, prefer="owner")
    assert take(database, me="stranger", after=timedelta(seconds=1)) is not None


def test_several_go_in_with_one_statement_each_for_its_time(database: Database) -> None:
    tasks = [Task("look", {"filing": name}, NINE + timedelta(hours=hours)) for name, hours in (("a", 2), ("b", 1))]
    with count_statements() as counted:
        database.write_now(lambda conn: enqueue_all(conn, tasks, NINE))
    assert counted.total == 1
    assert take(database) is None
    first, second = take(database, after=timedelta(hours=2)), take(database, after=timedelta(hours=2))
    assert first is not None
    assert second is not None
    assert [job.payload for job in (first, second)] == [{"filing": "b"}, {"filing": "a"}]


def test_is_open_once_for_a_key(database: Database) -> None:
    first = put(database, key="filing-1", run_at=NINE + timedelta(hours=1))
    second = put(database, key="filing-1", run_at=NINE)
    assert first == second
    assert take(database) is not None
    assert take(database, me="two") is None


def test_runs_again_when_it_was_enqueued_while_it_ran(database: Database) -> None:
    put(database, key="filing-1")
    job = take(database)
    assert job is not None
    put(database, key="filing-1")
    assert take(database, me="two") is None
    assert database.write_now(partial(leases.finish, job=job, me="one"))
    again = take(database, me="two")
    assert again is not None
    assert again.attempt == 1


def test_keeps_the_later_time_at_which_it_is_to_run_again(database: Database) -> None:
    put(database, key="filing-1")
    job = take(database)
    assert job is not None
    put(database, key="filing-1", run_at=NINE + timedelta(minutes=5))
    database.write_now(partial(leases.finish, job=job, me="one"))
    assert take(database, after=timedelta(minutes=4)) is None
    assert take(database, after=timedelta(minutes=5)) is not None


def test_is_gone_when_it_is_done(database: Database) -> None:
    put(database, key="filing-1")
    job = take(database)
    assert job is not None
    assert database.write_now(partial(leases.finish, job=job, me="one"))
    assert states(database) == []


class TestTurns:
    def test_each_share_has_one_before_any_has_two(self, database: Database) -> None:
        first, *busy = (put_in_turn(database, number, share="riga") for number in range(4))
        assert taken(database) == first
        other = [put_in_turn(database, number, share="liepaja") for number in (4, 5)]
        order = [taken(database) for _ in range(5)]
        assert order == [other[0], busy[0], other[1], busy[1], busy[2]]

    def test_what_waits_for_something_else_costs_its_share_no_turn(self, database: Database) -> None:
        put(database, share="riga")
        job = take(database)
        assert job is not None
        later = NINE + timedelta(minutes=1)
        database.write_now(lambda conn: leases.retry(conn, job, "one", due=later, code="unwell", counted=False))
        ready = [put_in_turn(database, number, share=share) for number, share in enumerate(("riga", "liepaja"))]
        assert [taken(database) for _ in range(2)] == ready

    def test_a_place_in_the_line_is_counted_in_the_order_of_the_turns(self, database: Database) -> None:
        for number, key in enumerate(("a1", "a2", "a3", "b1")):
            put_in_turn(database, number, key=key, share=key[0])
        assert [place(database, key) for key in ("a1", "b1", "a2", "a3")] == [1, 2, 3, 4]
        take(database)
        assert [place(database, key) for key in ("a1", "b1", "a2", "a3")] == [0, 1, 2, 3]

    def test_what_is_not_due_or_of_another_kind_stands_in_nobody_s_way(self, database: Database) -> None:
        put(database, run_at=NINE + timedelta(seconds=1))
        database.write_now(lambda conn: enqueue(conn, "other", {}, now=NINE))
        put(database, key="mine", share="a")
        assert place(database, "mine") == 1
        assert place(database, "unknown") == 0


class TestLostLease:
    def test_gives_the_job_to_another_worker(self, database: Database) -> None:
        put(database)
        first = take(database)
        assert take(database, me="two", after=LEASE - timedelta(seconds=1)) is None
        second = take(database, me="two", after=LEASE)
        assert first is not None
        assert second is not None
        assert (first.id, first.attempt, second.attempt) == (second.id, 1, 2)

    def test_leaves_nothing_to_the_worker_that_was_slow(self, database: Database) -> None:
        put(database)
        first = take(database)
        second = take(database, me="two", after=LEASE)
        assert first is not None
        assert second is not None
        late = NINE + LEASE
        assert not database.write_now(lambda conn: leases.renew(conn, first, "one", late + LEASE))
        assert not database.write_now(lambda conn: leases.finish(conn, first, "one"))
        assert not database.write_now(lambda conn: leases.bury(conn, first, "one", code="x"))
        assert not database.write_now(lambda conn: leases.retry(conn, first, "one", due=late, code="x", counted=True))
        assert states(database) == [JobState.RUNNING]
        assert database.write_now(lambda conn: leases.finish(conn, second, "two"))

    def test_is_not_lost_while_it_is_renewed(self, database: Database) -> None:
        put(database)
        job = take(database)
        assert job is not None
        assert database.write_now(lambda conn: leases.renew(conn, job, "one", NINE + 2 * LEASE))
        assert take(database, me="two", after=LEASE) is None
        assert take(database, me="two", after=2 * LEASE) is not None

    def test_is_also_lost_to_the_same_worker_that_forgot_it(self, database: Database) -> None:
        put(database)
        first = take(database)
        second = take(database, after=LEASE)
        assert first is not None
        assert second is not None
        assert not database.write_now(lambda conn: leases.finish(conn, first, "one"))
        assert database.write_now(lambda conn: leases.finish(conn, second, "one"))


def test_a_dead_job_makes_way_for_a_new_one_with_its_key(database: Database) -> None:
    put(database, key="filing-1")
    job = take(database)
    assert job is not None
    database.write_now(lambda conn: leases.bury(conn, job, "one", code="portal.down"))
    assert states(database) == [JobState.DEAD]
    put(database, key="filing-1")
    assert take(database, me="two") is not None


def test_a_dying_job_that_was_enqueued_again_starts_anew(database: Database) -> None:
    put(database, key="filing-1")
    job = take(database)
    assert job is not None
    put(database, key="filing-1")
    database.write_now(lambda conn: leases.bury(conn, job, "one", code="portal.down"))
    assert take(database, me="two") is not None


def test_of_what_is_due_the_waiting_resident_comes_first(database: Database) -> None:
    kinds = ["outcome.look", "run.look_up", "run.prepare", "approval.lapse", "run.send"]
    for kind in kinds:
        database.write_now(lambda conn, kind=kind: enqueue(conn, kind, {}, now=NINE))  # type: ignore[misc]  # a default keeps the turn's kind
    taken = [database.write_now(lambda conn: leases.claim(conn, kinds, "one", NINE, LEASE)) for _ in kinds]
    assert [job.kind for job in taken if job is not None] == list(reversed(kinds))

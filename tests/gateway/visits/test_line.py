"""Who waits for a free worker learns where they stand, and about how long it is."""

from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, select, update

from gateway.jobs.tables import JobRow, JobState
from gateway.visits import line, reading
from gateway.visits.line import Place
from gateway.visits.tables import Run, RunKind
from tests.gateway.visits.counter import Counter

TAKES = timedelta(seconds=50)
RUNS = select(Run.id).order_by(Run.queued_at)


def place(counter: Counter) -> Place | None:
    view = counter.view()
    return counter.read(lambda conn: line.place(conn, counter.store, view))


def moment(counter: Counter) -> object:
    return counter.read(lambda conn: reading.moment(conn, counter.store, counter.visit_id))


def is_taken_up(counter: Counter, run: str) -> None:
    """A worker has the job of a run."""
    taken = update(JobRow).where(JobRow.key == f"run:{run}").values(state=JobState.RUNNING)
    counter.write(lambda conn: conn.execute(taken))


def test_the_place_is_told_until_the_form_is_filled_in(counter: Counter) -> None:
    counter.open().grant()
    counter.fill()
    assert place(counter) == Place(1, None)
    before = moment(counter)
    is_taken_up(counter, counter.run_of(RunKind.PREPARE).id)
    assert moment(counter) != before
    counter.begin()
    assert place(counter) is None


def test_it_takes_as_long_as_the_runs_before_did_and_several_run_at_once(counter: Counter) -> None:
    counter.open().grant()
    for _ in range(3):
        counter.fill()
        counter.prepare()
        run = counter.run_of(RunKind.PREPARE)
        lasted = update(Run).where(Run.id == run.id).values(begun_at=run.filled_at - TAKES)
        counter.write(partial(Connection.execute, statement=lasted))
    counter.fill()
    place_now = place(counter)
    assert place_now is not None
    assert place_now.number == 4
    assert place_now.minutes == 4
    first, second = (row for row in counter.read(lambda conn: conn.execute(RUNS).scalars().all())[:2])
    for run in (first, second):
        is_taken_up(counter, run)
    assert place(counter) == Place(2, 1)

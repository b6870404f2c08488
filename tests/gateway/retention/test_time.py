"""What is due is found and done, the oldest first; whoever dies in between has lost nothing and done nothing twice."""

import asyncio
from datetime import timedelta
from types import ModuleType

import pytest

from audit.events import EventName
from gateway.ledger import health, outbox
from gateway.ledger.errors import LogUnhealthyError
from gateway.notifications import sending
from gateway.people import forgetting
from gateway.retention import due, jobs
from gateway.retention.due import DueKind
from gateway.retention.states import Obstacle
from gateway.visits import emptying
from tests.gateway.retention.conftest import KNOWN, columns, erase, number_of, run, serve, told
from tests.gateway.retention.test_holds import auditor, place
from tests.gateway.visits.counter import ILZE, Counter

KEPT = timedelta(days=1826)


def test_a_visits_values_go_when_its_time_is_over_and_the_person_stays_who_came_later(counter: Counter) -> None:
    janis = serve(counter)
    first, age = counter.visit_id, KEPT - timedelta(hours=1)
    counter.clock.move(age)
    serve(counter, days_ago=40)
    second = counter.visit_id
    assert run(counter).erased.total() == 0
    counter.clock.move(timedelta(hours=2))
    done = run(counter)
    assert done.erased == {DueKind.VISIT: 1}
    assert number_of(counter, KNOWN.code) == janis
    assert told(counter, first) == []
    assert told(counter, second)
    counter.visit_id = first
    assert counter.said(EventName.KEY_DESTROYED)["kind"] == "visit"
    assert run(counter).erased.total() == 0


def test_whoever_has_not_come_for_so_long_is_erased(counter: Counter, janis: str) -> None:
    counter.clock.move(KEPT)
    assert run(counter).erased == {DueKind.VISIT: 1, DueKind.RESIDENT: 1}
    assert number_of(counter, KNOWN.code) is None


def test_a_visit_that_came_to_nobody_goes_too(counter: Counter) -> None:
    counter.open().close()
    counter.clock.move(KEPT + timedelta(hours=1))
    assert run(counter).erased == {DueKind.VISIT: 1}


def test_what_has_to_wait_holds_up_nothing_behind_it(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(counter)
    place(counter, auditor(counter), whole=True)
    serve(counter, ILZE)
    counter.clock.move(KEPT + timedelta(hours=1))
    monkeypatch.setattr(due, "PAGE", 1)
    done = run(counter)
    assert done.erased == {DueKind.VISIT: 1, DueKind.RESIDENT: 1}
    assert done.waiting == {Obstacle.HOLD: 2}
    assert number_of(counter, ILZE.code) is None


def test_two_workers_do_each_thing_once(counter: Counter) -> None:
    for person in (ILZE, KNOWN):
        serve(counter, person)
    counter.clock.move(KEPT + timedelta(hours=1))

    async def both() -> int:
        done = await asyncio.gather(jobs.run(counter.store), jobs.run(counter.store))
        return sum(each.erased.total() for each in done)

    assert asyncio.run(both()) == 4
    kinds = [bytes(each) for each in columns(counter)["audit_event.leaf"]]
    for event, times in ((EventName.RESIDENT_ERASED, 2), (EventName.KEY_DESTROYED, 2)):
        assert sum(event.value.encode() in each for each in kinds) == times


class DiedError(Exception):
    """The process is gone."""


def die(*_: object, **__: object) -> None:
    raise DiedError


def test_whoever_dies_in_the_middle_has_erased_nothing_and_the_next_run_does(
    counter: Counter, janis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = columns(counter)
    steps: tuple[tuple[ModuleType, str], ...] = (
        (emptying, "empty_askings"),
        (emptying, "empty_visits"),
        (forgetting, "forget"),
        (sending, "forget_waiting"),
        (outbox, "record"),
    )
    for module, step in steps:
        with monkeypatch.context() as patched:
            patched.setattr(module, step, die)
            with pytest.raises(DiedError):
                erase(counter, janis)
        assert columns(counter) == before, step
    erase(counter, janis)
    assert number_of(counter, KNOWN.code) is None


def test_nothing_is_erased_while_the_log_is_refused(counter: Counter, janis: str) -> None:
    counter.clock.move(KEPT)
    counter.write(lambda conn: health.refuse(conn, "a machine", "it differs", counter.clock.now()))
    with pytest.raises(LogUnhealthyError):
        run(counter)
    assert number_of(counter, KNOWN.code) == janis

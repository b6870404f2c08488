"""Of any day since the record began it can be told who could act for which holder, and by which agreement."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import Connection, delete

from gateway.database.engine import Database
from gateway.days import day_of
from gateway.people import staff_states
from gateway.people.roles import Role
from gateway.people.staff import OPERATOR
from gateway.people.tables import StaffRole, StateWhy
from gateway.services import able, agreements, trainings
from gateway.services.able import Able
from tests.gateway.visits.counter import AGREEMENT, BENEFIT, Counter

DAY = timedelta(days=1)


def settle(counter: Counter) -> int:
    return counter.write(lambda conn: able.settle(conn, counter.clock.now()))


def on(counter: Counter, day: date) -> list[Able]:
    return counter.read(lambda conn: able.on(conn, day, "lv", most=100))


def today(counter: Counter) -> date:
    return day_of(counter.clock.now())


def names(counter: Counter, day: date) -> list[tuple[str, str]]:
    return [(each.person, each.service_id) for each in on(counter, day) if each.service_id == BENEFIT]


def train(conn: Connection) -> None:
    trainings.define(conn, "vsaa", {"lv": "VSAA"})
    trainings.require(conn, BENEFIT, "vsaa")


def suspend(counter: Counter) -> Callable[[Connection], None]:
    def work(conn: Connection) -> None:
        account = staff_states.locked(conn, counter.by.staff_id)
        staff_states.suspend(conn, account, StateWhy.UNCLEAR, by=OPERATOR, now=counter.clock.now())

    return work


WAYS: dict[str, Callable[[Counter], Callable[[Connection], object]]] = {
    "agreement ended": lambda counter: lambda conn: agreements.end(conn, AGREEMENT, counter.clock.now()),
    "agreement suspended": lambda counter: lambda conn: agreements.suspend(conn, AGREEMENT, counter.clock.now()),
    "basket emptied": lambda _: lambda conn: agreements.remove_from_basket(conn, "vpvkac", BENEFIT),
    "training asked": lambda _: train,
    "account suspended": suspend,
    "role taken": lambda _: lambda conn: conn.execute(delete(StaffRole).where(StaffRole.role == Role.ASSISTANT)),
}


@pytest.mark.parametrize("way", WAYS)
def test_whoever_cannot_act_any_more_could_on_the_days_before(counter: Counter, way: str) -> None:
    settle(counter)
    first = today(counter)
    assert (counter.by.name, BENEFIT) in names(counter, first)
    counter.clock.move(2 * DAY)
    counter.write(WAYS[way](counter))
    settle(counter)
    counter.clock.move(DAY)
    assert (counter.by.name, BENEFIT) in names(counter, first + DAY)
    assert (counter.by.name, BENEFIT) in names(counter, first + 2 * DAY), "until some time of that day"
    assert names(counter, first + 3 * DAY) == []


def test_what_has_not_changed_is_not_noted_twice(counter: Counter) -> None:
    assert settle(counter) > 0
    assert settle(counter) == 0


def test_of_several_that_note_at_once_one_notes(counter: Counter) -> None:
    most = 1 if counter.store.database.dialect == "sqlite" else 4  # SQLite has one writer
    together = Barrier(most)

    def work(conn: Connection) -> int:
        together.wait()
        return able.settle(conn, counter.clock.now())

    with ThreadPoolExecutor(4) as pool:
        noted = sorted(pool.map(lambda _: counter.store.database.write_now(work), range(4)))
    assert noted[:3] == [0, 0, 0]
    assert noted[3] > 0
    assert settle(counter) == 0


def test_where_nothing_differs_nobody_waits_for_the_writer(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    database, clock = counter.store.database, counter.clock
    assert asyncio.run(able.note(database, clock)) > 0
    monkeypatch.setattr(Database, "write", None)
    assert asyncio.run(able.note(database, clock)) == 0


def test_an_agreement_that_ended_by_the_clock_ended_then_and_not_when_it_was_noted(counter: Counter) -> None:
    settle(counter)
    ends = counter.clock.now() + timedelta(hours=3)
    counter.write(lambda conn: agreements.end(conn, AGREEMENT, ends))
    counter.clock.move(2 * DAY)
    settle(counter)
    first = today(counter) - 2 * DAY
    assert {each.until for each in on(counter, first) if each.agreement_id == AGREEMENT} == {ends}
    assert names(counter, first + DAY) == []


@pytest.mark.parametrize("is_noted", [True, False], ids=["noted at once", "noted by nobody meanwhile"])
def test_a_day_on_which_an_agreement_was_suspended_is_one_on_which_nobody_could_act(
    counter: Counter, *, is_noted: bool
) -> None:
    """Also where it was suspended and lifted twice before anything was noted."""
    settle(counter)
    first = today(counter)
    for change in (agreements.suspend, agreements.lift, agreements.suspend, agreements.lift):
        counter.clock.move(2 * DAY)
        counter.write(partial(change, agreement_id=AGREEMENT, at=counter.clock.now()))
        if is_noted:
            asyncio.run(able.note(counter.store.database, counter.clock))
    counter.clock.move(DAY)
    asyncio.run(able.note(counter.store.database, counter.clock))
    days = [bool(names(counter, first + number * DAY)) for number in range(10)]
    assert days == [True, True, True, False, True, True, True, False, True, True]


def test_says_of_an_earlier_day_only_what_was_agreed(counter: Counter) -> None:
    assert counter.read(able.begins) is None
    settle(counter)
    assert counter.read(able.begins) == counter.clock.now()
    day = today(counter) - timedelta(days=10)
    assert on(counter, day) == []
    agreed = counter.read(lambda conn: able.agreed_on(conn, day, "lv", most=10))
    assert [each.holder for each in agreed] == [each.holder for each in agreed if each.agreed_from.date() <= day]

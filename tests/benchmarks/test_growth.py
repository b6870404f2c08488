"""What a page lists costs no statement a line: of twenty it takes as many as of one."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlalchemy import insert, update

from gateway.database.counting import count_statements
from gateway.ids import new_id
from gateway.people.roles import Role
from gateway.retention.tables import ErasureWish, WishState
from gateway.visits.outcome_tables import Following
from gateway.visits.reading import Stage
from gateway.visits.scope import Wanted
from tests.benchmarks.gateways import BusyDesk, a_person
from tests.databases import SqliteDatabases
from tests.gateway.callers import Caller
from tests.gateway.conftest import real_hasher
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.visits.counter import QUEUE
from tests.states.stand import Stand, a_stand

__all__ = ["real_hasher"]

MANY = 20
FOLLOWED = (Wanted(service=QUEUE, follow=True, collect=True),)


@pytest.fixture
def stand(sqlite_databases: SqliteDatabases) -> Iterator[Stand]:
    with a_stand(sqlite_databases, lambda shown: None, ("lv",)) as made:
        yield made


@pytest.fixture
def desk(stand: Stand) -> BusyDesk:
    return stand.desk()


def statements(caller: Caller, path: str) -> int:
    """Of a look that does not have to be put on record for the first time."""
    assert caller.get(path).status == 200
    with count_statements() as counted:
        assert caller.get(path).status == 200
    return counted.total


def of_one_and_of_many(caller: Caller, path: str, another: Callable[[], object]) -> tuple[int, int]:
    another()
    of_one = statements(caller, path)
    for _ in range(MANY - 1):
        another()
    return of_one, statements(caller, path)


def serve_another(desk: BusyDesk, numbers: Iterator[int]) -> None:
    """One more that waits, and one that was filed, has closed, and of which there is news."""
    desk.person = a_person(next(numbers))
    desk.signs_in = desk.person.code
    desk.open(QUEUE).grant(services=FOLLOWED)
    desk.fill()
    desk.send()
    desk.close()
    seen = {"news_for": desk.by.staff_id, "news_at": desk.clock.now()}
    desk.write(lambda conn: conn.execute(update(Following).values(**seen)))
    desk.at(Stage.APPROVAL)


def test_the_desk(desk: BusyDesk) -> None:
    of_one, of_many = of_one_and_of_many(desk.browser, "/desk", partial(serve_another, desk, iter(range(1, 99))))
    assert of_one == of_many <= 6


def test_an_auditors_list_of_visits(stand: Stand, desk: BusyDesk) -> None:
    auditor = stand.staff(Role.AUDITOR)
    of_one, of_many = of_one_and_of_many(auditor, "/audit", lambda: desk.at(Stage.SERVICE))
    assert of_one == of_many <= 6


def test_what_waits_to_be_erased(stand: Stand, desk: BusyDesk) -> None:
    """What stands against each is read with it."""
    numbers = iter(range(1, MANY + 1))

    def wish() -> None:
        desk.person = a_person(next(numbers))
        desk.at(Stage.APPROVAL)
        whose, now = desk.delegation().principal_id, desk.clock.now()
        said = {"resident_id": whose, "asked_by": "resident", "asked_at": now, "rests_until": now}
        desk.write(lambda conn: conn.execute(insert(ErasureWish).values(id=new_id(), state=WishState.WAITING, **said)))

    of_one, of_many = of_one_and_of_many(stand.staff(Role.AUDITOR), "/audit/holds", wish)
    assert of_one == of_many <= 6


def test_somebodys_own_page(stand: Stand, desk: BusyDesk) -> None:
    own = Own(stand.facing(desk.at(Stage.QUESTIONS)), stand.stranger()).sign_in()
    of_one, of_many = of_one_and_of_many(own.phone, "/mine", lambda: desk.open().grant())
    assert of_one == of_many <= 6

"""One call is in one colleague's hand, never in that of whoever served, and its number is seen while it is."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from audit.entry import decode
from audit.events import EventName
from delegation.assurance import Assurance, Route
from gateway.callbacks import claiming, listing
from gateway.callbacks.claiming import Taken
from gateway.callbacks.errors import NoCallError
from gateway.feedback import answers
from gateway.feedback.answers import Answer, Degree
from gateway.keys import store
from gateway.ledger.tables import AuditEvent
from gateway.people import fingerprints
from gateway.people.access import StaffSession
from gateway.people.preferences import Kind, Preferences, Way
from gateway.people.roles import Role
from gateway.people.tables import ValueKind
from gateway.visits import closing
from tests.gateway.callbacks.owed import KNOWN, NUMBER, calls, falls_due, next_day, owes, says, takes
from tests.gateway.visits.colleagues import a_colleague, another_centre
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.test_handing_over import take_over
from tests.gateway.visits.test_paper import witnessed


@pytest.fixture
def berta(counter: Counter) -> StaffSession:
    return a_colleague(counter)


def number(counter: Counter, by: StaffSession) -> str:
    return counter.read(lambda conn: claiming.current(conn, counter.store, by)).number


def test_a_colleague_sees_the_number_and_that_is_on_record_without_it(counter: Counter, berta: StaffSession) -> None:
    owes(counter)
    with pytest.raises(NoCallError):
        number(counter, berta)
    assert takes(counter, berta) is Taken.CALL
    assert number(counter, berta) == NUMBER
    (row,) = calls(counter)
    chain = select(AuditEvent.leaf).where(AuditEvent.chain == f"callback:{row.id}")
    (entry,) = (decode(leaf) for leaf in counter.read(lambda conn: conn.execute(chain).scalars().all()))
    assert (entry.type, entry.actor.id) == (EventName.CALLBACK_TAKEN, berta.staff_id)
    assert entry.data == {"callback": row.id}
    shown = repr(counter.read(lambda conn: claiming.current(conn, counter.store, berta)))
    assert "2000" not in shown


@pytest.mark.parametrize("role", [Role.ASSISTANT, Role.MANAGER])
def test_whoever_served_never_gets_it_in_no_role(counter: Counter, role: Role) -> None:
    owes(counter)
    served = replace(counter.by, role=role)
    assert takes(counter, served) is Taken.SERVED
    assert takes(counter, a_colleague(counter, role=Role.MANAGER)) is Taken.CALL


def test_nor_does_a_witness_of_the_visit(counter: Counter, berta: StaffSession) -> None:
    counter.knows(KNOWN)
    says(counter)
    counter.takes(Route.PAPER, least=Assurance.LOW)
    counter.open().ask(Route.PAPER)
    witnessed(counter, berta)
    counter.close()
    falls_due(counter)
    assert takes(counter, berta) is Taken.SERVED
    assert takes(counter, a_colleague(counter, "Cilda Trešā")) is Taken.CALL


def test_nor_does_anybody_through_whose_hands_it_went(counter: Counter, berta: StaffSession) -> None:
    counter.knows(KNOWN)
    says(counter)
    first = counter.by
    counter.open().grant()
    assert take_over(counter, berta)
    counter.write(lambda conn: closing.close_visit(conn, counter.store, berta, counter.visit_id))
    falls_due(counter)
    assert takes(counter, first) is Taken.SERVED
    assert takes(counter, berta) is Taken.SERVED
    assert takes(counter, a_colleague(counter, "Cilda Trešā")) is Taken.CALL


def test_another_centres_colleagues_see_none_of_it(counter: Counter) -> None:
    owes(counter)
    elsewhere = a_colleague(counter, centre_id=another_centre(counter))
    assert takes(counter, elsewhere) is Taken.NOBODY
    assert counter.read(lambda conn: listing.read(conn, counter.store, elsewhere.centre_id, most=9)) == []


def test_nobody_calls_themselves(counter: Counter, berta: StaffSession) -> None:
    owes(counter)
    counter.write(
        lambda conn: fingerprints.add(
            conn, counter.store.sealer, berta.staff_id, ValueKind.PHONE, NUMBER, by=berta.actor, now=counter.clock.now()
        )
    )
    assert takes(counter, berta) is Taken.SERVED


def test_two_at_once_get_different_calls(counter: Counter, berta: StaffSession) -> None:
    owes(counter, 2)
    both = [berta, a_colleague(counter, "Cilda Trešā")]
    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(lambda one: takes(counter, one), both))
    assert taken == [Taken.CALL, Taken.CALL]
    assert {row.claimed_by for row in calls(counter)} == {one.staff_id for one in both}


def test_two_at_once_never_get_the_one_that_is_left(counter: Counter, berta: StaffSession) -> None:
    owes(counter)
    both = [berta, a_colleague(counter, "Cilda Trešā")]
    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(lambda one: takes(counter, one), both))
    assert sorted(taken) == [Taken.CALL, Taken.NOBODY]


def test_one_colleague_in_several_tabs_has_one_call(counter: Counter, berta: StaffSession) -> None:
    owes(counter, 2)
    together = Barrier(4)

    def press(_: int) -> Taken:
        together.wait()
        return takes(counter, berta)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(press, range(4)))
    assert taken == [Taken.CALL] * 4
    assert [row.claimed_by for row in calls(counter)].count(berta.staff_id) == 1


def test_a_claim_lapses_and_goes_to_somebody_else(counter: Counter, berta: StaffSession) -> None:
    owes(counter)
    takes(counter, berta)
    other = a_colleague(counter, "Cilda Trešā")
    counter.clock.move(counter.store.settings.call_claim - timedelta(seconds=1))
    assert takes(counter, other) is Taken.NOBODY
    counter.clock.move(timedelta(seconds=2))
    with pytest.raises(NoCallError):
        number(counter, berta)
    assert takes(counter, other) is Taken.CALL
    assert takes(counter, berta) is Taken.NOBODY


def test_nobody_is_called_at_night(counter: Counter, berta: StaffSession) -> None:
    owes(counter)
    counter.clock.move(timedelta(hours=12))
    assert takes(counter, berta) is Taken.QUIET
    next_day(counter)
    counter.clock.move(timedelta(hours=-12))
    assert takes(counter, berta) is Taken.CALL


def test_one_whose_key_is_gone_is_taken_off_the_list_and_the_next_is_handed_out(
    counter: Counter, berta: StaffSession
) -> None:
    owes(counter, 2)
    first, second = sorted(calls(counter), key=lambda row: (row.asked_on, row.id))
    counter.write(lambda conn: store.destroy(conn, first.key_id, counter.clock.now()))
    assert takes(counter, berta) is Taken.CALL
    assert [(row.id, row.claimed_by) for row in calls(counter)] == [(second.id, berta.staff_id)]


@pytest.mark.parametrize("why", ["answered", "never again", "no messages", "past its last day"])
def test_what_nobody_needs_any_more_is_not_handed_out(counter: Counter, berta: StaffSession, why: str) -> None:
    code = owes(counter)
    if why == "answered":
        good = Answer(satisfaction=5, done=Degree.YES, clear=Degree.YES)
        counter.write(lambda conn: answers.give(conn, counter.store, code, good))
    elif why == "past its last day":
        counter.clock.move(timedelta(days=22))
    else:
        kinds = frozenset(Kind) - ({Kind.FEEDBACK} if why == "never again" else set())
        says(counter, Preferences(wanted=kinds, way=Way.NONE if why == "no messages" else Way.CALL))
    assert takes(counter, berta) is Taken.NOBODY
    assert (calls(counter) == []) == (why != "past its last day")


def test_the_list_tells_count_age_and_tries_and_of_nobody_anything(counter: Counter) -> None:
    owes(counter, 2)
    next_day(counter)
    centre = counter.by.centre_id
    lines = counter.read(lambda conn: listing.read(conn, counter.store, centre, most=9))
    assert [(line.month, line.age, line.tries) for line in lines] == [("2026-11", 1, 0)] * 2
    assert counter.read(lambda conn: listing.count(conn, counter.store, centre)) == 2
    assert len(counter.read(lambda conn: listing.read(conn, counter.store, centre, most=9, after=1))) == 1

"""A visit that nobody goes on with is closed, with the rights of its resident as when an assistant closes it."""

import asyncio
from datetime import timedelta

import pytest

from audit.entry import ActorKind
from audit.events import EventName
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.visits import abandoning
from gateway.visits.tables import Ending, VisitState
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.played import unknown

MINUTE = timedelta(minutes=1)


def close_left(counter: Counter) -> int:
    return asyncio.run(abandoning.close_left(counter.store))


def test_is_closed_once_its_time_has_passed_and_not_before(counter: Counter) -> None:
    counter.open().grant()
    counter.clock.move(counter.store.settings.visit_idle - MINUTE)
    assert close_left(counter) == 0
    counter.clock.move(2 * MINUTE)
    assert close_left(counter) == 1
    visit = counter.view().visit
    assert (visit["state"], visit["ending"]) == (VisitState.CLOSED, Ending.EXPIRED)
    said = counter.entry(EventName.VISIT_ABANDONED)
    assert said.actor.kind is ActorKind.SYSTEM
    assert said.data == {"ending": "expired"}
    assert EventName.VISIT_CLOSED not in counter.events()


def test_ends_the_right_to_file_and_asks_how_it_went(counter: Counter) -> None:
    counter.open().grant()
    counter.fill()
    assert counter.prepare()
    counter.clock.move(counter.store.settings.visit_idle + MINUTE)
    assert close_left(counter) == 1
    assert counter.filing().state is FilingState.ABANDONED
    assert counter.delegation().state is DelegationState.REVOKED
    assert counter.delegation().ended_by == "visit"
    assert counter.events()[-1] is EventName.FEEDBACK_ASKED
    assert close_left(counter) == 0, "once"


def test_with_nothing_asked_for_is_closed_too(counter: Counter) -> None:
    counter.open()
    counter.clock.move(counter.store.settings.visit_idle + MINUTE)
    assert close_left(counter) == 1
    assert counter.view().visit["ending"] is Ending.ABANDONED, "that somebody was informed is a person's word"


def test_whose_answer_is_awaited_stays_open_until_it_has_come(counter: Counter) -> None:
    counter.open().grant()
    counter.fill()
    assert counter.prepare()
    counter.sign_in()
    assert counter.press().allowed
    counter.clock.move(counter.store.settings.visit_idle + MINUTE)
    assert close_left(counter) == 0
    counter.answer(unknown(counter.clock.now()))
    assert close_left(counter) == 0, "something has just happened in it"
    counter.clock.move(counter.store.settings.visit_idle + MINUTE)
    assert close_left(counter) == 1
    assert counter.view().visit["ending"] is Ending.UNKNOWN


@pytest.mark.parametrize("who", ["the assistant", "nobody"])
def test_that_somebody_goes_on_with_in_the_last_moment_stays_open(counter: Counter, who: str) -> None:
    counter.open()
    counter.clock.move(counter.store.settings.visit_idle + MINUTE)
    found = counter.read(lambda conn: abandoning.left(conn, counter.store))
    assert found == [counter.visit_id]
    if who == "the assistant":
        counter.ask()
    closed = counter.write(lambda conn: abandoning.abandon(conn, counter.store, counter.visit_id))
    assert closed is (who == "nobody")

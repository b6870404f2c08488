"""Rights do not multiply: one filing that may have arrived, one delegation, one run that may send, one phone."""

from datetime import timedelta

import pytest

from connectors.runner.api import Absent
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.visits import approvals, opening, sending
from gateway.visits.approvals import Answer
from gateway.visits.errors import OutOfOrderError
from gateway.visits.tables import RunKind
from tests.gateway.visits.counter import BENEFIT, Counter
from tests.gateway.visits.played import FINAL_FIELDS, final_request, unknown


def sent(counter: Counter) -> Counter:
    """A visit whose final request has left."""
    permitted(counter)
    assert counter.press().allowed
    return counter


def permitted(counter: Counter) -> Counter:
    """A visit whose read-back was confirmed."""
    counter.open().grant()
    counter.fill()
    assert counter.prepare()
    counter.clock.move(timedelta(seconds=30))
    counter.enter_code()
    assert counter.match() is Answer.RIGHT
    counter.sign_in()
    return counter


def test_a_page_left_open_asks_for_no_second_delegation_while_the_first_may_have_arrived(counter: Counter) -> None:
    sent(counter)
    before = counter.delegation().id
    with pytest.raises(OutOfOrderError):
        counter.ask()
    counter.answer(unknown(counter.clock.now()))
    with pytest.raises(OutOfOrderError):
        counter.ask()
    assert counter.delegation().id == before
    assert counter.stop() is not None


def test_a_page_left_open_makes_the_visit_about_nothing_else_while_what_was_sent_may_have_arrived(
    counter: Counter,
) -> None:
    sent(counter)
    counter.answer(unknown(counter.clock.now()))
    with pytest.raises(OutOfOrderError):
        counter.write(lambda conn: opening.choose_service(conn, counter.store, counter.by, counter.visit_id, BENEFIT))


def test_what_is_proved_not_filed_gives_no_right_back_to_a_visit_that_has_closed(counter: Counter) -> None:
    sent(counter)
    counter.answer(unknown(counter.clock.now()))
    counter.close()
    run = counter.run_of(RunKind.LOOK_UP)
    counter.write(lambda conn: sending.looked_up(conn, counter.store, run.id, Absent(conclusive=True)))
    assert counter.filing().state is FilingState.NOT_FILED
    assert counter.delegation().state is not DelegationState.ACTIVE


def test_a_person_who_finds_nothing_gives_no_right_back_to_a_visit_that_has_closed(counter: Counter) -> None:
    sent(counter)
    counter.answer(unknown(counter.clock.now()))
    counter.close()
    run = counter.run_of(RunKind.LOOK_UP)
    counter.write(lambda conn: sending.looked_up(conn, counter.store, run.id, Absent(conclusive=False)))
    filing = counter.filing().id
    counter.write(
        lambda conn: sending.settle(conn, counter.store, counter.by, counter.visit_id, filing, reference=None)
    )
    assert counter.filing().state is FilingState.NOT_FILED
    assert counter.delegation().state is not DelegationState.ACTIVE


def test_what_is_proved_not_filed_may_be_tried_again_while_the_visit_is_open(counter: Counter) -> None:
    sent(counter)
    counter.answer(unknown(counter.clock.now()))
    run = counter.run_of(RunKind.LOOK_UP)
    counter.write(lambda conn: sending.looked_up(conn, counter.store, run.id, Absent(conclusive=True)))
    assert counter.delegation().state is DelegationState.ACTIVE


def test_only_the_run_that_the_yes_has_started_may_send(counter: Counter) -> None:
    permitted(counter)
    run = counter.run_of(RunKind.PREPARE)
    verdict = counter.write(
        lambda conn: sending.decide_final(conn, counter.store, run.id, final_request(run.id, FINAL_FIELDS))
    )
    assert not verdict.allowed
    assert counter.filing().state is FilingState.CONFIRMED
    assert counter.press().allowed


@pytest.mark.parametrize("typed", ["١٢", "āā", "\u202e12", "1\x002"])
def test_a_number_in_strange_signs_is_a_wrong_number(counter: Counter, typed: str) -> None:
    counter.open().ask()
    phone = counter.enter_code()
    answer = counter.write(lambda conn: approvals.match_number(conn, counter.store, phone, typed))
    assert answer is Answer.WRONG
    assert counter.approval().tries_left == approvals.TRIES - 1

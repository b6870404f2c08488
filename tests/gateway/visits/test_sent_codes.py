"""A message that has not come is sent anew; nobody guesses more often for it, and no telephone is pestered."""

from datetime import timedelta

import pytest

from audit.events import EventName
from delegation.assurance import Route
from delegation.model import DelegationState
from gateway.people.residents import Profile
from gateway.visits import confirming, sent_codes
from gateway.visits.approvals import Answer
from gateway.visits.errors import ApprovalOverError, CodesUsedUpError, NotFoundError, OutOfOrderError
from tests.gateway.visits.counter import ILZE, Counter


@pytest.fixture
def asked(counter: Counter) -> Counter:
    """Asked at the display of somebody whose number is known."""
    counter.knows(Profile(name=ILZE.name, code=ILZE.code, phone="+37120000001"))
    counter.open().ask(Route.DISPLAY)
    return counter


def renew(counter: Counter) -> None:
    approval = counter.approval().id
    counter.clock.move(timedelta(seconds=20))
    counter.write(lambda conn: sent_codes.renew(conn, counter.store, counter.by, counter.visit_id, approval))


def say(counter: Counter, code: str) -> Answer:
    approval = counter.approval().id
    return counter.write(
        lambda conn: confirming.approve_on_display(conn, counter.store, counter.display, approval, code)
    )


def another_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_new_code_allows_it_and_the_old_one_does_not(asked: Counter) -> None:
    old = asked.sent_code()
    renew(asked)
    new = asked.sent_code()
    assert old != new
    assert say(asked, old) is Answer.WRONG
    assert say(asked, new) is Answer.RIGHT
    assert asked.delegation().state is DelegationState.ACTIVE


def test_the_trail_says_who_had_it_sent_anew(asked: Counter) -> None:
    renew(asked)
    assert asked.events()[-2:] == [EventName.APPROVAL_REQUESTED, EventName.APPROVAL_CODE_SENT]
    assert asked.said(EventName.APPROVAL_REQUESTED)["again"] is True


def test_no_try_comes_back(asked: Counter) -> None:
    say(asked, another_than(asked.sent_code()))
    renew(asked)
    assert asked.approval().tries_left == 4


def test_once_enough_were_sent_the_last_one_stays_good(asked: Counter) -> None:
    for _ in range(asked.store.settings.number_codes - 1):
        renew(asked)
    last = asked.sent_code()
    with pytest.raises(CodesUsedUpError):
        renew(asked)
    assert asked.sent_code() == last
    assert say(asked, last) is Answer.RIGHT


def test_what_is_answered_or_asked_elsewhere_gets_none(asked: Counter) -> None:
    say(asked, asked.sent_code())
    with pytest.raises((ApprovalOverError, OutOfOrderError)):
        renew(asked)
    asked.close()
    asked.open().ask(Route.PHONE)
    with pytest.raises(OutOfOrderError):
        renew(asked)


def test_another_visits_question_gets_none(asked: Counter) -> None:
    approval = asked.approval().id
    asked.open()
    with pytest.raises((NotFoundError, OutOfOrderError)):
        asked.write(lambda conn: sent_codes.renew(conn, asked.store, asked.by, asked.visit_id, approval))

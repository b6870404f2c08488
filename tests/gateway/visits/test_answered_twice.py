"""A code, a return or a yes that is sent twice, or eight times at once; and a text that changes before the yes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import Connection, update

from audit.events import EventName
from delegation.assurance import Assurance, Route
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.visits import approvals, confirming, sign_ins
from gateway.visits.approvals import Answer
from gateway.visits.errors import ApprovalOverError, CodeUnknownError, OutOfOrderError, SignInStaleError, VisitError
from gateway.visits.reading import Stage
from gateway.visits.tables import Approval
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.played import signed_in

T = TypeVar("T")
EIGHT = 8


def at_once(counter: Counter, step: Callable[[Connection], T]) -> list[T | VisitError]:
    """What each of eight gets who do the same at the same moment."""
    line = Barrier(EIGHT)

    def one() -> T | VisitError:
        line.wait()
        try:
            return counter.store.database.write_now(step)
        except VisitError as error:
            return error

    with ThreadPoolExecutor(EIGHT) as pool:
        return [task.result() for task in [pool.submit(one) for _ in range(EIGHT)]]


def of_kind(answers: list[T | VisitError], kind: type[VisitError]) -> int:
    return sum(isinstance(each, kind) for each in answers)


@pytest.fixture
def at_the_display(counter: Counter) -> Counter:
    """Asked at the display of somebody whose number is known."""
    counter.open().grant()
    counter.close()
    counter.open().ask(Route.DISPLAY)
    return counter


class TestAtOnce:
    def test_eight_phones_with_one_code_open_it_once(self, counter: Counter) -> None:
        counter.open().ask()
        code = counter.invitation().code
        answers = at_once(counter, lambda conn: approvals.open_by_code(conn, counter.store, code))
        assert of_kind(answers, CodeUnknownError) == EIGHT - 1
        assert counter.events().count(EventName.APPROVAL_OPENED) == 1

    def test_one_return_eight_times_is_one_yes(self, counter: Counter) -> None:
        counter.open().ask()
        counter.enter_code()
        counter.match()
        phone, approval, store = counter.the_phone(), counter.approval().id, counter.store
        begun = counter.write(lambda conn: sign_ins.begin(conn, store, phone, approval, "sandbox"))
        signed = signed_in(ILZE.code, Assurance.SUBSTANTIAL, counter.clock.now())

        def come_back(conn: Connection) -> str:
            returned = sign_ins.take(conn, store, phone, begun.state)
            return confirming.approve_by_sign_in(conn, store, phone, returned, signed)

        answers = at_once(counter, come_back)
        assert of_kind(answers, SignInStaleError) == EIGHT - 1
        assert counter.events().count(EventName.APPROVAL_GIVEN) == 1
        assert counter.delegation().state is DelegationState.ACTIVE

    def test_one_code_of_the_display_eight_times_is_one_yes(self, at_the_display: Counter) -> None:
        counter, approval, code = at_the_display, at_the_display.approval().id, at_the_display.sent_code()
        answers = at_once(
            counter,
            lambda conn: confirming.approve_on_display(conn, counter.store, counter.display, approval, code),
        )
        assert sorted(answers, key=str) == sorted([Answer.RIGHT] + [Answer.OVER] * (EIGHT - 1), key=str)
        assert counter.events().count(EventName.APPROVAL_GIVEN) == 1


class TestTwice:
    def test_a_no_after_the_yes_to_the_same_question_changes_nothing(self, counter: Counter) -> None:
        counter.open().grant()
        before = counter.events()
        with pytest.raises(ApprovalOverError):
            counter.refuse()
        assert counter.delegation().state is DelegationState.ACTIVE
        assert counter.events() == before

    def test_a_yes_after_the_no_to_the_same_question_changes_nothing(self, counter: Counter) -> None:
        counter.open().ask()
        counter.enter_code()
        counter.match()
        counter.refuse()
        before = counter.events()
        with pytest.raises(ApprovalOverError):
            counter.sign_in()
        assert counter.delegation().state is DelegationState.REFUSED
        assert counter.events() == before


class TestChangedBeforeTheYes:
    def test_a_sign_in_for_the_earlier_read_back_confirms_no_other(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        counter.prepare()
        phone, approval = counter.the_phone(), counter.approval().id
        begun = counter.write(lambda conn: sign_ins.begin(conn, counter.store, phone, approval, "sandbox"))
        counter.fill()
        counter.prepare()
        with pytest.raises((ApprovalOverError, OutOfOrderError)):
            counter.come_back(begun.state)
        assert counter.filing().state is FilingState.PREPARED
        assert counter.stage is Stage.PERMIT
        assert EventName.PERMIT_GIVEN not in counter.events()

    def test_a_sign_in_is_no_yes_to_a_text_that_was_put_in_its_place(self, counter: Counter) -> None:
        counter.open().ask()
        counter.enter_code()
        counter.match()
        phone, approval = counter.the_phone(), counter.approval().id
        begun = counter.write(lambda conn: sign_ins.begin(conn, counter.store, phone, approval, "sandbox"))
        swapped = update(Approval).where(Approval.id == approval).values(subject_hash="A" * 43)
        counter.write(lambda conn: conn.execute(swapped))
        with pytest.raises(SignInStaleError):
            counter.come_back(begun.state)
        assert counter.delegation().state is DelegationState.REQUESTED

"""The resident says no, nothing, or stop: at every step nothing is sent, or the page says that it was too late."""

import pytest

from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.visits.tables import Ending
from gateway.visits.view import Stage
from tests.flow.endings.conftest import ON_SQLITE
from tests.flow.endings.counter import Case, Counter
from tests.flow.endings.people import said

NOTHING = (0, 0)
SLOW_SECONDS = 60.0


def to_questions(case: Case) -> None:
    case.granted()


def to_filling(case: Case) -> None:
    case.counter.stack.switch("slow", seconds=0.7)
    case.answered()
    case.wait_for_steps()


def to_read_back(case: Case) -> None:
    case.read_back()


def to_permit(case: Case) -> None:
    """Right between the permit and the last click: the worker has died, and comes back only after the stop."""
    case.read_back()
    case.counter.kill("worker")
    case.phone.approve(case.resident)
    assert case.stage is Stage.SENDING


class TestBeforeAnythingIsAllowed:
    def test_a_no_is_told_at_the_desk_and_can_be_asked_again(self, counter: Counter) -> None:
        case = counter.visit().asked().entered()
        case.phone.refuse()
        assert case.phone.is_told("You said no")
        assert case.stage is Stage.REFUSED
        assert "?panel=again" in case.leads_to
        assert case.delegation_state is DelegationState.REFUSED
        case.ends(Ending.REFUSED)
        assert case.counted == NOTHING

    @ON_SQLITE
    def test_no_answer_is_a_no(self, counter: Counter) -> None:
        case = counter.visit().asked().entered()
        case.lapse_question()
        case.wait_for(Stage.LAPSED)
        assert "?panel=again" in case.leads_to
        assert case.phone.is_told("Nobody answered in time")
        assert case.delegation_state is DelegationState.LAPSED
        case.ends(Ending.LAPSED)
        assert case.counted == NOTHING


class TestAStop:
    @pytest.mark.parametrize("come", [to_questions, to_filling, to_read_back, to_permit])
    @ON_SQLITE
    def test_from_the_phone_is_in_time(self, counter: Counter, come: object) -> None:
        case = counter.visit()
        assert callable(come)
        come(case)
        case.phone.stop()
        assert case.phone.page.heading == said("It is stopped")
        counter.mend()
        assert case.phone.is_told("Everything is stopped")
        assert case.stage is Stage.STOPPED
        assert "?panel=again" in case.leads_to
        assert case.delegation_state is DelegationState.REVOKED
        assert case.filing_state in {None, FilingState.STOPPED}
        case.ends(Ending.STOPPED)
        assert case.counted == NOTHING

    @ON_SQLITE
    def test_at_the_desk_is_in_time(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        case.desk.stop(case.visit_id)
        assert case.desk.stage is Stage.STOPPED
        assert case.phone.is_told("Everything is stopped")
        case.ends(Ending.STOPPED)
        assert case.counted == NOTHING

    def test_after_sending_is_told_to_be_too_late_and_the_receipt_still_comes(self, counter: Counter) -> None:
        counter.stack.switch("slow", seconds=SLOW_SECONDS, only_final=True, after=True)
        case = counter.visit().confirmed()
        case.wait_for_filing(FilingState.SENT)
        assert case.phone.see("/approve/stop").heading == said("It was already sent")
        case.desk.stop(case.visit_id)
        assert case.desk.stage is Stage.SENDING
        assert said("A stop came too late") in case.desk.page.root.text
        assert "/stop" not in case.leads_to
        counter.stack.switch("slow", on=False)
        case.wait_for(Stage.FILED)
        assert case.delegation_state is DelegationState.REVOKED
        case.ends(Ending.FILED)
        assert case.counted == (1, 1)


class TestTheReadBack:
    @ON_SQLITE
    def test_that_is_refused_can_be_corrected_and_is_then_sent_once(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        case.phone.refuse()
        assert case.phone.is_told("You said that something is wrong")
        assert case.stage is Stage.PERMIT_REFUSED
        case.desk.correct(case.visit_id, case.answers | {"decision_by": "eaddress"})
        case.wait_for(Stage.PERMIT)
        assert case.counted == NOTHING
        case.phone.approve(case.resident)
        case.wait_for(Stage.FILED)
        case.ends(Ending.FILED)
        assert case.counted == (1, 1)

    @ON_SQLITE
    def test_that_is_refused_for_good_ends_the_visit_unsent(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        case.phone.refuse()
        case.ends(Ending.DECLINED)
        assert case.counted == NOTHING

    @ON_SQLITE
    def test_that_nobody_answers_is_not_sent_and_can_be_asked_again(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        case.lapse_question()
        case.wait_for(Stage.PERMIT_LAPSED)
        assert case.phone.is_told("Nobody confirmed in time")
        case.desk.press("/ask-permit")
        assert case.desk.stage is Stage.PERMIT
        case.phone.approve(case.resident)
        case.wait_for(Stage.FILED)
        case.ends(Ending.FILED)
        assert case.counted == (1, 1)


class TestADelegationThatExpires:
    @ON_SQLITE
    def test_before_the_answers_lets_the_assistant_ask_again(self, counter: Counter) -> None:
        case = counter.visit().granted()
        case.expire()
        assert case.stage is Stage.EXPIRED
        assert "?panel=again" in case.leads_to
        assert case.phone.is_told("The time of your permission is over")
        case.ends(Ending.EXPIRED)
        assert case.counted == NOTHING

    def test_while_the_read_back_is_shown_takes_no_yes_any_more(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        case.expire()
        case.wait_for_filing(FilingState.STOPPED)
        assert case.stage is Stage.EXPIRED
        assert case.phone.is_told("The time of your permission is over")
        assert not case.phone.has_form("/approve/sign-in")
        case.ends(Ending.EXPIRED)
        assert case.counted == NOTHING

"""A process is killed (SIGKILL) and started again: nothing is sent twice, nothing is lost, the log stays whole."""

import pytest

from delegation.filing import FilingState
from gateway.visits.tables import Ending
from gateway.visits.view import Stage
from tests.flow.endings.conftest import ON_SQLITE
from tests.flow.endings.counter import Case, Counter, command_of, kill_all, wait_for

NOTHING = (0, 0)
ONCE = (1, 1)
STEP_SECONDS = 0.7
ANSWER_SECONDS = 60.0
"""Longer than any test waits: the answer comes once the fault is switched off."""


def goes_on_and_is_sent_once(case: Case) -> None:
    """From the read-back on, nothing of the crash is left to see."""
    case.wait_for(Stage.PERMIT)
    assert case.counted == NOTHING
    case.phone.approve(case.resident)
    is_filed_once(case)


def is_filed_once(case: Case) -> None:
    case.wait_for(Stage.FILED)
    (application,) = case.counter.stack.portal_state()["applications"]
    assert case.counted == ONCE
    assert case.reference == application["reference"]
    case.ends(Ending.FILED)


class TestAWorkerThatDies:
    @ON_SQLITE
    def test_before_filling_finds_its_job_when_it_is_back(self, counter: Counter) -> None:
        case = counter.visit().granted()
        counter.kill("worker")
        case.desk.answer(case.answers)
        assert case.desk.stage is Stage.FILLING
        counter.start("worker")
        goes_on_and_is_sent_once(case)

    def test_while_filling_is_followed_by_one_that_fills_again(self, counter: Counter) -> None:
        counter.stack.switch("slow", seconds=STEP_SECONDS)
        case = counter.visit().answered()
        case.wait_for_steps()
        counter.kill("worker", patient=True)  # this once its lease runs out by itself
        counter.stack.switch("slow", on=False)
        counter.start("worker")
        goes_on_and_is_sent_once(case)

    def test_while_the_page_is_held_is_followed_by_one_that_fills_the_same(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.kill("worker")
        counter.start("worker")
        goes_on_and_is_sent_once(case)

    def test_between_permit_and_sending_leaves_the_permit_for_another(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.kill("worker")
        counter.stack.switch("slow", seconds=STEP_SECONDS)
        counter.start("worker")
        case.phone.approve(case.resident)
        case.wait_for_steps()  # its page went with the first worker: it is filled again before it is sent
        assert case.filing_state is FilingState.CONFIRMED
        counter.kill("worker")
        assert case.counted == NOTHING
        counter.stack.switch("slow", on=False)
        counter.start("worker")
        is_filed_once(case)

    def test_after_sending_and_before_the_answer_leaves_the_portal_to_be_asked(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.stack.switch("slow", seconds=ANSWER_SECONDS, only_final=True, after=True)
        case.phone.approve(case.resident)
        case.wait_for_filing(FilingState.SENT)
        wait_for(lambda: case.counted, lambda counted: counted == ONCE, "accepted application")
        counter.kill("worker")
        counter.stack.switch("slow", on=False)
        assert case.stage is Stage.SENDING
        counter.start("worker")
        is_filed_once(case)

    def test_after_sending_and_before_the_portal_took_it_leaves_it_to_a_person(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.stack.switch("resets_final")
        counter.stack.switch("slow", seconds=ANSWER_SECONDS, only_final=True)
        case.phone.approve(case.resident)
        case.wait_for_filing(FilingState.SENT)
        wait_for(lambda: counter.final_posts, lambda number: number == 1, "final request")
        counter.kill("worker")
        counter.stack.switch("slow", on=False)  # the portal drops what it has not taken
        counter.start("worker")
        case.wait_for(Stage.NEEDS_HUMAN)
        assert case.counted == (1, 0)
        case.desk.press("/decide", {"found": "no"})
        case.ends(Ending.FAILED)
        assert case.counted == (1, 0)

    @ON_SQLITE
    def test_takes_its_connectors_and_browsers_with_it(self, counter: Counter) -> None:
        connectors, browsers = counter.connectors(), counter.browsers()
        assert connectors
        assert browsers
        counter.kill("worker")
        wait_for(
            lambda: [pid for pid in (*connectors, *browsers) if command_of(pid)], lambda left: not left, "empty list"
        )
        counter.ensure_verified()


class TestAGatewayThatDies:
    @ON_SQLITE
    def test_while_the_question_waits_asks_the_same_question_when_it_is_back(self, counter: Counter) -> None:
        case = counter.visit().asked().entered()
        counter.kill("gateway")
        counter.start("gateway")
        case.phone.approve(case.resident)
        case.wait_for(Stage.QUESTIONS)
        case.desk.answer(case.answers)
        goes_on_and_is_sent_once(case)

    @ON_SQLITE
    def test_while_the_form_is_filled_loses_nothing(self, counter: Counter) -> None:
        counter.stack.switch("slow", seconds=STEP_SECONDS)
        case = counter.visit().answered()
        case.wait_for_steps()
        counter.kill("gateway")
        counter.stack.switch("slow", on=False)
        counter.start("gateway")
        goes_on_and_is_sent_once(case)

    @ON_SQLITE
    def test_before_the_portal_could_sign_in_is_told_and_can_be_tried_again(self, counter: Counter) -> None:
        case = counter.visit().granted()
        counter.kill("worker")
        case.desk.answer(case.answers)
        counter.kill("gateway")
        counter.start("worker")
        case.wait_for_filing(FilingState.FAILED)
        counter.start("gateway")
        assert case.stage is Stage.FAILED
        case.desk.press("/retry")
        goes_on_and_is_sent_once(case)

    @ON_SQLITE
    def test_while_the_read_back_is_shown_keeps_the_held_page(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.kill("gateway")
        counter.start("gateway")
        goes_on_and_is_sent_once(case)

    def test_after_sending_and_before_the_answer_shows_the_receipt_when_it_is_back(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.stack.switch("slow", seconds=ANSWER_SECONDS, only_final=True, after=True)
        case.phone.approve(case.resident)
        case.wait_for_filing(FilingState.SENT)
        counter.kill("gateway")
        counter.start("gateway")
        counter.stack.switch("slow", on=False)
        is_filed_once(case)

    def test_together_with_the_worker_loses_nothing(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.kill("gateway", "worker")
        counter.start("gateway", "worker")
        goes_on_and_is_sent_once(case)
        counter.ensure_verified()


@ON_SQLITE
@pytest.mark.parametrize("victims", [Counter.connectors, Counter.browsers], ids=["connector", "browser"])
class TestAConnectorOrBrowserThatIsKilled:
    def test_while_filling_is_replaced(self, counter: Counter, victims: object) -> None:
        assert callable(victims)
        counter.stack.switch("slow", seconds=STEP_SECONDS)
        case = counter.visit().answered()
        case.wait_for_steps()
        kill_all(victims(counter))
        counter.stack.switch("slow", on=False)
        goes_on_and_is_sent_once(case)

    def test_while_the_page_is_held_is_replaced(self, counter: Counter, victims: object) -> None:
        assert callable(victims)
        case = counter.visit().read_back()
        kill_all(victims(counter))
        goes_on_and_is_sent_once(case)

    def test_after_sending_and_before_the_answer_costs_nothing(self, counter: Counter, victims: object) -> None:
        assert callable(victims)
        case = counter.visit().read_back()
        counter.stack.switch("slow", seconds=ANSWER_SECONDS, only_final=True, after=True)
        case.phone.approve(case.resident)
        case.wait_for_filing(FilingState.SENT)
        kill_all(victims(counter))
        counter.stack.switch("slow", on=False)
        is_filed_once(case)

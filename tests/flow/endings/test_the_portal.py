"""The portal refuses, is down, changes, answers nothing or somewhere else: what it holds, its own count says."""

from delegation.filing import FilingState
from gateway.pages.desk import words
from gateway.visits.tables import Ending
from gateway.visits.view import Stage
from tests.flow.endings.conftest import ON_SQLITE
from tests.flow.endings.counter import Case, Counter
from tests.flow.endings.people import LANGUAGE

NOTHING = (0, 0)
ITS_WORDS = "Konts pieder citai personai"
OTHER_ACCOUNT = {"account": "LV78PARA0000000000001", "decision_by": "eaddress"}


def gives_reason(case: Case, code: str) -> bool:
    return words.REASONS[code].text(LANGUAGE) in case.desk.page.root.text


class TestValuesThatItRefuses:
    def test_in_a_step_are_asked_again_with_its_words_beside_the_right_question(self, counter: Counter) -> None:
        counter.stack.switch("refuses_values", at="step")
        case = counter.visit().answered()
        case.wait_for(Stage.QUESTIONS)
        assert ITS_WORDS in case.desk.page.text_of("account-error")
        assert case.counted == NOTHING
        counter.stack.switch("refuses_values", on=False)
        case.desk.correct(case.visit_id, case.answers | OTHER_ACCOUNT)
        case.wait_for(Stage.PERMIT)
        case.phone.approve(case.resident)
        case.wait_for(Stage.FILED)
        case.ends(Ending.FILED)
        assert case.counted == (1, 1)

    @ON_SQLITE
    def test_at_the_end_are_told_to_both_and_can_be_sent_once_more(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.stack.switch("refuses_values", at="final")
        case.phone.approve(case.resident)
        case.wait_for(Stage.DECLINED)
        assert ITS_WORDS in case.desk.page.root.text
        assert case.phone.is_told("The institution did not take it")
        assert case.counted == (1, 0)
        counter.stack.switch("refuses_values", on=False)
        case.desk.correct(case.visit_id, case.answers | OTHER_ACCOUNT)
        case.wait_for(Stage.PERMIT)
        case.phone.approve(case.resident)
        case.wait_for(Stage.FILED)
        case.ends(Ending.FILED)
        assert case.counted == (2, 1)

    @ON_SQLITE
    def test_for_good_end_the_visit_unfiled(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.stack.switch("refuses_values", at="final")
        case.phone.approve(case.resident)
        case.wait_for(Stage.DECLINED)
        case.ends(Ending.DECLINED, was_sent=True)
        assert case.counted == (1, 0)


class TestAPortalThatIsDown:
    @ON_SQLITE
    def test_is_told_and_the_same_answers_can_be_tried_again(self, counter: Counter) -> None:
        counter.stack.switch("down")
        case = counter.visit().answered()
        case.wait_for(Stage.FAILED)
        assert gives_reason(case, "run.portal_unavailable")
        assert case.phone.is_told("It could not be filled in")
        counter.stack.switch("down", on=False)
        case.desk.press("/retry")
        case.wait_for(Stage.PERMIT)
        case.phone.approve(case.resident)
        case.wait_for(Stage.FILED)
        case.ends(Ending.FILED)
        assert case.counted == (1, 1)

    @ON_SQLITE
    def test_for_long_ends_the_visit_unfiled(self, counter: Counter) -> None:
        counter.stack.switch("down")
        case = counter.visit().answered()
        case.wait_for(Stage.FAILED)
        case.ends(Ending.FAILED)
        assert case.counted == NOTHING

    @ON_SQLITE
    def test_that_ends_the_session_is_tried_again_and_then_told(self, counter: Counter) -> None:
        counter.stack.switch("session_lost")
        case = counter.visit().answered()
        case.wait_for(Stage.FAILED)
        assert gives_reason(case, "run.session_lost")
        case.ends(Ending.FAILED)
        assert case.counted == NOTHING

    @ON_SQLITE
    def test_that_ends_the_session_at_the_last_click_has_refused_nothing(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.stack.switch("session_lost", step="nosutit")
        case.phone.approve(case.resident)
        case.wait_for(Stage.NOT_FILED)
        assert case.phone.is_told("It did not arrive")
        counter.stack.switch("session_lost", on=False)
        case.desk.press("/retry")
        case.wait_for(Stage.PERMIT)
        case.phone.approve(case.resident)
        case.wait_for(Stage.FILED)
        case.ends(Ending.FILED)
        assert case.counted == (2, 1)

    @ON_SQLITE
    def test_at_the_last_click_leaves_it_to_a_person_and_sends_nothing_again(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.stack.switch("down")
        case.phone.approve(case.resident)
        case.wait_for_filing(FilingState.UNKNOWN, FilingState.NEEDS_HUMAN)
        counter.stack.switch("down", on=False)
        case.wait_for(Stage.NEEDS_HUMAN)
        assert case.phone.is_told("It is not certain yet whether it arrived")
        case.ends(Ending.UNKNOWN)
        assert case.counted == (1, 0)


class TestAFormThatChanged:
    def test_is_left_alone_and_told(self, counter: Counter) -> None:
        counter.stack.switch("form_changed")
        case = counter.visit().answered()
        case.wait_for(Stage.FAILED)
        assert gives_reason(case, "run.form_changed")
        assert "Konta numurs (IBAN)" in case.desk.page.root.text
        case.ends(Ending.FAILED)
        assert case.counted == NOTHING


class TestAnAnswerThatNeverComes:
    def test_is_looked_up_and_the_receipt_found(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.stack.switch("dies_after_accepting")
        case.phone.approve(case.resident)
        case.wait_for(Stage.FILED)
        assert case.reference == counter.stack.portal_state()["applications"][0]["reference"]
        case.ends(Ending.FILED)
        assert case.counted == (1, 1)

    @ON_SQLITE
    def test_to_something_that_the_portal_does_not_list_is_for_a_person(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.stack.switch("resets_final")
        case.phone.approve(case.resident)
        case.wait_for(Stage.NEEDS_HUMAN)
        assert gives_reason(case, "look_up.empty")
        assert case.phone.is_told("It is not certain yet whether it arrived")
        counter.stack.switch("resets_final", on=False)
        case.desk.press("/decide", {"found": "no"})
        assert case.desk.stage is Stage.NOT_FILED
        case.desk.press("/retry")
        case.wait_for(Stage.SECOND_LOOK)
        assert case.counted == (1, 0)

    @ON_SQLITE
    def test_can_wait_for_a_person_after_the_visit(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.stack.switch("resets_final")
        case.phone.approve(case.resident)
        case.wait_for(Stage.NEEDS_HUMAN)
        case.ends(Ending.UNKNOWN)
        case.desk.press("/decide", {"found": "no"})
        assert case.filing_state is FilingState.NOT_FILED
        assert case.counted == (1, 0)


class TestAnAnswerThatLeadsElsewhere:
    @ON_SQLITE
    def test_is_not_followed_and_the_portal_is_asked_what_it_holds(self, counter: Counter) -> None:
        case = counter.visit().read_back()
        counter.stack.switch("redirects_final")
        case.phone.approve(case.resident)
        case.wait_for(Stage.FILED)
        (application,) = counter.stack.portal_state()["applications"]
        assert case.reference == application["reference"]
        case.ends(Ending.FILED)
        assert case.counted == (1, 1)

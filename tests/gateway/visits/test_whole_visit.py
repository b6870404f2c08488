"""A visit from its first step to its last, and each way in which it may end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, update

from audit.events import EventName
from connectors.runner import errors as run_errors
from connectors.runner.api import Absent, Found
from delegation.assurance import Route
from delegation.filing import FilingState
from delegation.model import DelegationState, give_back
from gateway.visits import approvals, asking, confirming, running, sending, sign_ins, stopping
from gateway.visits.approvals import Answer
from gateway.visits.delegations import store, to_model
from gateway.visits.errors import (
    AlreadyFiledError,
    CodeUnknownError,
    NotFoundError,
    OutOfOrderError,
    RouteNotAllowedError,
    SignInStaleError,
    SubjectMismatchError,
)
from gateway.visits.reading import Stage
from gateway.visits.tables import Filing, Run, RunKind
from tests.gateway.visits.counter import BENEFIT, Counter
from tests.gateway.visits.played import FINAL_FIELDS, declined, filed, unknown


class TestFiling:
    def test_goes_from_the_first_question_to_the_receipt(self, counter: Counter) -> None:
        counter.open().grant()
        assert counter.view().stage is Stage.QUESTIONS
        counter.fill()
        assert counter.view().stage is Stage.FILLING
        assert counter.prepare()
        assert counter.view().stage is Stage.PERMIT
        counter.sign_in()
        assert counter.view().stage is Stage.SENDING
        assert counter.press().allowed
        counter.answer(filed(counter.clock.now()))
        view = counter.view()
        assert view.stage is Stage.FILED
        assert view.receipt is not None
        assert view.receipt["reference"] == "SP-2026-000001"
        assert counter.opened(lambda opened: opened.pdf()) == b"%PDF-1.7"
        assert counter.delegation().state is DelegationState.SPENT
        assert counter.close() == "filed"
        assert counter.view().stage is Stage.CLOSED

    def test_leaves_an_event_for_each_step(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        counter.send()
        counter.close()
        expected = [
            EventName.VISIT_OPENED,
            EventName.SERVICE_CHOSEN,
            EventName.DELEGATION_REQUESTED,
            EventName.APPROVAL_OPENED,
            EventName.APPROVAL_NUMBER_MATCHED,
            EventName.APPROVAL_SIGN_IN_STARTED,
            EventName.APPROVAL_GIVEN,
            EventName.DELEGATION_SIGNED,
            EventName.FILING_DRAFTED,
            EventName.RUN_STARTED,
            EventName.READBACK_TAKEN,
            EventName.PERMIT_REQUESTED,
            EventName.APPROVAL_SIGN_IN_STARTED,
            EventName.PERMIT_GIVEN,
            EventName.RUN_STARTED,
            EventName.PERMIT_SPENT,
            EventName.FILING_SENT,
            EventName.FILING_FILED,
            EventName.RECEIPT_STORED,
            EventName.VISIT_CLOSED,
            EventName.FEEDBACK_ASKED,
        ]
        assert counter.events() == expected

    def test_by_the_display_a_code_to_a_known_number_says_yes(self, counter: Counter) -> None:
        counter.open().grant()
        counter.write(
            lambda conn: stopping.stop_or_say_sent(
                conn, counter.store, counter.delegation().id, by=counter.by.actor, whose="t"
            )
        )
        # The sign-in has told the number; from now on the display can be used.
        counter.close()
        counter.open().ask(Route.DISPLAY)
        code = counter.sent_code()
        approval = counter.approval().id
        answer = counter.write(
            lambda conn: confirming.approve_on_display(conn, counter.store, counter.display, approval, code)
        )
        assert answer is Answer.RIGHT
        assert counter.view().stage is Stage.QUESTIONS

    def test_a_second_one_for_the_same_period_is_refused(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        counter.send()
        counter.close()
        counter.open().grant()
        with pytest.raises(AlreadyFiledError):
            counter.fill()

    def test_one_that_was_filed_in_the_same_moment_is_refused_as_well(
        self, counter: Counter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counter.open().grant()
        counter.fill()
        counter.open().grant()
        monkeypatch.setattr(asking, "_ensure_single", lambda *_which: None)  # both looked before either had filed
        with pytest.raises(AlreadyFiledError):
            counter.fill()
        counter.fill(days_ago=40)
        with pytest.raises(AlreadyFiledError):
            counter.fill()


class TestAsking:
    def test_the_display_needs_a_number_that_was_not_typed_here(self, counter: Counter) -> None:
        counter.open()
        with pytest.raises(RouteNotAllowedError):
            counter.ask(Route.DISPLAY, number="+37129999999")

    def test_a_code_works_once(self, counter: Counter) -> None:
        counter.open().ask()
        code = counter.invitation().code
        counter.write(lambda conn: approvals.open_by_code(conn, counter.store, code))
        with pytest.raises(CodeUnknownError):
            counter.write(lambda conn: approvals.open_by_code(conn, counter.store, code))

    def test_a_code_dies_after_two_minutes(self, counter: Counter) -> None:
        counter.open().ask()
        code = counter.invitation().code
        counter.clock.move(timedelta(minutes=2))
        with pytest.raises(CodeUnknownError):
            counter.write(lambda conn: approvals.open_by_code(conn, counter.store, code))

    def test_wrong_numbers_end_the_asking(self, counter: Counter) -> None:
        counter.open().ask()
        counter.enter_code()
        wrong = "10" if counter.invitation().match_number != "10" else "11"
        answers = [counter.match(wrong) for _ in range(approvals.TRIES)]
        assert answers == [Answer.WRONG] * (approvals.TRIES - 1) + [Answer.OVER]

    def test_nobody_signs_in_before_the_number_is_matched(self, counter: Counter) -> None:
        counter.open().ask()
        counter.enter_code()
        with pytest.raises(NotFoundError):
            counter.sign_in()

    def test_somebody_else_is_not_the_approver(self, counter: Counter) -> None:
        counter.open().ask()
        counter.enter_code()
        counter.match()
        with pytest.raises(SubjectMismatchError):
            counter.sign_in("329999-00002")
        assert counter.view().stage is Stage.APPROVAL

    def test_a_live_session_at_the_provider_is_no_yes(self, counter: Counter) -> None:
        counter.open().ask()
        counter.enter_code()
        counter.match()
        with pytest.raises(SignInStaleError):
            counter.sign_in(since=timedelta(minutes=5))

    def test_a_sign_in_comes_back_once(self, counter: Counter) -> None:
        counter.open().ask()
        counter.enter_code()
        counter.match()
        phone, approval = counter.the_phone(), counter.approval().id
        begun = counter.write(lambda conn: sign_ins.begin(conn, counter.store, phone, approval, "sandbox"))
        counter.come_back(begun.state)
        with pytest.raises(SignInStaleError):
            counter.come_back(begun.state)

    def test_a_no_ends_it(self, counter: Counter) -> None:
        counter.open().ask()
        phone = counter.enter_code()
        counter.write(lambda conn: confirming.refuse_on_phone(conn, counter.store, phone, counter_approval(counter)))
        assert counter.view().stage is Stage.REFUSED
        assert counter.close() == "refused"
        assert counter.events()[-1] is EventName.FEEDBACK_ASKED

    def test_no_answer_ends_it_too(self, counter: Counter) -> None:
        approval = counter.open().ask()
        counter.clock.move(counter.store.settings.approval_lapse)
        counter.write(lambda conn: confirming.lapse(conn, counter.store, approval))
        assert counter.view().stage is Stage.LAPSED
        assert counter.close() == "lapsed"


class TestSending:
    def ready(self, counter: Counter) -> Counter:
        counter.open().grant()
        counter.fill()
        counter.prepare()
        counter.sign_in()
        return counter

    def test_happens_once(self, counter: Counter) -> None:
        self.ready(counter)
        assert counter.press().allowed
        assert counter.knock().reason == "delegation.out_of_scope"

    def test_spends_the_permit_whatever_the_other_rows_say(self, counter: Counter) -> None:
        """As if delegation and filing had been put back: the yes was used all the same."""
        self.ready(counter)
        assert counter.press().allowed
        row, filing = counter.delegation(), update(Filing).where(Filing.id == counter.filing_id)

        def put_back(conn: Connection) -> None:
            store(conn, give_back(to_model(row), service=BENEFIT))
            conn.execute(filing.values(state=FilingState.CONFIRMED, sent_at=None))

        counter.write(put_back)
        assert counter.knock().reason == "permit.used"

    def test_is_not_for_a_page_of_an_earlier_attempt(self, counter: Counter) -> None:
        self.ready(counter)
        counter.begin_send()
        earlier = update(Run).where(Run.id == counter.run_of(RunKind.SEND).id).values(attempt=0)
        counter.write(lambda conn: conn.execute(earlier))
        assert counter.knock().reason == "filing.not_confirmed"

    def test_other_bytes_than_were_confirmed_do_not_leave(self, counter: Counter) -> None:
        self.ready(counter)
        changed = (*FINAL_FIELDS[:2], ("versija", "8"))
        assert counter.press(changed).reason == "permit.body_differs"
        assert counter.filing().state is FilingState.CONFIRMED

    def test_a_stop_before_it_wins(self, counter: Counter) -> None:
        self.ready(counter)
        assert counter.stop() is None
        assert counter.begin(RunKind.SEND) is None
        assert not counter.knock().allowed
        assert counter.view().stage is Stage.STOPPED
        assert counter.close() == "stopped"

    def test_a_stop_after_it_says_when_it_was_sent(self, counter: Counter) -> None:
        self.ready(counter)
        counter.press()
        assert counter.stop() == counter.filing().sent_at
        counter.answer(filed(counter.clock.now()))
        assert counter.filing().state is FilingState.FILED

    def test_a_permit_dies_after_five_minutes(self, counter: Counter) -> None:
        self.ready(counter)
        counter.begin(RunKind.SEND)
        counter.clock.move(timedelta(minutes=5))
        assert counter.knock().reason == "permit.expired"

    def test_an_expired_delegation_sends_nothing(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        counter.clock.move(counter.store.settings.delegation_validity + timedelta(minutes=1))
        counter.write(lambda conn: stopping.expire(conn, counter.store, counter.delegation().id))
        assert counter.begin() is None
        assert counter.filing().state is FilingState.STOPPED

    def test_what_the_portal_declines_gives_the_filing_back(self, counter: Counter) -> None:
        self.ready(counter)
        counter.press()
        counter.answer(declined(counter.clock.now()))
        assert counter.view().stage is Stage.DECLINED
        assert counter.delegation().state is DelegationState.ACTIVE

    def test_no_answer_is_looked_up_and_found(self, counter: Counter) -> None:
        self.ready(counter)
        counter.press()
        counter.answer(unknown(counter.clock.now()))
        assert counter.view().stage is Stage.LOOKING_UP
        errand = counter.begin(RunKind.LOOK_UP)
        assert errand is not None
        found = Found(reference="SP-2026-000009", pdf=None)
        counter.write(lambda conn: sending.looked_up(conn, counter.store, errand.run_id, found))
        assert counter.view().stage is Stage.FILED

    def test_an_empty_look_up_that_proves_nothing_is_for_a_person(self, counter: Counter) -> None:
        self.ready(counter)
        counter.press()
        counter.answer(unknown(counter.clock.now()))
        errand = counter.begin(RunKind.LOOK_UP)
        assert errand is not None
        counter.write(lambda conn: sending.looked_up(conn, counter.store, errand.run_id, Absent(conclusive=False)))
        assert counter.view().stage is Stage.NEEDS_HUMAN
        counter.write(
            lambda conn: sending.settle(
                conn, counter.store, counter.by, counter.visit_id, counter.filing_id, reference="SP-2026-000002"
            )
        )
        assert counter.view().stage is Stage.FILED

    def test_a_worker_that_died_behind_sent_sends_nothing_again(self, counter: Counter) -> None:
        self.ready(counter)
        counter.press()
        assert counter.begin(RunKind.SEND) is None
        counter.write(lambda conn: sending.interrupted(conn, counter.store, counter.filing_id))
        assert counter.view().stage is Stage.LOOKING_UP


class TestRunFailures:
    def test_refused_values_lead_back_to_the_questions(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        self.fail(counter, run_errors.ValuesRefusedError({"account": "Konts nepieder Jums."}))
        assert counter.view().stage is Stage.QUESTIONS
        refusals = counter.opened(lambda opened: opened.refusals())
        assert refusals is not None
        assert refusals.messages == {"account": "Konts nepieder Jums."}

    def test_a_changed_form_fails_and_can_be_tried_again(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        self.fail(counter, run_errors.FormChangedError(("Jauns lauks",)))
        assert counter.view().stage is Stage.FAILED
        counter.fill()
        assert counter.view().stage is Stage.FILLING

    def test_a_browser_that_died_is_started_once_more(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        self.fail(counter, run_errors.ChildDiedError("gone"))
        assert counter.view().stage is Stage.FILLING
        self.fail(counter, run_errors.ChildDiedError("gone"))
        assert counter.view().stage is Stage.FAILED

    def test_a_corrected_answer_makes_the_read_back_void(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        counter.prepare()
        old = counter.approval().id
        counter.fill()
        assert counter.view().stage is Stage.FILLING
        with pytest.raises(Exception, match="over"):
            counter.sign_in(approval_id=old)

    def fail(self, counter: Counter, error: run_errors.RunError) -> None:
        errand = counter.begin()
        assert errand is not None
        counter.write(lambda conn: running.failed(conn, counter.store, errand.run_id, error))


class TestSomebodyElse:
    def test_sees_no_visit_of_another_assistant(self, counter: Counter) -> None:
        counter.open()
        counter.by = replace(counter.by, staff_id="another")
        with pytest.raises(NotFoundError):
            counter.view()

    def test_cannot_confirm_at_another_terminals_display(self, counter: Counter) -> None:
        counter.open().grant()
        counter.close()
        counter.open().ask(Route.DISPLAY)
        elsewhere = replace(counter.display, terminal_id="T2")
        approval, code = counter.approval().id, counter.sent_code()
        with pytest.raises(NotFoundError):
            counter.write(lambda conn: confirming.approve_on_display(conn, counter.store, elsewhere, approval, code))

    def test_asking_twice_is_out_of_order(self, counter: Counter) -> None:
        counter.open().ask()
        with pytest.raises(OutOfOrderError):
            counter.ask()


def counter_approval(counter: Counter) -> str:
    return str(counter.approval().id)

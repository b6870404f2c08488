"""Several services answered once: one after the other, each with its own yes; what fails leaves the others."""

from collections.abc import Iterator

import msgspec
import pytest

from audit.events import EventName
from connectors.runner.api import DeclinedByPortal, Evidence, Unknown
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.visits import advancing, plans
from gateway.visits.asking import Answers
from gateway.visits.errors import OutOfOrderError
from gateway.visits.reading import Stage
from gateway.visits.sealed import VisitVault
from gateway.visits.turns import TurnState, filed_of, turns_of
from tests.gateway.visits.counter import BENEFIT, QUEUE, Counter
from tests.gateway.visits.planned import (
    answer,
    benefit_gives_the_childs_code,
    filed_with,
    go_on,
    leave_out,
    settle,
)
from tests.gateway.visits.played import evidence_at


def states(counter: Counter) -> dict[str, TurnState]:
    view = counter.view()
    return {turn.service.id: turn.state for turn in counter.read(lambda conn: turns_of(conn, view))}


def values_of(counter: Counter, filing_id: str) -> dict[str, object]:
    kept = counter.read(
        lambda conn: VisitVault.of(conn, counter.store.sealer, counter.visit_id).take(filing_id, "answers")
    )
    return dict(msgspec.json.decode(kept, type=Answers).values)


def evidence(counter: Counter) -> Evidence:
    return evidence_at(counter.clock.now())


def confirm(counter: Counter) -> None:
    assert counter.prepare()
    counter.sign_in()
    assert counter.press().allowed


@pytest.fixture
def feeding() -> Iterator[None]:
    with benefit_gives_the_childs_code():
        yield


class TestOneAfterTheOther:
    def test_answers_are_typed_once_and_each_is_filed_with_its_own_yes(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        assert [each.service_id for each in counter.filings()] == [BENEFIT]
        confirm(counter)
        counter.answer(filed_with(counter.clock.now()))
        go_on(counter)
        assert counter.view().visit["service_id"] == QUEUE
        assert counter.stage is Stage.FILLING
        counter.send()
        assert states(counter) == {BENEFIT: TurnState.FILED, QUEUE: TurnState.FILED}
        assert counter.delegation().state is DelegationState.SPENT
        assert counter.events().count(EventName.PERMIT_GIVEN) == 2
        assert counter.events().count(EventName.PLAN_ANSWERED) == 1
        assert counter.close() == "filed"

    def test_what_is_common_goes_to_both(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter, **{"resident.phone": "20000099"})
        first = counter.filing_id
        counter.send()
        go_on(counter)
        assert values_of(counter, first)["phone"] == "+37120000099"
        assert values_of(counter, counter.filing_id)["phone"] == "+37120000099"

    def test_answering_twice_changes_nothing(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        counter.prepare()
        answer(counter)
        assert (len(counter.filings()), counter.filing().attempt) == (1, 1)
        assert counter.stage is Stage.PERMIT

    def test_a_correction_fills_what_is_unsent_in_again_and_voids_its_read_back(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        counter.prepare()
        answer(counter, **{"resident.phone": "20000099"})
        assert (counter.filing().state, counter.filing().attempt) == (FilingState.DRAFTED, 2)

    def test_a_correction_leaves_alone_what_was_sent(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        counter.send()
        sent = counter.filing_id
        answer(counter, **{"resident.phone": "20000099"})
        assert values_of(counter, sent)["phone"] == "+37120000001"
        assert values_of(counter, counter.filing_id)["phone"] == "+37120000099"

    def test_the_next_waits_for_the_answer_about_the_last(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        confirm(counter)
        go_on(counter)
        assert len(counter.filings()) == 1

    def test_nothing_goes_on_after_a_stop(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        counter.send()
        counter.stop()
        go_on(counter)
        assert len(counter.filings()) == 1


class TestWhatComesToNothing:
    def test_a_refusal_of_the_portal_leaves_the_others_going(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        confirm(counter)
        counter.answer(DeclinedByPortal(messages={}, general=("Nē",), evidence=evidence(counter)))
        go_on(counter)
        assert states(counter) == {BENEFIT: TurnState.ENDED, QUEUE: TurnState.CURRENT}
        counter.send()
        go_on(counter)
        assert counter.view().visit["service_id"] == QUEUE  # what came to nothing is not tried again by itself
        view = counter.view()
        assert filed_of(counter.read(lambda conn: turns_of(conn, view))) == (1, 2)
        assert counter.close() == "filed"

    def test_what_nobody_knows_leaves_the_others_going(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        confirm(counter)
        counter.answer(Unknown(reason="no_answer", for_a_person=True, evidence=evidence(counter)))
        go_on(counter)
        assert states(counter) == {BENEFIT: TurnState.IN_DOUBT, QUEUE: TurnState.CURRENT}

    def test_a_no_to_one_read_back_waits_for_the_assistant(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        counter.prepare()
        counter.refuse()
        assert counter.stage is Stage.PERMIT_REFUSED
        answer(counter, **{"resident.phone": "20000099"})
        assert (counter.view().visit["service_id"], counter.stage) == (BENEFIT, Stage.FILLING)

    def test_one_is_left_out_and_taken_back_in(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        counter.prepare()
        leave_out(counter, BENEFIT)
        assert states(counter) == {BENEFIT: TurnState.LEFT_OUT, QUEUE: TurnState.CURRENT}
        assert counter.filings()[0].state is FilingState.ABANDONED
        counter.filing_id = counter.filing().id
        counter.send()
        counter.write(lambda conn: advancing.take_back_in(conn, counter.store, counter.by, counter.visit_id, BENEFIT))
        assert counter.stage is Stage.QUESTIONS
        answer(counter)
        counter.send()
        assert states(counter) == {BENEFIT: TurnState.FILED, QUEUE: TurnState.FILED}

    def test_what_was_filed_is_not_left_out(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        counter.send()
        with pytest.raises(OutOfOrderError):
            leave_out(counter, BENEFIT)


@pytest.mark.usefixtures("feeding")
class TestWhatIsGiven:
    def test_feeds_what_waits_for_it(self, counter: Counter) -> None:
        counter.open_several(QUEUE, BENEFIT).grant()
        assert counter.view().visit["services"] == [BENEFIT, QUEUE]
        assert states(counter)[QUEUE] is TurnState.WAITING
        answer(counter)
        confirm(counter)
        counter.answer(filed_with(counter.clock.now()))
        go_on(counter)
        assert values_of(counter, counter.filing_id)["child_code"] == "329999-00077"
        assert counter.said(EventName.RECEIPT_STORED)["gives"] == ["child.code"]

    def test_that_is_not_on_the_page_is_asked_for(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        confirm(counter)
        counter.answer(filed_with(counter.clock.now(), "Paldies."))
        go_on(counter)
        assert (counter.view().visit["service_id"], counter.stage) == (QUEUE, Stage.QUESTIONS)
        assert len(counter.filings()) == 1
        answer(counter)
        assert counter.stage is Stage.FILLING

    def test_waits_while_nobody_knows_and_while_it_is_left_out(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        leave_out(counter, BENEFIT)
        assert states(counter) == {BENEFIT: TurnState.LEFT_OUT, QUEUE: TurnState.WAITING}
        assert [each.service_id for each in counter.filings()] == [BENEFIT]


class TestWhatComesFirst:
    def test_a_no_takes_out_that_service_alone(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        settle(counter, sheet="no", child="yes")
        answer(counter)
        assert states(counter) == {BENEFIT: TurnState.LEFT_OUT, QUEUE: TurnState.CURRENT}
        assert counter.said(EventName.PLAN_CHANGED)["left_out"] == {BENEFIT: "not_yet"}

    def test_a_yes_after_all_takes_it_back_in(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        settle(counter, sheet="no", child="yes")
        settle(counter, sheet="yes", child="yes")
        assert TurnState.LEFT_OUT not in states(counter).values()

    @pytest.mark.usefixtures("feeding")
    def test_what_waits_for_it_does_not_go_on_either(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        settle(counter, sheet="no")
        assert states(counter) == {BENEFIT: TurnState.LEFT_OUT, QUEUE: TurnState.WAITING}


class TestWhatIsKeptForAVisit:
    def test_is_drawn_for_the_person_it_was_said_of_and_for_nobody_else(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        settle(counter)
        answer(counter)
        principal = counter.delegation().principal_id

        def find(person: str) -> plans.PlanAnswers:
            return counter.read(
                lambda conn: plans.find(
                    VisitVault.of(conn, counter.store.sealer, counter.visit_id), counter.visit_id, person
                )
            )

        assert find(principal).values
        assert find("somebody-else") == plans.PlanAnswers("somebody-else")

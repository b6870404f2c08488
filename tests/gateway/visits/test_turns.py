"""Several services in one visit: one statement, worked through in turn, each with its own count and its own ends."""

import threading
from datetime import timedelta

import pytest

from audit.events import EventName
from delegation.assurance import Route
from delegation.errors import OutOfScopeError
from delegation.filing import UNSENT, FilingState
from delegation.model import Action, DelegationState
from gateway.visits.delegations import files_until, to_model
from gateway.visits.errors import NotOfferedError, OutOfOrderError, RouteNotAllowedError
from gateway.visits.reading import Stage
from gateway.visits.scope import Wanted
from gateway.visits.turns import TurnState, turns_of
from tests.gateway.visits.counter import BENEFIT, QUEUE, Counter
from tests.gateway.visits.played import filed

FOLLOWED = Wanted(service=QUEUE, follow=True, collect=True)
TWICE = Wanted(service=QUEUE, filings=2)


def states(counter: Counter) -> dict[str, TurnState]:
    view = counter.view()
    return {turn.service.id: turn.state for turn in counter.read(lambda conn: turns_of(conn, view))}


class TestSeveral:
    def test_one_statement_names_them_all(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).ask()
        text = counter.opened(lambda opened: opened.statement()).text
        assert "1. Slimības pabalsts" in text
        assert "2. Bērnudārza rinda" in text

    def test_are_filed_one_after_the_other(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        counter.fill()
        counter.send()
        assert counter.stage is Stage.FILED
        assert counter.delegation().state is DelegationState.ACTIVE
        counter.go_on(QUEUE)
        assert counter.view().stage is Stage.QUESTIONS
        counter.fill()
        counter.send()
        assert states(counter) == {BENEFIT: TurnState.FILED, QUEUE: TurnState.FILED}
        assert counter.delegation().state is DelegationState.SPENT
        counter.go_on(BENEFIT)
        assert counter.view().receipt is not None
        assert counter.close() == "filed"

    def test_a_route_that_one_of_them_refuses_is_refused(self, counter: Counter) -> None:
        counter.open().grant()
        counter.stop()
        counter.close()
        # The sign-in has told the number, so that the benefit alone could be asked for on the display.
        counter.open_several(BENEFIT, QUEUE)
        with pytest.raises(RouteNotAllowedError, match=QUEUE):
            counter.ask(Route.DISPLAY)

    def test_going_on_sets_the_half_done_one_aside(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        left = counter.fill()
        counter.prepare()
        counter.go_on(QUEUE)
        assert counter.filing().state is FilingState.ABANDONED
        counter.fill()
        counter.go_on(BENEFIT)
        assert counter.stage is Stage.QUESTIONS
        assert states(counter) == {BENEFIT: TurnState.CURRENT, QUEUE: TurnState.LEFT}
        assert counter.opened(lambda opened: opened.answers()) is not None
        assert counter.fill() != left
        counter.send()
        assert counter.view().stage is Stage.FILED

    def test_no_permit_outlives_being_set_aside(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        counter.fill()
        counter.prepare()
        counter.sign_in()
        counter.begin_send()
        counter.go_on(QUEUE)
        assert not counter.knock().allowed
        assert counter.filing().sent_at is None

    def test_a_stop_ends_all_that_is_unsent(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        counter.fill()
        counter.send()
        counter.go_on(QUEUE)
        counter.fill()
        assert counter.stop() is None
        assert counter.delegation().state is DelegationState.REVOKED
        assert counter.filing().state is FilingState.STOPPED
        assert states(counter)[BENEFIT] is TurnState.FILED
        assert counter.close() == "filed"

    def test_after_a_stop_only_what_is_left_is_asked_for(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        counter.fill()
        counter.send()
        counter.go_on(QUEUE)
        counter.stop()
        counter.grant()
        assert [each["service"] for each in counter.delegation().services] == [QUEUE]

    def test_nobody_goes_on_while_the_answer_is_awaited(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        counter.fill()
        counter.prepare()
        counter.sign_in()
        assert counter.press().allowed
        with pytest.raises(OutOfOrderError):
            counter.go_on(QUEUE)

    def test_nobody_goes_on_to_what_was_not_chosen(self, counter: Counter) -> None:
        counter.open().grant()
        with pytest.raises(OutOfOrderError):
            counter.go_on(QUEUE)

    def test_answers_common_to_several_are_asked_once(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        counter.fill()
        counter.send()
        counter.go_on(QUEUE)
        known = counter.opened(lambda opened: opened.common_answers())
        assert known["resident.phone"] == "+37120000001"
        assert known["resident.email"] == "iedzivotajs01@piemers.example"


class TestActions:
    def test_each_has_its_own_end(self, counter: Counter) -> None:
        counter.open(QUEUE).grant(services=(FOLLOWED,))
        now, row = counter.clock.now(), counter.delegation()
        allowed = to_model(row).allowed_service(QUEUE)
        files_until = allowed.end_of(Action.FILE)
        assert files_until is not None
        assert files_until < now + timedelta(hours=12)
        for action, days in ((Action.FOLLOW, 30), (Action.COLLECT, 60)):
            end = allowed.end_of(action)
            assert end is not None
            assert abs(end - (now + timedelta(days=days))) <= timedelta(minutes=1)
        assert row.valid_until == allowed.end_of(Action.COLLECT)

    def test_filing_ends_with_the_visit_and_the_others_live_on(self, counter: Counter) -> None:
        counter.open(QUEUE).grant(services=(FOLLOWED,))
        counter.fill()
        counter.send()
        counter.close()
        delegation = to_model(counter.delegation())
        assert delegation.state is DelegationState.SPENT
        assert delegation.files_until is not None
        assert delegation.files_until <= counter.clock.now()
        assert not delegation.is_over(counter.clock.now())

    def test_what_was_never_filed_is_not_followed(self, counter: Counter) -> None:
        counter.open(QUEUE).grant(services=(FOLLOWED,))
        counter.close()
        assert counter.delegation().state is DelegationState.REVOKED

    def test_nothing_is_filed_after_its_end_although_the_delegation_lives(self, counter: Counter) -> None:
        counter.open(QUEUE).grant(services=(FOLLOWED,))
        ends = files_until(counter.delegation().services)
        assert ends is not None
        counter.clock.move(ends - counter.clock.now())
        assert counter.stage is Stage.EXPIRED
        with pytest.raises(Exception, match="right to file"):
            counter.fill()

    def test_the_gate_lets_nothing_out_after_the_end_of_filing(self, counter: Counter) -> None:
        counter.open(QUEUE).grant(services=(FOLLOWED,))
        ends = files_until(counter.delegation().services)
        assert ends is not None
        counter.clock.move(ends - counter.clock.now() - timedelta(seconds=30))
        counter.fill()
        counter.prepare()
        counter.sign_in()
        counter.begin_send()
        counter.clock.move(timedelta(seconds=30))
        assert counter.knock().reason == "delegation.expired"

    def test_a_new_question_leaves_no_old_right_alive(self, counter: Counter) -> None:
        counter.open(QUEUE).grant(services=(FOLLOWED,))
        first = counter.delegation().id
        ends = files_until(counter.delegation().services)
        assert ends is not None
        counter.clock.move(ends - counter.clock.now())
        counter.ask()
        assert counter.delegation_of(first).state is DelegationState.REVOKED

    @pytest.mark.parametrize(
        "wanted",
        [
            Wanted(service=BENEFIT, follow=True),
            Wanted(service=BENEFIT, collect=True),
            Wanted(service=BENEFIT, filings=2),
            Wanted(service=BENEFIT, filings=0),
            Wanted(service=BENEFIT, locked=("account",)),
            Wanted(service=QUEUE),
        ],
    )
    def test_what_a_service_does_not_offer_cannot_be_asked_for(self, counter: Counter, wanted: Wanted) -> None:
        counter.open(BENEFIT)
        with pytest.raises(NotOfferedError):
            counter.ask(services=(wanted,))


class TestNumberOfFilings:
    def test_two_children_are_two_filings(self, counter: Counter) -> None:
        counter.open(QUEUE).grant(services=(TWICE,))
        counter.fill()
        counter.send()
        assert counter.view().may_file_another
        counter.fill(sample=1)
        counter.send()
        assert counter.delegation().state is DelegationState.SPENT
        assert not counter.view().may_file_another
        assert counter.events().count(EventName.FILING_FILED) == 2

    def test_the_third_is_refused(self, counter: Counter) -> None:
        counter.open_several(QUEUE, BENEFIT).grant(services=(TWICE,))
        for sample in (0, 1):
            counter.fill(sample=sample)
            counter.send()
        with pytest.raises(OutOfScopeError):
            counter.fill(child_code="329999-10003")

    def test_once_is_once_where_nothing_else_was_asked(self, counter: Counter) -> None:
        counter.open_several(QUEUE, BENEFIT).grant()
        counter.fill()
        counter.send()
        with pytest.raises(OutOfScopeError):
            counter.fill(sample=1)

    def test_of_four_workers_that_race_for_the_last_one_sends(self, counter: Counter) -> None:
        counter.open(QUEUE).grant(services=(TWICE,))
        counter.fill()
        counter.send()
        counter.fill(sample=1)
        counter.prepare()
        counter.sign_in()
        counter.begin_send()
        gate, verdicts = threading.Barrier(4), []

        def worker() -> None:
            gate.wait()
            verdicts.append(counter.knock().allowed)

        threads = [threading.Thread(target=worker) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(verdicts) == [False, False, False, True]
        counter.answer(filed(counter.clock.now()))
        assert to_model(counter.delegation()).allowed_service(QUEUE).used == 2


def test_at_no_time_are_two_filings_unsent(counter: Counter) -> None:
    counter.open_several(BENEFIT, QUEUE).grant()
    for service in (QUEUE, BENEFIT, QUEUE, BENEFIT):
        counter.go_on(service)
        counter.fill()
        assert sum(filing.state in UNSENT for filing in counter.filings()) == 1

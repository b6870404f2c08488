"""A service that this centre may not give now, or this assistant not yet or no more: nothing goes a step further."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TypeAlias

import pytest
from sqlalchemy import Connection, update

from audit.events import EventName
from connectors.sdk import registry
from connectors.sdk.outcome import Standing
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.people import residents, staff_states
from gateway.people.staff import OPERATOR
from gateway.people.tables import StateWhy
from gateway.services import agreements, trainings
from gateway.services.agreements import Terms
from gateway.services.tables import Agreement
from gateway.visits import asking, guarding, handing_over, left_open, sending
from gateway.visits.errors import RouteNotAllowedError
from gateway.visits.guarding import (
    AgreementFullError,
    NoAgreementError,
    NotAtWorkError,
    NotInBasketError,
    NotTrainedError,
)
from gateway.visits.tables import Filing, RunKind
from tests.gateway.conftest import NINE
from tests.gateway.visits.colleagues import a_colleague, another_centre
from tests.gateway.visits.counter import AGREEMENT, BENEFIT, Counter
from tests.gateway.visits.followed import filed, told


def end_agreement(counter: Counter) -> None:
    now = counter.clock.now()
    assert counter.write(lambda conn: agreements.end(conn, AGREEMENT, now))


def suspend_agreement(counter: Counter) -> None:
    now = counter.clock.now()
    counter.write(lambda conn: agreements.suspend(conn, AGREEMENT, now))


def empty_basket(counter: Counter) -> None:
    counter.write(lambda conn: agreements.remove_from_basket(conn, "vpvkac", BENEFIT))


def ask_training(counter: Counter) -> None:
    def work(conn: Connection) -> None:
        trainings.define(conn, "vsaa-benefits", {"lv": "VSAA pabalsti", "en": "VSAA benefits"})
        trainings.require(conn, BENEFIT, "vsaa-benefits")

    counter.write(work)


def suspend(counter: Counter) -> None:
    def work(conn: Connection) -> None:
        account = staff_states.locked(conn, counter.by.staff_id)
        staff_states.suspend(conn, account, StateWhy.UNCLEAR, by=OPERATOR, now=counter.clock.now())

    counter.write(work)


Close: TypeAlias = Callable[[Counter], None]
CLOSED: list[tuple[Close, type[guarding.BarredError]]] = [
    (empty_basket, NotInBasketError),
    (end_agreement, NoAgreementError),
    (suspend_agreement, NoAgreementError),
    (ask_training, NotTrainedError),
    (suspend, NotAtWorkError),
]


@pytest.mark.parametrize(("close", "error"), CLOSED)
class TestClosedService:
    """Looked at again at every use: a service may be closed in the middle of a visit."""

    def test_cannot_be_chosen(self, counter: Counter, close: Close, error: type[Exception]) -> None:
        close(counter)
        with pytest.raises(error):
            counter.open()
        assert EventName.SERVICE_CHOSEN not in counter.events()

    def test_cannot_be_requested(self, counter: Counter, close: Close, error: type[Exception]) -> None:
        counter.open()
        close(counter)
        with pytest.raises(error):
            counter.ask()
        assert not counter.has_asked()

    def test_cannot_be_filled(self, counter: Counter, close: Close, error: type[Exception]) -> None:
        counter.open().grant()
        close(counter)
        with pytest.raises(error):
            counter.fill()

    def test_is_not_permitted(self, counter: Counter, close: Close, error: type[guarding.BarredError]) -> None:
        counter.open().grant()
        counter.fill()
        assert counter.prepare()
        close(counter)
        counter.sign_in()
        assert (counter.filing().state, counter.filing().reason) == (FilingState.STOPPED, error.code)
        assert EventName.STEP_BARRED in counter.events()
        assert EventName.PERMIT_GIVEN not in counter.events()

    def test_is_not_sent(self, counter: Counter, close: Close, error: type[guarding.BarredError]) -> None:
        counter.open().grant()
        counter.fill()
        assert counter.prepare()
        counter.sign_in()
        close(counter)
        verdict = counter.press()
        assert (verdict.allowed, verdict.reason) == (False, error.code)
        assert counter.filing().sent_at is None


@pytest.mark.parametrize("close", [empty_basket, end_agreement, suspend_agreement, ask_training])
def test_a_yes_to_what_was_closed_while_it_was_read_allows_nothing(counter: Counter, close: Close) -> None:
    counter.open().ask()
    counter.enter_code()
    counter.match()
    close(counter)
    counter.sign_in()
    assert counter.delegation().state is DelegationState.LAPSED
    assert EventName.STEP_BARRED in counter.events()
    assert EventName.DELEGATION_SIGNED not in counter.events()


def test_a_suspension_that_was_lifted_is_over(counter: Counter) -> None:
    suspend_agreement(counter)
    counter.clock.move(timedelta(hours=1))
    counter.write(lambda conn: agreements.lift(conn, AGREEMENT, counter.clock.now()))
    counter.open().grant()
    assert counter.delegation().state is DelegationState.ACTIVE


def desk_with_a_yes(counter: Counter, number: int) -> Counter:
    """Another desk at which another resident has said yes."""
    person = residents.Profile(name=f"Persona {number}", code=f"32999{number}-0000{number}")
    desk = replace(counter, by=a_colleague(counter, f"Kolēģis {number}"), visit_id="", phone=None, signs_in=person.code)
    return desk.open().grant(person=person)


class TestTerms:
    def test_let_no_other_way_of_saying_yes_be_asked_for(self, counter: Counter) -> None:
        counter.write(lambda conn: conn.execute(update(Agreement).values(routes=["paper"])))
        counter.open()
        with pytest.raises(RouteNotAllowedError):
            counter.ask()
        assert not counter.has_asked()

    @pytest.mark.parametrize("bound", ["most_a_day", "most_a_month"])
    def test_let_no_more_be_begun_than_the_holder_agreed_to(self, counter: Counter, bound: str) -> None:
        counter.write(lambda conn: conn.execute(update(Agreement).values({bound: 1})))
        counter.open().grant()
        counter.fill()
        counter.close()  # what came to nothing does not count
        counter.open().grant()
        counter.fill()
        counter.send()
        counter.close()
        counter.open()
        with pytest.raises(AgreementFullError):
            counter.ask()

    def test_are_held_to_by_many_desks_at_once(self, counter: Counter) -> None:
        desks = [desk_with_a_yes(counter, number) for number in range(4)]
        counter.write(lambda conn: conn.execute(update(Agreement).values(most_a_day=2)))
        together = Barrier(1 if counter.store.database.dialect == "sqlite" else len(desks))  # SQLite has one writer

        def fill(desk: Counter) -> bool:
            sample = registry.find(BENEFIT).samples[0]

            def work(conn: Connection) -> None:
                together.wait()
                asking.fill(conn, desk.store, desk.by, desk.visit_id, sample.answers(NINE.date()), sample.files)

            try:
                desk.store.database.write_now(work)
            except AgreementFullError:
                return False
            return True

        with ThreadPoolExecutor(len(desks)) as pool:
            assert sorted(pool.map(fill, desks)) == [False, False, True, True]

    @pytest.mark.parametrize(("sent", "counts"), [(False, False), (True, True)])
    def test_count_what_was_declined_only_where_it_was_sent(self, counter: Counter, sent: bool, counts: bool) -> None:
        counter.write(lambda conn: conn.execute(update(Agreement).values(most_a_day=1)))
        counter.open().grant()
        filing = counter.fill()
        at = counter.clock.now() if sent else None
        declined = update(Filing).where(Filing.id == filing).values(state=FilingState.DECLINED, sent_at=at)
        counter.write(lambda conn: conn.execute(declined))
        counter.close()
        counter.open()
        with pytest.raises(AgreementFullError) if counts else nullcontext():
            counter.ask()

    def test_of_one_agreement_are_nothing_where_another_has_none(self, counter: Counter) -> None:
        begins = counter.clock.now() - timedelta(days=1)
        bound = Terms(most_a_day=1, routes=("paper",))
        counter.write(lambda conn: agreements.conclude(conn, holder="VSAA", begins_at=begins, terms=bound))
        counter.open().grant()
        assert counter.delegation().state is DelegationState.ACTIVE


class TestSuspendedAssistant:
    """Whatever was begun in their name: the rows of the visit are untouched, and no request leaves."""

    def test_lets_no_request_of_a_run_leave(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        counter.begin()
        run = counter.run_of(RunKind.PREPARE)
        assert counter.read(lambda conn: sending.decide_step(conn, counter.store, run.id)).allowed
        suspend(counter)
        verdict = counter.read(lambda conn: sending.decide_step(conn, counter.store, run.id))
        assert (verdict.allowed, verdict.reason) == (False, NotAtWorkError.code)

    def test_has_no_form_filled_in(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        suspend(counter)
        counter.begin()
        assert (counter.filing().state, counter.filing().reason) == (FilingState.FAILED, NotAtWorkError.code)

    def test_leaves_open_visits_to_be_seen_and_taken_over(self, counter: Counter) -> None:
        counter.open().grant()
        colleague, theirs = a_colleague(counter), counter.by.staff_id
        assert counter.read(lambda conn: left_open.of_person(conn, theirs, "en", most=5)) == []
        suspend(counter)
        (left,) = counter.read(lambda conn: left_open.of_person(conn, theirs, "en", most=5))
        assert (left.visit_id, left.is_allowed) == (counter.visit_id, True)
        (seen,) = counter.read(lambda conn: handing_over.in_centre(conn, colleague, most=5))
        assert seen.id == counter.visit_id

    def test_still_has_what_was_filed_followed_for_the_resident(self, counter: Counter) -> None:
        filed(counter)
        suspend(counter)
        told(counter, Standing.REFUSED, wanted="Par vēlu iesniegts")


class TestTraining:
    def test_opens_the_service_until_it_is_past_its_time(self, counter: Counter) -> None:
        ask_training(counter)
        until, me = counter.clock.now() + timedelta(hours=1), counter.by.staff_id
        counter.write(lambda conn: trainings.give(conn, me, "vsaa-benefits", until))
        counter.open()
        counter.clock.move(timedelta(hours=1))
        with pytest.raises(NotTrainedError):
            counter.ask()
        counter.write(lambda conn: trainings.give(conn, me, "vsaa-benefits", until + timedelta(days=30)))
        assert counter.ask() != ""

    def test_of_a_colleague_is_not_the_assistants(self, counter: Counter) -> None:
        ask_training(counter)
        colleague, until = a_colleague(counter), counter.clock.now() + timedelta(hours=1)
        counter.write(lambda conn: trainings.give(conn, colleague.staff_id, "vsaa-benefits", until))
        with pytest.raises(NotTrainedError):
            counter.open()


class TestAgreement:
    def test_counts_from_its_first_instant_until_its_last(self, counter: Counter) -> None:
        end_agreement(counter)
        begins = counter.clock.now() + timedelta(hours=1)
        centre = counter.by.centre_id
        counter.write(
            lambda conn: agreements.conclude(
                conn,
                holder="VSAA",
                service_id=BENEFIT,
                centre_id=centre,
                begins_at=begins,
                ends_at=begins + timedelta(hours=1),
            )
        )
        with pytest.raises(NoAgreementError):
            counter.open()
        counter.clock.move(timedelta(hours=1))
        counter.open()
        counter.clock.move(timedelta(hours=1))
        with pytest.raises(NoAgreementError):
            counter.ask()

    def test_of_another_holder_or_for_another_centre_opens_nothing(self, counter: Counter) -> None:
        end_agreement(counter)
        other, since = another_centre(counter), counter.clock.now() - timedelta(days=1)

        def work(conn: Connection) -> None:
            agreements.conclude(conn, holder="VID", begins_at=since)
            agreements.conclude(conn, holder="VSAA", centre_id=other, begins_at=since)

        counter.write(work)
        with pytest.raises(NoAgreementError):
            counter.open()

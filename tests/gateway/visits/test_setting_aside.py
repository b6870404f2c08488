"""Another day: what is left waits, is taken up by somebody who has checked the document, or is closed honestly."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from audit.events import EventName
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.jobs.tables import JobRow
from gateway.people.errors import TriedTooOftenError
from gateway.visits import reading, setting_aside, stopping
from gateway.visits.delegations import files_until
from gateway.visits.errors import NotFoundError, OutOfOrderError, VisitClosedError
from gateway.visits.reading import Stage
from gateway.visits.setting_aside import Line
from gateway.visits.telling import Told, tell
from gateway.visits.turns import TurnState, turns_of
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import BENEFIT, ILZE, QUEUE, Counter
from tests.gateway.visits.messages import messages, tell_all
from tests.gateway.visits.planned import answer, go_on


def half_done(counter: Counter) -> Counter:
    """One of two is filed, and the other is read back, when the resident has to go."""
    counter.open_several(BENEFIT, QUEUE).grant(another_day=True)
    answer(counter)
    counter.send()
    go_on(counter)
    counter.prepare()
    return counter


def set_aside(counter: Counter) -> None:
    counter.write(lambda conn: setting_aside.set_aside(conn, counter.store, counter.by, counter.visit_id))


def take_up(counter: Counter, code: str = ILZE.code) -> bool:
    return counter.write(
        lambda conn: setting_aside.take_up(
            conn, counter.store, counter.by, counter.visit_id, code=code, document="passport"
        )
    )


def waiting(counter: Counter) -> list[Line]:
    return counter.read(lambda conn: setting_aside.in_centre(conn, counter.store, counter.by, most=20))


def sweep(counter: Counter) -> str | None:
    """What the sweep does; how the visit ended, if it closed it."""
    for visit_id in counter.read(lambda conn: setting_aside.over(conn, counter.store)):
        counter.write(partial(setting_aside.end_over, parts=counter.store, visit_id=visit_id))
    ending = counter.view().visit["ending"]
    return None if ending is None else str(ending.value)


def test_whoever_still_looks_is_told_when_it_is_taken_up(counter: Counter) -> None:
    half_done(counter)
    set_aside(counter)
    before = counter.read(lambda conn: reading.moment(conn, counter.store, counter.visit_id))
    assert before is not None
    assert take_up(counter)
    assert counter.read(lambda conn: reading.moment(conn, counter.store, counter.visit_id)) != before


class TestSettingAside:
    def test_the_statement_names_the_later_end(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).ask(another_day=True)
        ends = files_until(counter.delegation().services)
        assert ends is not None
        assert abs(ends - counter.clock.now() - timedelta(days=14)) <= timedelta(minutes=1)

    def test_of_one_service_alone_the_end_stays(self, counter: Counter) -> None:
        counter.open(BENEFIT).ask(another_day=True)
        ends = files_until(counter.delegation().services)
        assert ends is not None
        assert ends - counter.clock.now() < timedelta(hours=3)

    def test_voids_what_is_half_done_and_keeps_the_right(self, counter: Counter) -> None:
        half_done(counter)
        set_aside(counter)
        assert counter.stage is Stage.SET_ASIDE
        assert counter.filing().state is FilingState.ABANDONED
        assert counter.delegation().state is DelegationState.ACTIVE
        assert counter.said(EventName.VISIT_SET_ASIDE)["left"] == [QUEUE]
        [line] = waiting(counter)
        assert (line.filed, len(line.left)) == (1, 1)
        view = counter.view()
        turns = counter.read(lambda conn: turns_of(conn, view))
        assert [each.state for each in turns] == [TurnState.FILED, TurnState.LEFT]

    def test_nothing_is_done_in_it_meanwhile(self, counter: Counter) -> None:
        half_done(counter)
        set_aside(counter)
        with pytest.raises(VisitClosedError):
            answer(counter)
        with pytest.raises(VisitClosedError):
            set_aside(counter)
        go_on(counter)
        assert counter.filing().state is FilingState.ABANDONED

    def test_needs_a_right_that_lasts_to_another_day(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        with pytest.raises(OutOfOrderError):
            set_aside(counter)

    def test_waits_for_the_answer_about_what_was_sent(self, counter: Counter) -> None:
        half_done(counter)
        counter.sign_in()
        assert counter.press().allowed
        with pytest.raises(OutOfOrderError):
            set_aside(counter)

    def test_the_resident_is_told_and_reminded(self, counter: Counter) -> None:
        half_done(counter)
        set_aside(counter)
        delegation = counter.delegation().id
        tell_all(counter)
        assert messages(counter, "visit_set_aside")
        assert messages(counter, "visit_reminded")
        assert take_up(counter)
        before = len(messages(counter, "visit_reminded"))
        counter.write(lambda conn: tell(conn, counter.store, delegation, Told.REMINDED))
        assert len(messages(counter, "visit_reminded")) == before

    def test_is_reminded_once_however_often_it_was_set_aside(self, counter: Counter) -> None:
        half_done(counter)
        set_aside(counter)
        assert take_up(counter)
        set_aside(counter)
        waiting_jobs = select(func.count()).where(JobRow.payload["what"].as_string() == Told.REMINDED.value)
        assert counter.read(lambda conn: conn.execute(waiting_jobs).scalar_one()) == 1


class TestTakingUp:
    def test_the_same_assistant_goes_on_under_the_same_yes(self, counter: Counter) -> None:
        half_done(counter)
        set_aside(counter)
        counter.clock.move(timedelta(days=3))
        assert take_up(counter)
        assert waiting(counter) == []
        go_on(counter)
        assert counter.view().visit["service_id"] == QUEUE
        assert counter.filing().state is FilingState.DRAFTED
        assert EventName.PERMIT_GIVEN in counter.events()
        permits = counter.events().count(EventName.PERMIT_GIVEN)
        assert counter.prepare()
        counter.enter_code()
        counter.match()
        counter.sign_in()
        assert counter.press().allowed
        assert counter.events().count(EventName.PERMIT_GIVEN) == permits + 1

    def test_another_document_takes_nothing_up(self, counter: Counter) -> None:
        half_done(counter)
        set_aside(counter)
        assert not take_up(counter, "329999-00002")
        assert not take_up(counter, "nonsense")
        assert counter.stage is Stage.SET_ASIDE
        assert counter.events().count(EventName.VISIT_NOT_TAKEN_UP) == 2

    def test_nobody_tries_one_code_after_another(self, counter: Counter) -> None:
        half_done(counter)
        set_aside(counter)
        for number in range(20):
            assert not take_up(counter, f"329999-{90000 + number}")
        with pytest.raises(TriedTooOftenError):
            take_up(counter)
        counter.clock.move(timedelta(minutes=16))
        assert take_up(counter)

    def test_whom_the_statement_does_not_name_asks_for_a_new_yes(self, counter: Counter) -> None:
        half_done(counter)
        set_aside(counter)
        counter.by = a_colleague(counter)
        assert take_up(counter)
        assert counter.stage is Stage.REQUEST
        go_on(counter)
        assert counter.filing().state is FilingState.ABANDONED
        counter.clock.move(timedelta(seconds=1))
        counter.grant()
        assert [each["service"] for each in counter.delegation().services] == [QUEUE]
        answer(counter)
        counter.send()
        assert counter.close() == "filed"

    def test_another_centre_finds_nothing(self, counter: Counter) -> None:
        half_done(counter)
        set_aside(counter)
        counter.by = replace(counter.by, centre_id="another")
        with pytest.raises(NotFoundError):
            take_up(counter)
        assert waiting(counter) == []


class TestTheEnd:
    def test_its_time_closes_it_with_what_was_filed(self, counter: Counter) -> None:
        half_done(counter)
        set_aside(counter)
        assert sweep(counter) is None
        counter.clock.move(timedelta(days=15))
        with pytest.raises(VisitClosedError):
            take_up(counter)
        assert sweep(counter) == "filed"
        assert EventName.VISIT_EXPIRED in counter.events()

    def test_its_time_closes_it_as_expired_where_nothing_was_filed(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant(another_day=True)
        set_aside(counter)
        counter.clock.move(timedelta(days=15))
        assert sweep(counter) == "expired"

    def test_the_residents_no_closes_it(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant(another_day=True)
        set_aside(counter)
        counter.write(lambda conn: stopping.stop_by_code(conn, counter.store, counter.stop_code()))
        with pytest.raises(VisitClosedError):
            take_up(counter)
        assert sweep(counter) == "stopped"

"""Whoever served a visit before it went over to a colleague is no second pair of eyes in it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from gateway.people.access import StaffSession
from gateway.visits import second_acts, second_looks, second_person
from gateway.visits.errors import SecondPersonError
from gateway.visits.reading import Stage
from tests.gateway.visits.colleagues import a_colleague, a_terminal
from tests.gateway.visits.counter import BENEFIT, QUEUE, Counter
from tests.gateway.visits.planned import answer
from tests.gateway.visits.test_guarding import ACCOUNT, decide, ensure_stage, known
from tests.gateway.visits.test_handing_over import take_over
from tests.gateway.visits.test_setting_aside import set_aside, take_up

KNOWN = "LV97HABA0012345678910"

Step = Callable[[Counter, StaffSession], None]


def handed_over(counter: Counter, to: StaffSession) -> None:
    assert take_over(counter, to)


def on_another_day(counter: Counter, to: StaffSession) -> None:
    set_aside(counter)
    counter.by = to
    assert take_up(counter)


def offered(counter: Counter, to: StaffSession) -> list[str]:
    now = counter.clock.now()
    return [each.id for each in counter.read(lambda conn: second_looks.waiting_for(conn, to, now, most=10))]


def elsewhere(counter: Counter, of: StaffSession) -> StaffSession:
    """The same person at another computer."""
    return replace(of, terminal_id=a_terminal(counter, of.centre_id))


@pytest.mark.parametrize("passes", [handed_over, on_another_day])
def test_who_typed_the_number_confirms_it_for_nobody_who_goes_on(counter: Counter, passes: Step) -> None:
    known(counter, iban=KNOWN)
    counter.open_several(BENEFIT, QUEUE).grant(another_day=True)
    answer(counter, account=ACCOUNT)
    first, second, third = counter.by, a_colleague(counter), a_colleague(counter, "Zane Trešā")
    passes(counter, second)
    counter.grant(another_day=True)
    passes(counter, third)
    counter.grant()
    answer(counter, account=ACCOUNT)
    assert counter.prepare()
    ensure_stage(counter, Stage.SECOND_LOOK)
    other = a_colleague(counter, "Dace Ceturtā")
    (look_id,) = offered(counter, other)
    for former in (first, second, elsewhere(counter, first), elsewhere(counter, second)):
        assert offered(counter, former) == []
        with pytest.raises(SecondPersonError):
            counter.write(partial(second_person.look, parts=counter.store, session=former, look_id=look_id))
        with pytest.raises(SecondPersonError):
            counter.write(partial(second_acts.confirm, parts=counter.store, session=former, look_id=look_id))
    decide(counter, other, yes=True)
    ensure_stage(counter, Stage.PERMIT)

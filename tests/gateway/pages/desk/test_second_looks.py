"""What the assistant and the resident are told while a colleague looks, and when the colleague does not confirm."""

from datetime import timedelta

import pytest

from gateway.people.residents import Profile
from gateway.visits import second_acts, second_looks, second_person
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import ILZE


def answered(desk: Desk, *, in_time: bool) -> None:
    """A colleague says no, or nobody answers."""
    colleague, now = a_colleague(desk), desk.clock.now()
    (waiting,) = desk.read(lambda conn: second_looks.waiting_for(conn, colleague, now, most=10))
    if in_time:
        desk.write(lambda conn: second_person.look(conn, desk.store, colleague, waiting.id))
        desk.write(lambda conn: second_acts.refuse(conn, desk.store, colleague, waiting.id))
    else:
        desk.clock.move(second_person.LASTS + timedelta(seconds=1))
        desk.write(lambda conn: second_acts.lapse(conn, desk.store, waiting.id))
        desk.freshen()


@pytest.mark.parametrize(
    ("in_time", "told"),
    [(True, "The colleague who looked did not confirm"), (False, "No colleague looked in time")],
)
class TestTheDesk:
    def test_is_told_why_the_resident_was_not_asked(self, desk: Desk, in_time: bool, told: str) -> None:
        desk.at(Stage.SECOND_LOOK)
        answered(desk, in_time=in_time)
        assert desk.stage is Stage.LAPSED
        assert f"{told}, so the resident was not asked" in desk.look().text

    def test_is_told_why_the_answers_came_back(self, desk: Desk, in_time: bool, told: str) -> None:
        desk.knows(Profile(name=ILZE.name, code=ILZE.code, iban="LV97HABA0012345678910"))
        desk.ready()
        desk.fill(account="LV78PARA0000000000001")
        answered(desk, in_time=in_time)
        assert desk.stage is Stage.QUESTIONS
        assert told in desk.look().text


def test_what_a_colleague_did_not_confirm_is_typed_anew_and_never_kept_by_leaving_it_empty(desk: Desk) -> None:
    desk.knows(Profile(name=ILZE.name, code=ILZE.code, iban="LV97HABA0012345678910"))
    desk.ready()
    desk.fill(account="LV78PARA0000000000001")
    answered(desk, in_time=True)
    page = desk.look().text
    assert "A colleague did not confirm this value" in page
    assert 'name="keep.account"' not in page
    assert "LV78" not in page
    assert 'name="keep.email"' in page

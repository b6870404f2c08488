"""How several services came out: what was filed and under which number, what was not and why, and the way on."""

import re
from dataclasses import replace

import pytest

from connectors.runner import errors as run_errors
from gateway.visits import running, turns
from gateway.visits.reading import Stage
from gateway.visits.tables import RunKind
from gateway.visits.unfiled import Unfiled
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits import planned
from tests.gateway.visits.counter import BENEFIT, QUEUE
from tests.gateway.visits.played import declined, filed

NUMBER = "SP-2026-000001"
SAID = "Konts nepieder."


@pytest.fixture
def two(desk: Desk) -> Desk:
    """Two services under one statement, answered; the first is being filled in."""
    desk.open_several(BENEFIT, QUEUE).grant()
    planned.settle(desk, sheet="yes", child="yes")
    planned.answer(desk)
    return desk


def text_of(page: str) -> str:
    """What is read."""
    main = page.partition("<main")[2].partition("</main")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def press_and(desk: Desk, answer: object) -> None:
    """The resident has said yes; the portal answers."""
    desk.report_read_back()
    desk.sign_in()
    verdict = desk.press()
    assert verdict.allowed, verdict.reason
    desk.answer(answer)


def refused_then_filed(desk: Desk) -> Desk:
    """The first was refused by its portal, the second was received."""
    press_and(desk, declined(desk.clock.now()))
    planned.go_on(desk)
    press_and(desk, replace(filed(desk.clock.now()), reference=NUMBER))
    return desk


def whys(desk: Desk) -> dict[str, Unfiled | None]:
    view = desk.view()
    return {each.service.id: each.why for each in desk.read(lambda conn: turns.turns_of(conn, view))}


class TestTheLastReceipt:
    def test_names_what_was_filed_what_was_refused_in_whose_words_and_the_way_on(self, two: Desk) -> None:
        refused_then_filed(two)
        for path in (two.path, f"{two.path}/receipt"):
            text = text_of(two.browser.get(path).text)
            assert NUMBER in text
            assert SAID in text
        printed = text_of(two.browser.get(f"{two.path}/receipt").text)  # in the resident's language
        assert "Iestāde to izskatīja un noraidīja" in printed
        assert "Kopā ar asistentu izlabojiet" in printed
        assert printed.index("Nav iesniegts") > printed.index(NUMBER)

    def test_says_after_the_visit_how_it_can_still_be_filed(self, two: Desk) -> None:
        refused_then_filed(two)
        two.close()
        text = text_of(two.look().text)
        assert "The institution looked at it and refused it" in text
        assert "it can be filed in a new visit" in text
        assert NUMBER in text
        assert SAID not in text  # the page shows nothing of the resident any more

    def test_says_what_failed_and_why_and_what_was_left_out(self, two: Desk) -> None:
        two.begin()
        run = two.run_of(RunKind.PREPARE).id
        error = run_errors.GateRefusedError("POST /x", "not declared")
        two.write(lambda conn: running.failed(conn, two.store, run, error))
        planned.leave_out(two, QUEUE)
        two.close()
        text = text_of(two.look().text)
        assert "It could not be filled in. Nothing was sent." in text
        assert "tried to send something that we do not know" in text
        assert "It was left out for now." in text


class TestWhyEachIsNotFiled:
    def test_is_read_off_the_rows(self, two: Desk) -> None:
        assert whys(two) == {BENEFIT: Unfiled.UNDER_WAY, QUEUE: Unfiled.NOT_BEGUN}
        press_and(two, declined(two.clock.now()))
        assert whys(two)[BENEFIT] is Unfiled.REFUSED
        planned.leave_out(two, QUEUE)
        assert whys(two)[QUEUE] is Unfiled.SKIPPED


class TestWhatWasFiledElsewhereBefore:
    @pytest.fixture
    def again(self, desk: Desk) -> Desk:
        """The benefit was filed in an earlier visit; now it comes with another service."""
        desk.open().grant()
        planned_sample(desk)
        desk.close()
        desk.open_several(BENEFIT, QUEUE).grant()
        planned.settle(desk, sheet="yes", child="yes")
        return desk

    def test_is_named_with_its_number_and_the_others_go_on_with_one_press(self, again: Desk) -> None:
        answer = again.press_button("plan/answers", planned.as_sent(planned.answers(again)))
        assert answer.status == 409
        text = text_of(answer.text)
        assert "Sickness benefit" in text
        assert NUMBER in text
        assert "Leave it out and go on with the others" in text
        again.press_button("plan/leave-out", {"service": BENEFIT})
        again.press_button("plan/answers", planned.as_sent(planned.answers(again)))
        assert again.view().visit["service_id"] == QUEUE
        assert again.stage is Stage.FILLING


def planned_sample(desk: Desk) -> None:
    """File the benefit with the answers of the plan's sample."""
    desk.fill()
    press_and(desk, replace(filed(desk.clock.now()), reference=NUMBER))

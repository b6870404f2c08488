"""How several services came out: what was filed and under which number, what was not and why, and the way on."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import update

from connectors.runner import errors as run_errors
from gateway.people.tables import Centre
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


class TestLeftOutAfterAnotherWasFiled:
    @pytest.mark.parametrize("refuses", [True, False], ids=["refused by its portal", "half done"])
    def test_the_way_on_is_to_hand_over_the_receipt_and_end_the_visit(self, two: Desk, refuses: bool) -> None:
        press_and(two, replace(filed(two.clock.now()), reference=NUMBER))
        planned.go_on(two)
        if refuses:
            press_and(two, declined(two.clock.now()))
        two.press_button("plan/leave-out", {"service": QUEUE})
        assert two.view().visit["service_id"] == BENEFIT
        text = text_of(two.look().text)
        assert NUMBER in text
        assert "Hand over the receipt" in text
        assert "It was left out for now." in text or SAID in text
        assert "End the visit" in text
        assert "Correct the answers" not in text
        two.press_button("plan/take-back", {"service": QUEUE})
        assert two.view().visit["service_id"] == QUEUE

    def test_a_no_to_what_comes_first_leads_back_too(self, two: Desk) -> None:
        press_and(two, replace(filed(two.clock.now()), reference=NUMBER))
        planned.go_on(two)
        two.press_button("plan/leave-out", {"service": QUEUE})
        two.press_button("plan/take-back", {"service": QUEUE})
        two.press_button("plan/preconditions", {f"precondition.{QUEUE}/child_registered": "no"})
        assert "Hand over the receipt" in text_of(two.look().text)

    def test_with_all_left_out_the_visit_ends_from_there(self, two: Desk) -> None:
        for service in (QUEUE, BENEFIT):
            two.press_button("plan/leave-out", {"service": service})
        page = two.look().text
        assert "Nothing else is left to do in this visit." in text_of(page)
        assert f'href="{two.path}/close" role="button"' in page.partition("<main")[2].partition("</main")[0]
        assert "Correct the answers" not in text_of(page)

    def test_what_a_portal_refused_is_not_corrected_where_it_is_left_out(self, two: Desk) -> None:
        two.press_button("plan/leave-out", {"service": QUEUE})
        press_and(two, declined(two.clock.now()))
        two.press_button("plan/leave-out", {"service": BENEFIT})
        text = text_of(two.look().text)
        assert "It is left out" in text
        assert "Correct the answers" not in text


class TestWhatIsKnownOfTheCentre:
    def test_its_own_municipality_is_chosen_already_among_the_questions_of_all(self, desk: Desk) -> None:
        desk.open_several(BENEFIT, QUEUE).grant()
        here = update(Centre).where(Centre.id == desk.by.centre_id).values(municipality="Ziemeļu novads")
        desk.write(lambda conn: conn.execute(here))
        planned.settle(desk, sheet="yes", child="yes")
        assert re.search(r'<option value="ziemelu" selected', desk.look().text)


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

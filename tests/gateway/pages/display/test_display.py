"""The screen that faces the resident: what it shows, what it takes, and that it forgets."""

import re
from datetime import timedelta

import pytest

from audit.events import EventName
from delegation.assurance import Route
from gateway.visits import facing as visits_facing
from gateway.visits.reading import Stage
from tests.gateway.answers import statement_on
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.played import filed

IBAN = "LV97HABA0012345678910"


def asked(facing: Facing) -> Phone:
    facing.counter.open(language="en").ask(Route.DISPLAY)
    return facing.display()


def allowed(facing: Facing) -> Phone:
    screen = asked(facing)
    screen.see("/display")
    answer = screen.send("/display/yes", approval=facing.counter.approval().id, code=facing.counter.sent_code())
    assert answer.location == "/display"
    return screen


def read_back(facing: Facing) -> Phone:
    screen = allowed(facing)
    facing.counter.fill()
    facing.counter.prepare()
    return screen


class TestBetweenVisits:
    def test_it_is_blank(self, facing: Facing) -> None:
        page = facing.display().see("/display")
        assert "Laipni lūdzam" in page.text or "Welcome" in page.text
        assert "Anna" not in page.text

    def test_after_a_visit_it_asks_how_it_went_and_then_forgets(self, known: Facing) -> None:
        screen = read_back(known)
        known.counter.close()
        page = screen.see("/display")
        assert "How were you helped?" in page.text
        assert re.search(r"http://localhost:8000/f</strong>", page.text)
        assert re.search(r'id="code"[^>]*>', page.text)
        assert "Ilze" not in page.text
        assert IBAN not in page.text
        known.counter.clock.move(visits_facing.FAREWELL)
        assert "Thank you" not in screen.see("/display").text

    def test_a_display_that_was_paired_afterwards_shows_no_farewell(self, known: Facing) -> None:
        screen = allowed(known)
        known.counter.close()
        assert "How were you helped?" in screen.see("/display").text
        known.counter.clock.move(timedelta(seconds=30))
        assert "Thank you" not in known.later_display().see("/display").text

    def test_the_next_visit_ends_the_farewell(self, known: Facing) -> None:
        screen = allowed(known)
        known.counter.close()
        known.counter.open(language="en")
        page = screen.see("/display")
        assert "The assistant is preparing your matter" in page.text
        assert "Thank you" not in page.text

    def test_a_screen_that_is_not_enrolled_is_sent_to_enrolment(self, facing: Facing) -> None:
        assert facing.display("other").get("/display").location == "/display/enrol"


class TestInviting:
    def test_it_mirrors_picture_code_and_number_for_the_phone(self, facing: Facing) -> None:
        counter, screen = facing.counter, facing.display()
        counter.open(language="en").ask()
        invitation = counter.invitation()
        page = screen.see("/display")
        assert "<svg" in page.text
        assert f"{invitation.code[:4]}</span><span" in page.text
        assert f">{invitation.match_number}<" not in page.text
        assert "Ilze" not in page.text
        phone = facing.entered()
        page = screen.see("/display")
        assert f">{invitation.match_number}<" in page.text
        assert invitation.code[:4] not in page.text
        phone.see()
        phone.send("/approve/number", number=invitation.match_number)
        assert "Read and decide on your phone" in screen.see("/display").text

    def test_a_code_past_its_time_is_not_shown(self, facing: Facing) -> None:
        facing.counter.open(language="en").ask()
        code = facing.counter.invitation().code
        facing.counter.clock.move(timedelta(minutes=2))
        page = facing.display().see("/display")
        assert code[:4] not in page.text
        assert "past its time" in page.text

    def test_a_no_on_the_screen_counts_for_a_question_on_the_phone(self, facing: Facing) -> None:
        screen = facing.display()
        facing.counter.open(language="en").ask()
        screen.see("/display/no")
        screen.send("/display/no", approval=facing.counter.approval().id)
        assert facing.counter.view().stage is Stage.REFUSED


class TestAnswering:
    def test_the_statement_is_shown_to_the_letter(self, known: Facing) -> None:
        page = asked(known).see("/display")
        text = known.counter.opened(lambda opened: opened.statement()).text
        assert statement_on(page.text) == text

    def test_the_right_code_allows_it(self, known: Facing) -> None:
        allowed(known)
        assert known.counter.view().stage is Stage.QUESTIONS

    def test_a_wrong_code_costs_a_try_until_it_is_over(self, known: Facing) -> None:
        screen = asked(known)
        screen.see("/display")
        approval = known.counter.approval().id
        wrong = "000000" if known.counter.sent_code() != "000000" else "000001"
        answers = [screen.send("/display/yes", approval=approval, code=wrong) for _ in range(5)]
        assert [answer.status for answer in answers] == [403, 403, 403, 403, 303]
        assert "You have 4 tries left" in answers[0].text
        assert "You have 1 try left" in answers[3].text
        assert screen.send("/display/yes", approval=approval, code=known.counter.sent_code()).status == 303
        assert "This question is closed" in screen.see("/display").text
        assert EventName.DELEGATION_SIGNED not in known.counter.events()

    def test_an_empty_code_is_no_try(self, known: Facing) -> None:
        screen = asked(known)
        screen.see("/display")
        assert screen.send("/display/yes", approval=known.counter.approval().id, code="").status == 400
        assert known.counter.approval().tries_left == 5

    def test_the_read_back_is_shown_in_full_and_that_is_recorded_once(self, known: Facing) -> None:
        screen = read_back(known)
        page = screen.see("/display")
        assert IBAN in page.text
        assert "Free of charge" in page.text
        screen.see("/display")
        assert known.counter.events().count(EventName.READBACK_SHOWN) == 1

    def test_the_first_code_does_not_confirm_the_read_back(self, known: Facing) -> None:
        screen = allowed(known)
        first = known.counter.sent_code()
        known.counter.fill()
        known.counter.prepare()
        screen.see("/display")
        if first == known.counter.sent_code():
            pytest.fail("two codes are equal: one in a million")
        assert screen.send("/display/yes", approval=known.counter.approval().id, code=first).status == 403

    def test_a_touch_on_a_page_left_open_confirms_no_other_read_back(self, known: Facing) -> None:
        screen = read_back(known)
        screen.see("/display")
        old, code = known.counter.approval().id, known.counter.sent_code()
        known.counter.fill()
        known.counter.prepare()
        assert screen.send("/display/yes", approval=old, code=code).status == 303
        assert known.counter.view().stage is Stage.PERMIT

    def test_the_new_code_sends_it_to_the_reference_number(self, known: Facing) -> None:
        screen = read_back(known)
        screen.see("/display")
        screen.send("/display/yes", approval=known.counter.approval().id, code=known.counter.sent_code())
        assert "it is being sent" in screen.see("/display").text
        known.counter.press()
        known.counter.answer(filed(known.counter.clock.now()))
        page = screen.see("/display")
        assert "SP-2026-000001" in page.text
        assert IBAN not in page.text

    def test_a_no_to_the_read_back_sends_nothing(self, known: Facing) -> None:
        screen = read_back(known)
        screen.see("/display/no")
        screen.send("/display/no", approval=known.counter.approval().id)
        assert known.counter.view().stage is Stage.PERMIT_REFUSED
        assert "You said that something is wrong" in screen.see("/display").text


class TestAnotherTerminal:
    def test_its_display_shows_and_answers_nothing_of_this_visit(self, known: Facing) -> None:
        asked(known)
        other = known.another_display()
        other.csrf = "d2"
        assert "Read and decide" not in other.see("/display").text
        approval, code = known.counter.approval().id, known.counter.sent_code()
        assert other.send("/display/yes", approval=approval, code=code).status == 404
        assert other.send("/display/no", approval=approval).status == 404
        assert known.counter.view().stage is Stage.APPROVAL

    def test_its_stop_stops_nothing_here(self, known: Facing) -> None:
        allowed(known)
        other = known.another_display()
        other.csrf = "d2"
        other.send("/display/stop", visit=known.counter.visit_id)
        assert known.counter.view().stage is Stage.QUESTIONS


class TestStopping:
    def test_stops_all_after_a_second_touch(self, known: Facing) -> None:
        screen = allowed(known)
        assert "Stop everything?" in screen.see("/display/stop").text
        assert known.counter.view().stage is Stage.QUESTIONS
        assert screen.send("/display/stop", visit=known.counter.visit_id).location == "/display/stop"
        assert "It is stopped" in screen.see("/display/stop").text
        assert known.counter.view().stage is Stage.STOPPED

    def test_of_an_earlier_visit_leaves_the_one_on_the_screen(self, known: Facing) -> None:
        screen = allowed(known)
        screen.see("/display/stop")
        earlier = known.counter.visit_id
        known.counter.close()
        allowed(known)
        screen.send("/display/stop", visit=earlier)
        assert known.counter.view().stage is Stage.QUESTIONS

    def test_too_late_says_when_it_was_sent(self, known: Facing) -> None:
        screen = read_back(known)
        screen.see("/display")
        screen.send("/display/yes", approval=known.counter.approval().id, code=known.counter.sent_code())
        known.counter.press()
        screen.send("/display/stop", visit=known.counter.visit_id)
        assert "It was already sent" in screen.see("/display/stop").text

"""The buttons of a visit's page: each takes one step, once, and says in plain words why it could not."""

import re
from datetime import timedelta

import pytest

from audit.events import EventName
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.visits import looking
from gateway.visits.reading import Stage
from gateway.visits.tables import RunKind
from tests.gateway.pages.desk.desk import BENEFIT, PASSPORT, QUEUE, Desk
from tests.gateway.visits.played import filed

FORM = {
    "name": "Ilze Paraudziņa",
    "code": "32999900001",
    "document": "passport",
    "present": "yes",
    "route": "phone",
    "number": "",
    "checked_code": "",
}


class TestService:
    def test_is_found_by_plain_words_that_stay_out_of_the_address(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        answer = desk.press_button("search", {"query": "slimibas lapa"})
        assert answer.status == 200
        assert 'value="slimibas lapa"' in answer.text
        assert answer.text.index("Sickness benefit") < answer.text.index("Choose<span")

    def test_is_chosen_and_may_be_changed_before_anybody_is_asked(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        assert desk.press_button("service", {"service": PASSPORT}).status == 303
        assert desk.stage.value == Stage.REFERRAL.value
        assert desk.look("?panel=choose").text.count("Keep the service that was chosen") == 1
        desk.press_button("service", {"service": BENEFIT})
        assert desk.stage.value == Stage.REQUEST.value

    def test_that_does_not_exist_is_told_on_the_page(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        answer = desk.press_button("service", {"service": "lv.nobody.nothing"})
        assert answer.status == 404
        assert "There is no such service" in answer.text
        assert "What did the resident come for?" in answer.text

    def test_stays_once_somebody_was_asked(self, desk: Desk) -> None:
        desk.at(Stage.APPROVAL)
        answer = desk.press_button("service", {"service": QUEUE})
        assert answer.status == 409
        assert "the visit has moved on" in answer.text
        assert desk.view().visit["service_id"] == BENEFIT

    def test_may_be_another_one_after_a_no(self, desk: Desk) -> None:
        desk.at(Stage.REFUSED)
        desk.press_button("service", {"service": QUEUE})
        assert desk.stage.value == Stage.REQUEST.value
        assert "Kindergarten queue" in desk.look().text


class TestAsking:
    def test_sums_up_what_is_wrong_in_the_order_of_the_form(self, desk: Desk) -> None:
        desk.open()
        answer = desk.press_button("ask", FORM | {"name": "", "code": "", "document": "", "present": ""})
        assert answer.status == 422
        summary = answer.text.partition("govuk-error-summary__list")[2].partition("</ul>")[0]
        assert re.findall('href="#([a-z]+)"', summary) == ["document", "name", "code", "present"]

    def test_asks_the_resident(self, desk: Desk) -> None:
        desk.at(Stage.REQUEST)
        assert desk.press_button("ask", FORM).location == desk.path
        assert desk.stage is Stage.APPROVAL

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("name", "", "Enter the name and surname"),
            ("code", "12", "Enter the personal code"),
            ("code", "991399-10000", "Enter the personal code"),
            ("document", "library card", "Choose which document"),
            ("present", "", "Confirm that this is the person"),
            ("route", "letter", "Choose how the resident says yes"),
        ],
    )
    def test_says_beside_the_field_what_is_missing_and_keeps_the_rest(
        self, desk: Desk, field: str, value: str, said: str
    ) -> None:
        desk.at(Stage.REQUEST)
        answer = desk.press_button("ask", FORM | {field: value})
        assert answer.status == 422
        assert answer.text.count(said) == 2
        assert f'href="#{field}"' in answer.text
        kept = "Ilze Paraudziņa" if field != "name" else "32999900001"
        assert f'value="{kept}"' in answer.text
        assert desk.stage.value == Stage.REQUEST.value

    def test_doubts_a_check_digit_once_and_blocks_nobody(self, desk: Desk) -> None:
        desk.at(Stage.REQUEST)
        doubtful = FORM | {"code": "010199-20000"}
        first = desk.press_button("ask", doubtful)
        assert first.status == 422
        assert "Look at the personal code again" in first.text
        checked = re.search(r'name="checked_code" value="([^"]+)"', first.text)
        assert checked
        assert desk.press_button("ask", doubtful | {"checked_code": checked[1]}).status == 303
        assert desk.stage is Stage.APPROVAL

    def test_a_second_click_asks_nobody_twice(self, desk: Desk) -> None:
        desk.at(Stage.REQUEST)
        desk.press_button("ask", FORM)
        before = desk.events()
        second = desk.press_button("ask", FORM)
        assert second.status == 409
        assert "This has already been done" in second.text
        assert "Waiting for the yes" in second.text
        assert desk.events() == before

    def test_on_the_display_is_refused_where_a_number_typed_here_is_not_enough(self, desk: Desk) -> None:
        desk.at(Stage.REQUEST)
        assert 'name="number"' not in desk.look().text
        answer = desk.press_button("ask", FORM | {"route": "display", "number": "20000001"})
        assert answer.status == 409
        assert "does not take this way" in answer.text
        assert 'value="Ilze Paraudziņa"' in answer.text
        assert desk.stage.value == Stage.REQUEST.value

    def test_on_the_display_needs_a_number(self, desk: Desk) -> None:
        desk.open(QUEUE)
        assert 'name="number"' in desk.look().text
        answer = desk.press_button("ask", FORM | {"route": "display"})
        assert answer.status == 409
        assert "No telephone number" in answer.text
        wrong = desk.press_button("ask", FORM | {"route": "display", "number": "12"})
        assert wrong.status == 422
        assert wrong.text.count("Enter a phone number") == 2
        assert desk.press_button("ask", FORM | {"route": "display", "number": "20000001"}).status == 303

    def test_is_taken_back_and_asked_again_in_another_way(self, desk: Desk) -> None:
        desk.at(Stage.APPROVAL)
        answer = desk.press_button("withdraw")
        assert answer.location == f"{desk.path}?panel=again"
        assert "Ask the resident for a yes" in desk.look("?panel=again").text
        desk.press_button("ask", FORM)
        assert desk.stage is Stage.APPROVAL

    def test_in_another_language_changes_the_statement(self, desk: Desk) -> None:
        desk.at(Stage.REQUEST)
        desk.press_button("language", {"language": "en"})
        desk.press_button("ask", FORM)
        assert desk.opened(lambda opened: opened.statement()).language == "en"


class TestLooking:
    def test_shows_values_only_after_it_was_recorded_and_once_a_quarter(self, desk: Desk) -> None:
        desk.at(Stage.PERMIT)
        assert "LV78 PARA" not in desk.look("?shown=1").text
        assert desk.browser.get(f"{desk.path}/picture").status == 404
        assert desk.press_button("show").location == f"{desk.path}?shown=1"
        page = desk.look("?shown=1").text
        assert "LV78 PARA 0000 0000 0000 1" in page
        assert f'src="{desk.path}/picture"' in page
        desk.press_button("show")
        assert desk.events().count(EventName.RESIDENT_LOOKED_AT) == 1
        assert "LV78 PARA" not in desk.look().text
        desk.clock.move(timedelta(minutes=14))
        desk.press_button("show")
        assert desk.events().count(EventName.RESIDENT_LOOKED_AT) == 1

    def test_is_over_with_the_quarter_of_an_hour(self, desk: Desk) -> None:
        desk.at(Stage.QUESTIONS)
        desk.write(lambda conn: looking.note(conn, desk.store, desk.by, desk.visit_id))
        desk.clock.move(timedelta(minutes=15))
        desk.freshen()
        view = desk.view()
        assert not looking.is_noted(view.looked_at, view.now)
        desk.press_button("show")
        assert desk.events().count(EventName.RESIDENT_LOOKED_AT) == 2

    def test_the_picture_comes_as_a_picture_that_can_do_nothing(self, desk: Desk) -> None:
        desk.at(Stage.PERMIT)
        desk.press_button("show")
        picture = desk.browser.get(f"{desk.path}/picture")
        assert picture.body.startswith(b"\x89PNG")
        assert picture.headers["content-type"] == "image/png"
        assert "sandbox" in picture.headers["content-security-policy"]
        assert picture.headers["cache-control"] == "no-store"


class TestStopping:
    def test_asks_why_and_stops_in_time(self, desk: Desk) -> None:
        desk.at(Stage.PERMIT)
        assert "Stop everything?" in desk.browser.get(f"{desk.path}/stop").text
        missing = desk.press_button("stop")
        assert missing.status == 422
        assert missing.text.count("Choose why it is stopped") == 2
        assert desk.press_button("stop", {"reason": "resident_asked"}).status == 303
        assert desk.stage is Stage.STOPPED
        assert desk.filing().state is FilingState.STOPPED
        assert "Nothing was sent." in desk.look().text
        assert EventName.DELEGATION_STOPPED in desk.events()

    def test_says_when_it_was_too_late_and_how_to_withdraw(self, desk: Desk) -> None:
        desk.at(Stage.SENDING)
        assert desk.press().allowed
        desk.clock.move(timedelta(minutes=3))
        desk.press_button("stop", {"reason": "resident_asked"})
        page = desk.look().text
        assert "It had already been sent at 11:00" in page
        assert "write to VSAA" in page
        assert desk.delegation().state is DelegationState.REVOKED
        desk.answer(filed(desk.clock.now()))
        assert "It had already been sent at 11:00" in desk.look().text

    def test_offers_no_stop_before_anything_was_asked(self, desk: Desk) -> None:
        desk.at(Stage.REQUEST)
        assert desk.browser.get(f"{desk.path}/stop").location == desk.path
        assert desk.press_button("stop", {"reason": "mistake"}).status == 409


class TestAgain:
    def test_asks_for_the_same_permit_again_but_not_while_it_waits(self, desk: Desk) -> None:
        desk.at(Stage.PERMIT_LAPSED)
        assert desk.press_button("ask-permit").status == 303
        assert desk.stage is Stage.PERMIT
        code = desk.invitation().code
        assert desk.press_button("ask-permit").status == 409
        assert desk.invitation().code == code

    @pytest.mark.parametrize("stage", [Stage.FAILED, Stage.NOT_FILED])
    def test_fills_again_with_the_same_answers_once(self, desk: Desk, stage: Stage) -> None:
        desk.at(stage)
        seen = re.search(r'name="seen" value="([^"]+)"', desk.look().text)
        assert seen
        assert desk.press_button("retry", {"seen": seen[1]}).status == 303
        assert desk.stage is Stage.FILLING
        run = desk.newest_run()
        second = desk.press_button("retry", {"seen": seen[1]})
        assert second.status == 409
        assert desk.newest_run() == run

    def test_tries_nothing_again_that_has_left(self, desk: Desk) -> None:
        desk.at(Stage.FILED)
        assert desk.press_button("retry", {"seen": ""}).status == 409
        assert desk.stage is Stage.FILED

    def test_asks_anew_where_the_delegation_has_ended_too(self, desk: Desk) -> None:
        desk.at(Stage.FAILED)
        desk.clock.move(timedelta(minutes=121))
        desk.freshen()
        page = desk.look().text
        assert "Ask for a new delegation" in page
        assert ">Try again<" not in page
        assert "Ask the resident for a yes" in desk.look("?panel=again").text

    def test_offers_another_panel_only_where_the_flow_allows_it(self, desk: Desk) -> None:
        desk.at(Stage.FILED)
        for panel in ("edit", "again", "choose", "nonsense"):
            assert "Hand over the receipt" in desk.look(f"?panel={panel}").text


class TestDeciding:
    def test_the_portal_has_it(self, desk: Desk) -> None:
        desk.at(Stage.NEEDS_HUMAN)
        missing = desk.press_button("decide", {"found": "yes"})
        assert missing.status == 422
        assert "Enter the number that the portal shows" in missing.text
        answer = desk.press_button("decide", {"found": "yes", "reference": "VSAA-2026-000077"})
        assert answer.location == f"{desk.path}?note=settled"
        assert desk.stage is Stage.FILED
        assert "VSAA-2026-000077" in desk.look().text

    def test_the_portal_does_not_have_it(self, desk: Desk) -> None:
        desk.at(Stage.NEEDS_HUMAN)
        assert desk.press_button("decide").status == 422
        desk.press_button("decide", {"found": "no"})
        assert desk.stage is Stage.NOT_FILED
        assert desk.press_button("decide", {"found": "no"}).status == 409

    def test_after_the_visit_too(self, desk: Desk) -> None:
        desk.at(Stage.NEEDS_HUMAN)
        desk.close()
        desk.press_button("decide", {"found": "yes", "reference": "VSAA-2026-000078"})
        assert desk.filing().state is FilingState.FILED
        assert "VSAA-2026-000078" in desk.look().text
        assert f'banner__link" href="{desk.path}"' not in desk.browser.get("/desk").text


class TestAfterASentRequest:
    def test_nothing_typed_at_the_desk_reaches_a_filing_that_has_left(self, desk: Desk) -> None:
        desk.at(Stage.LOOKING_UP)
        run = desk.run_of(RunKind.LOOK_UP).id
        for step, data in (("answers", {"sheet": "B-1"}), ("retry", {"seen": ""}), ("ask-permit", {}), ("ask", FORM)):
            answer = desk.press_button(step, data)
            assert answer.status == 409, step
        assert desk.filing().state is FilingState.UNKNOWN
        assert desk.newest_run() == run

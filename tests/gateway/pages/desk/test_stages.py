"""Every stage of a visit has a page of its own."""

import re
from datetime import timedelta

import pytest

from delegation.assurance import Route
from gateway.database.counting import count_statements
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk

HEADINGS = {
    Stage.GUIDING: "The resident acts alone",
    Stage.SERVICE: "What did the resident come for?",
    Stage.REFERRAL: "This service is not filed here",
    Stage.REQUEST: "Ask the resident for a yes",
    Stage.SECOND_LOOK: "A colleague has to look first",
    Stage.APPROVAL: "Waiting for the yes of I••• P•••",
    Stage.REFUSED: "The resident said no",
    Stage.LAPSED: "Nobody said yes",
    Stage.EXPIRED: "The delegation has ended",
    Stage.QUESTIONS: "Before the questions",
    Stage.FILLING: "The portal’s form is being filled in",
    Stage.PERMIT: "I••• P••• checks what will be sent",
    Stage.PERMIT_LAPSED: "The resident did not answer in time",
    Stage.PERMIT_REFUSED: "The resident did not agree to send it",
    Stage.SENDING: "The application is being sent",
    Stage.LOOKING_UP: "We are asking the portal what it received",
    Stage.FILED: "Filed",
    Stage.DECLINED: "The portal did not accept it",
    Stage.NOT_FILED: "It was not filed",
    Stage.NEEDS_HUMAN: "You have to look in the portal",
    Stage.ARRIVED: "It had arrived before",
    Stage.BOTH: "It may have arrived twice",
    Stage.STOPPED: "Stopped",
    Stage.FAILED: "It could not be filled in",
    Stage.SET_ASIDE: "Set aside for another day",
    Stage.CLOSED: "The visit is closed",
}
CAN_STOP = {
    Stage.SECOND_LOOK,
    Stage.APPROVAL,
    Stage.QUESTIONS,
    Stage.FILLING,
    Stage.PERMIT,
    Stage.PERMIT_LAPSED,
    Stage.PERMIT_REFUSED,
    Stage.SENDING,
    Stage.FAILED,
    Stage.DECLINED,
    Stage.NOT_FILED,
    Stage.ARRIVED,
    Stage.BOTH,
}
SECRETS = ("329999-00001", "LV78PARA0000000000001", "iedzivotajs01@piemers.example", "izzina-liga.pdf")
MOST_STATEMENTS = 6


@pytest.mark.parametrize("stage", Stage)
class TestEveryStage:
    def test_says_what_it_is_shows_the_ways_out_and_no_value(self, desk: Desk, stage: Stage) -> None:
        desk.at(stage)
        desk.look()  # the first look of a new session goes on with the visit, which is recorded
        with count_statements() as count:
            page = desk.look()
        assert page.status == 200
        heading = re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
        assert heading
        assert heading[1] == HEADINGS[stage]
        assert (f'href="{desk.path}/stop"' in page.text) == (stage in CAN_STOP)
        assert (f"{desk.path}/close" in page.text) == (stage not in {Stage.SET_ASIDE, Stage.CLOSED})
        text = page.text.replace("such as 329999-00001", "")
        assert [secret for secret in SECRETS if secret in text] == []
        assert count.total <= MOST_STATEMENTS, count.texts


class TestDesk:
    def test_lists_each_open_visit_with_its_stage_and_what_comes_next(self, desk: Desk) -> None:
        desk.at(Stage.APPROVAL)
        first = desk.path
        desk.at(Stage.SERVICE)
        with count_statements() as count:
            page = desk.browser.get("/desk")
        assert count.total <= MOST_STATEMENTS
        assert "Sickness benefit" in page.text
        assert "Waiting for the resident’s yes" in page.text
        assert re.search(rf'href="{first}">Show the code', page.text)
        assert re.search(rf'href="{desk.path}">Find the service', page.text)
        assert "Ilze" not in page.text

    def test_says_which_filing_waits_for_a_person_also_after_its_visit(self, desk: Desk) -> None:
        desk.at(Stage.NEEDS_HUMAN)
        assert f'class="govuk-notification-banner__link" href="{desk.path}"' in desk.browser.get("/desk").text
        desk.close()
        assert f'class="govuk-notification-banner__link" href="{desk.path}"' in desk.browser.get("/desk").text
        assert "It holds the application" in desk.look().text

    def test_lists_what_was_closed_today_with_its_ending_and_how_far_it_came(self, desk: Desk) -> None:
        desk.at(Stage.CLOSED)
        page = desk.browser.get("/desk").text
        assert "<td" in (listed := page.partition("Closed today")[2])
        assert ">Request<" in listed
        assert f'href="{desk.path}">Look' in page
        assert "Ilze" not in page

    def test_opens_a_visit(self, desk: Desk) -> None:
        answer = desk.browser.post("/desk/visits", {"channel": "phone", "language": "en"})
        assert answer.status == 303
        desk.visit_id = answer.location.rpartition("/")[2]
        assert desk.stage is Stage.SERVICE
        assert desk.view().language == "en"

    def test_opens_none_without_knowing_how_the_resident_came(self, desk: Desk) -> None:
        answer = desk.browser.post("/desk/visits", {"language": "en"})
        assert answer.status == 400
        assert "Choose how the resident came" in answer.text

    def test_shows_a_visit_to_nobody_but_its_assistant(self, desk: Desk) -> None:
        desk.at(Stage.PERMIT)
        other = desk.another_assistant()
        for path in ("", "/picture", "/receipt", "/receipt.pdf", "/events", "/stop", "/close"):
            assert other.get(desk.path + path).status == 404, path
        assert other.get("/desk").text.count(desk.visit_id) == 0
        for step in ("close", "stop", "retry", "show", "ask-permit", "withdraw"):
            data = {"reason": "mistake"} if step == "stop" else None
            assert other.post(f"{desk.path}/{step}", data).status == 404, step
        assert desk.stage is Stage.PERMIT


class TestAsking:
    def test_shows_code_picture_and_later_the_number_of_the_phone(self, desk: Desk) -> None:
        desk.at(Stage.APPROVAL)
        invitation = desk.invitation()
        page = desk.look().text
        assert invitation.code in re.sub(r"\D", "", _code(page, "phone-code"))
        assert "<svg" in page
        assert invitation.match_number not in _codes(page)
        desk.enter_code()
        page = desk.look().text
        assert invitation.match_number == re.sub(r"\D", "", _code(page, "match-number"))
        assert "<svg" not in page.partition("<main")[2]
        desk.match("00" if invitation.match_number != "00" else "11")
        assert "4 tries are left" in desk.look().text
        desk.match()
        assert "The resident is reading and says yes or no" in desk.look().text

    def test_makes_a_new_code_once_the_old_one_is_past_its_time(self, desk: Desk) -> None:
        desk.at(Stage.APPROVAL)
        before = desk.invitation()
        desk.clock.move(desk.store.settings.code_lapse)
        assert "The code is past its time" in desk.look().text
        answer = desk.press_button(f"approvals/{desk.approval().id}/code")
        assert answer.location == f"{desk.path}?note=code"
        assert desk.invitation().code != before.code
        assert "There is a new code" in desk.look("?note=code").text

    def test_on_the_display_says_where_the_code_went_and_sends_another(self, desk: Desk) -> None:
        desk.asked_on_display()
        page = desk.look().text
        assert "+371••••01" in page
        assert "+37120000001" not in page
        before = desk.sent_code()
        desk.clock.move(timedelta(seconds=20))
        answer = desk.press_button(f"approvals/{desk.approval().id}/sent-code")
        assert answer.location == f"{desk.path}?note=sent"
        assert desk.sent_code() != before
        assert "A new code has been sent" in desk.look("?note=sent").text

    def test_on_the_display_shows_no_code_here(self, desk: Desk) -> None:
        desk.asked_on_display()
        page = desk.look().text
        assert "A code was sent by text message to +371••••01" in page
        assert desk.sent_code() not in page
        assert desk.approval().route is Route.DISPLAY

    def test_shows_the_exact_statement(self, desk: Desk) -> None:
        desk.at(Stage.APPROVAL)
        statement = desk.opened(lambda opened: opened.statement())
        assert "Slimības pabalsts" in statement.text
        line = max(statement.text.splitlines(), key=len)
        assert line in desk.look().text


def _code(page: str, name: str) -> str:
    found = re.search(rf'<p class="app-code__value" id="{name}"[^>]*>(.*?)</p>', page)
    assert found, name
    return re.sub(r"<[^>]+>", "", found[1])


def _codes(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", found) for found in re.findall(r'class="app-code__value".*?</p>', page)]

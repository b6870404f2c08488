"""The phone from the code at the counter to the yes or no that allows, and everything that is refused on the way."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from audit.events import EventName
from delegation.assurance import Assurance
from gateway.oauth import providers
from gateway.visits import approvals, stopping
from gateway.visits.reading import Stage
from tests.gateway.answers import statement_on
from tests.gateway.pages.facing import PROVIDER, SOMEBODY_ELSE, Facing, Phone, in_english, ready, shows, state_of
from tests.gateway.visits.counter import ILZE


class TestTheWayIn:
    def test_a_code_leads_to_the_number_and_nothing_is_shown_before_it(self, facing: Facing) -> None:
        facing.counter.open().ask()
        page = in_english(facing.entered()).see()
        assert shows(page, "Which number is on the counter’s screen?", "Paraugu centrs")
        assert "Ilze" not in page.text
        assert "Slimības" not in page.text

    def test_the_phones_other_pages_are_in_the_language_of_the_visit_too(self, facing: Facing) -> None:
        facing.counter.open(language="en").ask()
        phone = facing.entered()
        for path in ("/approve", "/privacy", "/mine/sign-in", "/stop"):
            assert '<html lang="en"' in phone.see(path).text

    def test_a_code_works_once(self, facing: Facing) -> None:
        facing.counter.open().ask()
        code = facing.counter.invitation().code
        facing.entered()
        second = facing.phone()
        second.see("/a")
        assert second.send("/a", code=code).status == 404

    def test_a_wrong_code_says_so_and_lets_try_again(self, facing: Facing) -> None:
        phone = facing.phone()
        phone.see("/a")
        answer = phone.send("/a", code="0000 0000")
        assert answer.status == 404
        assert 'id="code"' in answer.text

    def test_too_short_a_code_is_no_try_and_asks_for_all_8_digits(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.phone()
        phone.see("/a")
        code = facing.counter.invitation().code
        answers = [phone.send("/a", code=code[:7]) for _ in range(11)]
        assert {each.status for each in answers} == {400}
        assert "Kodam ir 8 cipari" in answers[-1].text
        assert phone.send("/a", code=code).location == "/approve"

    def test_too_many_wrong_codes_shut_the_door_for_that_phone(self, facing: Facing) -> None:
        phone = facing.phone()
        phone.see("/a")
        answers = [phone.send("/a", code="00000000").status for _ in range(11)]
        assert answers == [404] * 10 + [429]

    def test_a_right_code_is_not_taken_either_behind_a_shut_door(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.phone()
        phone.see("/a")
        for _ in range(10):
            phone.send("/a", code="00000000")
        assert phone.send("/a", code=facing.counter.invitation().code).status == 429

    def test_looking_at_a_link_uses_nothing_up(self, facing: Facing) -> None:
        facing.counter.open().ask()
        link = facing.counter.invitation().link
        phone = facing.phone()
        for _ in range(2):
            page = phone.see(f"/a/{link}")
            assert "Ilze" not in page.text
        assert facing.counter.view().stage is Stage.APPROVAL
        assert phone.send(f"/a/{link}").location == "/approve"
        assert facing.phone().see(f"/a/{link}").status == 200

    def test_a_used_link_leads_nowhere(self, facing: Facing) -> None:
        facing.counter.open().ask()
        link = facing.counter.invitation().link
        first, second = facing.phone(), facing.phone()
        first.see(f"/a/{link}")
        first.send(f"/a/{link}")
        second.see(f"/a/{link}")
        assert second.send(f"/a/{link}").status == 404

    def test_a_new_code_sends_the_old_phone_back_to_typing_it(self, facing: Facing) -> None:
        counter = facing.counter
        counter.open().ask()
        phone = in_english(facing.entered())
        counter.write(
            lambda conn: approvals.renew_invitation(
                conn, counter.store, counter.by, counter.visit_id, counter.approval().id
            )
        )
        assert shows(phone.see(), "Type the code from the counter")

    def test_nobody_without_a_code_sees_anything(self, facing: Facing) -> None:
        assert facing.phone().get("/approve").status == 401


class TestTheNumber:
    def test_a_wrong_one_costs_a_try(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.entered())
        phone.see()
        answer = phone.send("/approve/number", number=wrong_number(facing))
        assert answer.status == 403
        assert shows(answer, "You have 4 tries left")

    def test_too_many_wrong_ones_end_the_question(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.entered())
        phone.see()
        wrong = wrong_number(facing)
        answers = [phone.send("/approve/number", number=wrong).status for _ in range(5)]
        assert answers == [403, 403, 403, 403, 303]
        assert shows(phone.see(), "This question is closed")
        assert facing.begin(phone).location == "/approve"
        assert EventName.DELEGATION_SIGNED not in facing.counter.events()

    def test_without_it_nobody_signs_in(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.entered()
        assert facing.begin(phone).status == 404


class TestApproving:
    def test_the_statement_is_shown_to_the_letter_under_the_name_of_whoever_is_asked(self, facing: Facing) -> None:
        facing.counter.open().ask()
        page = in_english(facing.matched()).see()
        text = facing.counter.opened(lambda opened: opened.statement()).text
        assert statement_on(page.text) == text
        assert shows(page, f"Is this about you: {ILZE.name}?", "Practice sign-in", "Refuse")

    def test_the_page_may_lead_to_the_provider_and_nowhere_else(self, facing: Facing) -> None:
        facing.counter.open().ask()
        policy = facing.matched().see().headers["content-security-policy"]
        assert f"form-action 'self' {PROVIDER};" in policy

    def test_a_waiting_page_may_lead_there_too_since_it_becomes_the_next_one(self, facing: Facing) -> None:
        facing.counter.open().ask()
        policy = facing.granted().see().headers["content-security-policy"]
        assert PROVIDER in policy

    def test_the_provider_is_asked_for_a_fresh_sign_in_at_the_services_level(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.matched()
        begun = facing.begin(phone)
        assert begun.location.startswith(f"{PROVIDER}/authorize?")
        assert "LoA%2Fsubstantial" in begun.location
        assert begun.location.endswith("language=lv")
        assert facing.begin(in_english(phone)).location.endswith("language=en")

    def test_a_fresh_sign_in_grants_and_the_session_gets_a_new_id(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.matched()
        before = dict(phone.cookies)
        assert facing.approve(phone).location == "/approve"
        assert phone.cookies["pilnvara_resident"] != before["pilnvara_resident"]
        old = Phone(facing.app, before)
        assert old.get("/approve").status == 401
        assert facing.counter.view().stage is Stage.QUESTIONS
        assert shows(in_english(phone).see(), "You gave your permission", "Nothing is sent without your yes")

    def test_a_sign_in_comes_back_once(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.matched()
        state = state_of(facing.begin(phone))
        assert facing.come_back(phone, state).status == 303
        assert facing.come_back(phone, state).status == 403
        assert facing.counter.events().count(EventName.DELEGATION_SIGNED) == 1

    def test_a_sign_in_does_not_come_back_in_another_browser(self, facing: Facing) -> None:
        facing.counter.open().ask()
        state = state_of(facing.begin(facing.matched()))
        facing.counter.write(
            lambda conn: approvals.renew_invitation(
                conn, facing.counter.store, facing.counter.by, facing.counter.visit_id, facing.counter.approval().id
            )
        )
        assert facing.come_back(facing.matched(), state).status == 403
        assert facing.counter.view().stage is Stage.APPROVAL

    def test_a_live_session_at_the_provider_is_no_yes(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.matched()
        answer = facing.approve(phone, age=300)
        assert answer.status == 403
        assert facing.counter.view().stage is Stage.APPROVAL
        assert facing.counter.events()[-1] is EventName.APPROVAL_SIGN_IN_REFUSED

    def test_somebody_else_is_not_the_approver(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.matched())
        answer = facing.approve(phone, SOMEBODY_ELSE)
        assert answer.status == 403
        assert shows(answer, "Somebody else signed in")
        assert facing.counter.events()[-1] is EventName.APPROVAL_SIGN_IN_REFUSED
        assert shows(phone.see(), "Read and decide")

    def test_a_weak_sign_in_is_too_low(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.matched())
        answer = facing.approve(phone, level=Assurance.LOW)
        assert answer.status == 403
        assert shows(answer, "stronger sign-in")
        assert facing.counter.view().stage is Stage.APPROVAL

    def test_cancelling_at_the_provider_leaves_the_question_open(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.matched())
        state = state_of(facing.begin(phone))
        answer = phone.get(f"/approve/return?error=access_denied&state={state}&iss={PROVIDER}")
        assert answer.status == 403
        assert shows(answer, "You cancelled the sign-in")
        assert facing.approve(phone).status == 303

    @pytest.mark.parametrize(
        ("error", "helps"),
        [
            ("unauthorized_client", "This way of signing in does not work here"),
            ("invalid_scope", "This way of signing in does not work here"),
            ("temporarily_unavailable", "The sign-in could not be confirmed"),
            ("server_error", "The sign-in could not be confirmed"),
        ],
    )
    def test_another_try_is_advised_only_where_it_can_help(self, facing: Facing, error: str, helps: str) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.matched())
        state = state_of(facing.begin(phone))
        answer = phone.get(f"/approve/return?error={error}&state={state}&iss={PROVIDER}")
        assert answer.status == 403
        assert helps in answer.text
        assert ("Try once more" in answer.text) is (helps == "The sign-in could not be confirmed")

    def test_an_answer_that_proves_nothing_however_often_leads_to_another_way(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.matched())
        state = state_of(facing.begin(phone))
        query = urlencode({"state": state, "code": f"{ILZE.code}|SUBSTANTIAL|0", "iss": "https://another.example"})
        answer = phone.get(f"/approve/return?{query}")
        assert "another try will not help" in answer.text
        assert facing.counter.stage is Stage.APPROVAL

    def test_a_provider_that_is_suspended_meanwhile_is_offered_no_more(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.matched())
        facing.counter.write(lambda conn: providers.suspend(conn, facing.counter.store, "sandbox"))
        facing.provider.is_suspended = True
        assert shows(facing.approve(phone), "This way of signing in is not offered")
        assert facing.counter.view().stage is Stage.APPROVAL
        assert shows(phone.see(), "No sign-in service answers just now")

    def test_an_answer_of_another_issuer_proves_nothing(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.matched()
        state = state_of(facing.begin(phone))
        answer = phone.get(f"/approve/return?code=x%7CHIGH%7C0&state={state}&iss=http://127.0.0.9:1")
        assert answer.status == 403
        assert facing.counter.view().stage is Stage.APPROVAL

    def test_with_the_provider_down_the_page_says_so_and_can_still_refuse(self, facing: Facing) -> None:
        facing.provider.is_down = True
        facing.counter.open().ask()
        phone = in_english(facing.matched())
        assert shows(phone.see(), "No sign-in service answers just now", "Refuse")
        facing.provider.is_down = False
        facing.counter.clock.move(timedelta(seconds=6))
        assert shows(phone.see(), "Practice sign-in")

    def test_the_question_of_another_phone_cannot_be_answered(self, facing: Facing) -> None:
        facing.counter.open().ask()
        first = facing.matched()
        theirs = facing.counter.approval().id
        facing.counter.write(
            lambda conn: stopping.stop_or_say_sent(
                conn, facing.counter.store, facing.counter.delegation().id, by=facing.counter.by.actor, whose="t"
            )
        )
        facing.counter.close()
        facing.counter.open().ask()
        second = facing.matched()
        second.see()
        assert second.send("/approve/sign-in", approval=theirs, provider="sandbox").location == "/approve"
        assert second.send("/approve/refuse", approval=theirs).status == 404
        assert first.get("/approve").status == 200
        assert facing.counter.view().stage is Stage.APPROVAL


class TestSayingNo:
    def test_is_asked_once_more_and_ends_the_request(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.matched())
        assert shows(phone.see("/approve/refuse"), "Refuse?")
        assert facing.counter.view().stage is Stage.APPROVAL
        assert phone.send("/approve/refuse", approval=facing.counter.approval().id).location == "/approve"
        assert facing.counter.view().stage is Stage.REFUSED
        assert shows(phone.see(), "You said no")

    def test_needs_no_number(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.entered()
        phone.see("/approve/refuse")
        phone.send("/approve/refuse", approval=facing.counter.approval().id)
        assert facing.counter.view().stage is Stage.REFUSED

    def test_begins_at_the_page_about_stopping_too(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.phone()
        phone.see("/stop")
        answer = phone.send("/stop", code=facing.counter.invitation().code)
        assert answer.location == "/approve/refuse"
        assert phone.see("/approve/refuse").status == 200

    def test_twice_is_told_as_it_stands(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.matched()
        approval = facing.counter.approval().id
        phone.see("/approve/refuse")
        phone.send("/approve/refuse", approval=approval)
        assert phone.send("/approve/refuse", approval=approval).location == "/approve"
        assert phone.get("/approve/refuse").location == "/approve"

    def test_to_a_read_back_sends_nothing_and_leaves_the_permission(self, facing: Facing) -> None:
        phone = ready(facing)
        assert shows(phone.see("/approve/refuse"), "Do not send it?")
        phone.send("/approve/refuse", approval=facing.counter.approval().id)
        assert facing.counter.view().stage is Stage.PERMIT_REFUSED
        assert shows(phone.see(), "You said that something is wrong", "Stop everything")


def wrong_number(facing: Facing) -> str:
    return "10" if facing.counter.invitation().match_number != "10" else "11"

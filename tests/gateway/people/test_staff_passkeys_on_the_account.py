"""Passkeys of staff on the page of the account: added, and showing who one is before that."""

from datetime import timedelta

import pyotp
import pytest

from audit.events import EventName
from gateway.people.roles import Role
from gateway.people.staff_passkeys import FRESH, MOST
from tests.gateway.callers import PASSWORD, Callers
from tests.gateway.people.staff_keys import (
    PASSKEYS,
    a_key,
    add,
    asked,
)
from tests.gateway.people.test_sign_in import events
from tests.gateway.people.test_staff_passkeys import berta, hers, listed
from tests.gateway.soft_authenticator import SoftAuthenticator

__all__ = ["berta", "hers"]


class TestAdding:
    def test_is_an_event_and_is_told_on_the_page_of_the_account(self, callers: Callers) -> None:
        anna = callers.staff(Role.ASSISTANT)
        assert add(anna, SoftAuthenticator(), "Blue key").location == f"{PASSKEYS}?done=added"
        added = [data for name, data in events(callers) if name is EventName.STAFF_FACTOR_ADDED]
        assert [(each["staff"], each["factors"]) for each in added] == [(callers.account.id, ["passkey"])]
        assert "Blue key" in anna.get("/account").text
        assert "Add a second one" in anna.get(PASSKEYS).text

    def test_asks_for_a_verified_holder_and_a_key_that_names_them(self, callers: Callers) -> None:
        options = asked(callers.staff(Role.ASSISTANT), f"{PASSKEYS}/new/question").options
        selection = options["authenticatorSelection"]
        assert (selection["userVerification"], selection["residentKey"]) == ("required", "required")
        assert selection["authenticatorAttachment"] == "cross-platform", "colleagues unlock the computer too"
        assert (options["attestation"], options["rp"]["id"]) == ("none", "localhost")

    def test_away_from_a_terminal_may_be_in_the_computer(self, callers: Callers) -> None:
        auditor = callers.staff(Role.AUDITOR, at_terminal=False)
        options = asked(auditor, f"{PASSKEYS}/new/question").options
        assert "authenticatorAttachment" not in options["authenticatorSelection"]
        assert add(auditor, SoftAuthenticator(attachment="platform")).status == 303

    def test_in_a_shared_computer_is_refused(self, callers: Callers) -> None:
        answer = add(callers.staff(Role.ASSISTANT), SoftAuthenticator(attachment="platform"))
        assert answer.status == 403
        assert "it would be kept in this computer" in answer.text

    def test_leaves_out_what_is_there_already(self, callers: Callers) -> None:
        anna = callers.staff(Role.ASSISTANT)
        key = a_key(anna)
        options = asked(anna, f"{PASSKEYS}/new/question").options
        assert len(options["excludeCredentials"]) == 1
        assert add(anna, key).status == 403, "a browser that does not look is refused as well"

    @pytest.mark.parametrize(
        "key", [SoftAuthenticator(verified=False), SoftAuthenticator(origin="https://elsewhere.example")]
    )
    def test_takes_nothing_that_a_verified_holder_did_not_make_here(
        self, callers: Callers, key: SoftAuthenticator
    ) -> None:
        anna = callers.staff(Role.ASSISTANT)
        assert add(anna, key).status == 403
        assert "You have no passkey" in anna.get(PASSKEYS).text

    def test_takes_no_more_than_anybody_needs(self, callers: Callers) -> None:
        anna = callers.staff(Role.ASSISTANT)
        for _ in range(MOST):
            a_key(anna)
        anna.page = False
        assert anna.post(f"{PASSKEYS}/new/question").code == "staff_passkey.too_many"

    def test_takes_an_answer_in_the_session_that_was_asked(self, callers: Callers) -> None:
        first, second = callers.staff(Role.ASSISTANT), callers.staff(Role.ASSISTANT)
        question = asked(first, f"{PASSKEYS}/new/question")
        sent = question.sent(SoftAuthenticator().create(question.options))
        assert second.post(f"{PASSKEYS}/new", sent).status == 409
        assert first.post(f"{PASSKEYS}/new", sent).status == 303
        assert first.post(f"{PASSKEYS}/new", sent).status == 409, "once"


class TestShowingWhoOneIs:
    def test_is_needed_some_minutes_after_the_sign_in(self, callers: Callers) -> None:
        anna = callers.staff(Role.ASSISTANT)
        key = a_key(anna)
        question = asked(anna, f"{PASSKEYS}/new/question")
        callers.clock.move(FRESH + timedelta(seconds=1))
        assert anna.post(f"{PASSKEYS}/new", question.sent(SoftAuthenticator().create(question.options))).status >= 400
        assert "Show first that it is you" in anna.get(PASSKEYS).text
        anna.page = False
        assert anna.post(f"{PASSKEYS}/new/question").code == "staff_passkey.not_fresh"
        assert anna.post(f"{PASSKEYS}/{listed(anna)[0]}/remove").status == 403
        again = asked(anna, f"{PASSKEYS}/confirm/question")
        assert len(again.options["allowCredentials"]) == 1
        assert anna.post(f"{PASSKEYS}/confirm/passkey", again.sent(key.get(again.options))).status == 303
        anna.page = True
        a_key(anna)

    def test_is_done_with_password_and_code_too(self, callers: Callers) -> None:
        anna = callers.staff(Role.ASSISTANT)
        callers.clock.move(FRESH + timedelta(seconds=1))
        code = pyotp.TOTP(callers.account.totp_secret).at(callers.clock.now())
        assert anna.post(f"{PASSKEYS}/confirm", {"password": "wrong", "code": code}).status == 403
        assert anna.post(f"{PASSKEYS}/confirm", {"password": PASSWORD, "code": code}).status == 303
        assert anna.post(f"{PASSKEYS}/confirm", {"password": PASSWORD, "code": code}).status == 403, "a code works once"
        a_key(anna)

    def test_by_a_colleagues_passkey_is_refused(self, callers: Callers, hers: SoftAuthenticator) -> None:
        anna = callers.staff(Role.ASSISTANT)
        callers.clock.move(FRESH + timedelta(seconds=1))
        question = asked(anna, f"{PASSKEYS}/confirm/question")
        answer = anna.post(f"{PASSKEYS}/confirm/passkey", question.sent(hers.get(question.options)))
        assert "somebody else’s" in answer.text
        assert "Show first that it is you" in anna.get(PASSKEYS).text

    def test_by_an_answer_to_the_question_of_the_lock_is_refused(self, callers: Callers) -> None:
        anna = callers.staff(Role.ASSISTANT)
        key = a_key(anna)
        callers.clock.move(FRESH + timedelta(seconds=1))
        question = asked(anna, "/unlock/passkey/question")
        assert anna.post(f"{PASSKEYS}/confirm/passkey", question.sent(key.get(question.options))).status == 409
        assert "Show first that it is you" in anna.get(PASSKEYS).text

    def test_with_the_password_alone_at_the_lock_is_not_enough(self, callers: Callers) -> None:
        anna = callers.staff(Role.ASSISTANT)
        callers.clock.move(FRESH + timedelta(seconds=1))
        anna.post("/lock")
        anna.csrf = anna.get("/unlock").csrf
        assert anna.post("/unlock", {"password": PASSWORD}).status == 303
        assert "Show first that it is you" in anna.get(PASSKEYS).text

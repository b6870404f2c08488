"""Staff sign in, unlock and change places by passkeys; and what is refused."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.people import passkey_sign_in, staff_states
from gateway.people.roles import Role
from gateway.people.staff import OPERATOR, Created
from gateway.people.staff_passkey_questions import can_be_used
from gateway.people.tables import StateWhy
from tests.gateway.answers import Answer
from tests.gateway.callers import Caller, Callers
from tests.gateway.people.staff_keys import (
    PASSKEYS,
    a_key,
    add,
    an_assistant,
    asked,
    begin,
    come_in,
    sign_in,
    unlock,
    with_key,
)
from tests.gateway.people.test_sign_in import events
from tests.gateway.soft_authenticator import SoftAuthenticator


@pytest.fixture
def berta(callers: Callers) -> Created:
    return an_assistant(callers)


@pytest.fixture
def hers(callers: Callers, berta: Created) -> SoftAuthenticator:
    return with_key(callers, berta, "berta")


def refused(callers: Callers, answer: Answer, why: str) -> bool:
    """Nobody came in, and the trail says why."""
    reasons = [data["reason"] for name, data in events(callers) if name is EventName.STAFF_SIGN_IN_FAILED]
    return answer.status >= 400 and "pilnvara_staff" not in answer.cookies and reasons[-1:] == [why]


def nobody(callers: Callers, *, at_terminal: bool = True) -> Caller:
    """Somebody who reads English and is not signed in."""
    browser = callers.nobody(at_terminal=at_terminal)
    browser.cookies["pilnvara_lang"] = "en"
    return browser


def at_work(callers: Callers, key: SoftAuthenticator) -> Caller:
    """Its holder, signed in by it at the terminal."""
    browser = nobody(callers)
    assert come_in(browser, key).status == 303
    browser.csrf = browser.get("/account").csrf
    return browser


def listed(browser: Caller) -> list[str]:
    """The ids of whoever's passkeys are shown."""
    was, browser.page = browser.page, True
    page = browser.get(PASSKEYS).text
    browser.page = was
    return re.findall(rf"{PASSKEYS}/([^/\"]+)/name", page)


def count(callers: Callers, name: EventName) -> int:
    """How often something stands in the trail."""
    said = select(func.count()).where(AuditEvent.type == name.value)
    return callers.parts.database.read_now(lambda conn: conn.execute(said).scalar_one())


def decide(callers: Callers, of: Created, step: Callable[..., None]) -> None:
    """Suspend or end somebody's account."""

    def work(conn: Connection) -> None:
        account = staff_states.locked(conn, of.id)
        step(conn, account, StateWhy.UNCLEAR, by=OPERATOR, now=callers.clock.now())

    callers.parts.database.write_now(work)


class TestSigningIn:
    def test_is_one_step_without_a_name(self, callers: Callers, berta: Created, hers: SoftAuthenticator) -> None:
        browser = nobody(callers)
        question = begin(browser)
        assert "allowCredentials" not in question.options or question.options["allowCredentials"] == []
        assert question.options["userVerification"] == "required"
        answer = browser.post("/sign-in/passkey", question.sent(hers.get(question.options)) | {"next": "/desk"})
        assert (answer.status, answer.location) == (303, "/desk")
        page = browser.get("/account").text
        assert "Berta Otrā" in page
        assert "Lete 1" in page
        signed = [data for name, data in events(callers) if name is EventName.STAFF_SIGNED_IN][-1]
        assert (signed["by"], signed["role"]) == ("passkey", "assistant")

    def test_lets_somebody_with_several_roles_choose(self, callers: Callers) -> None:
        key = a_key(callers.staff(Role.ASSISTANT))
        browser = nobody(callers)
        come_in(browser, key)
        assert browser.get("/desk").location == "/role?next=/desk"

    def test_away_from_the_terminal_refuses_an_assistant(self, callers: Callers, hers: SoftAuthenticator) -> None:
        answer = come_in(nobody(callers, at_terminal=False), hers)
        assert refused(callers, answer, "terminal")
        assert "Sign in at a computer of your centre" in answer.text

    def test_without_the_terminals_proof_refuses_an_assistant(self, callers: Callers, hers: SoftAuthenticator) -> None:
        copied = nobody(callers)
        copied.proves = False
        answer = come_in(copied, hers)
        assert refused(callers, answer, "terminal")

    def test_parks_whoever_worked_there(self, callers: Callers, hers: SoftAuthenticator) -> None:
        anna = callers.staff(Role.ASSISTANT)
        at_work(callers, hers)
        assert anna.get("/desk").location.startswith("/unlock")

    def test_goes_on_with_what_was_left_there(self, callers: Callers, hers: SoftAuthenticator) -> None:
        browser = at_work(callers, hers)
        left = browser.cookies["pilnvara_staff"]
        browser.post("/park")
        assert come_in(browser, hers).status == 303
        assert browser.get("/account").status == 200
        assert callers.session_of(left) is None
        assert [name for name, _ in events(callers)][-1] is EventName.STAFF_SESSION_UNLOCKED

    def test_leads_whoever_has_not_been_told_of_a_new_passkey_to_where_it_says_so(
        self, callers: Callers, berta: Created, hers: SoftAuthenticator
    ) -> None:
        assert come_in(nobody(callers), hers).location == "/", "its own sign-in tells nobody of it"
        callers.clock.move(timedelta(minutes=1))
        first = sign_in(callers, nobody(callers), "berta", berta.totp_secret)
        callers.clock.move(timedelta(minutes=1))
        second = sign_in(callers, nobody(callers), "berta", berta.totp_secret)
        assert (first.location, second.location) == ("/account", "/")


class TestAQuestion:
    def test_is_put_to_strangers_at_one_address_so_often_and_to_sessions_always(
        self, callers: Callers, hers: SoftAuthenticator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser = at_work(callers, hers)
        browser.post("/lock")
        monkeypatch.setattr(passkey_sign_in, "_MOST_QUESTIONS", 2)
        strangers = nobody(callers)
        strangers.csrf = strangers.get("/sign-in").csrf
        assert [strangers.post("/sign-in/passkey/question").status for _ in range(2)] == [200, 429]
        assert [unlock(browser, replace(hers, verified=False)).status for _ in range(3)] == [403] * 3

    def test_is_not_put_where_browsers_keep_no_passkeys(self, callers: Callers) -> None:
        settings = callers.parts.settings
        assert can_be_used(settings)
        assert not can_be_used(replace(settings, url="http://127.0.0.1:8000"))
        assert not can_be_used(replace(settings, url="https://[::1]"))


class TestAnAnswer:
    def test_counts_once(self, callers: Callers, hers: SoftAuthenticator) -> None:
        browser = nobody(callers)
        question = begin(browser)
        sent = question.sent(hers.get(question.options))
        assert browser.post("/sign-in/passkey", sent).status == 303
        same = {name: browser.cookies[name] for name in ("pilnvara_start", "pilnvara_terminal")}
        thief = Caller(callers.app, same)
        thief.csrf = thief.get("/sign-in").csrf
        assert refused(callers, thief.post("/sign-in/passkey", sent), "passkey.question")

    def test_to_another_browsers_question_counts_for_nothing(self, callers: Callers, hers: SoftAuthenticator) -> None:
        theirs, ours = nobody(callers), nobody(callers)
        question, own = begin(theirs), begin(ours)
        answer = hers.get(question.options)
        assert refused(callers, ours.post("/sign-in/passkey", question.sent(answer)), "passkey.question")
        assert refused(callers, ours.post("/sign-in/passkey", own.sent(answer)), "passkey.challenge")

    def test_of_an_older_tab_counts_for_nothing_and_the_newer_one_goes_on(
        self, callers: Callers, hers: SoftAuthenticator
    ) -> None:
        browser = nobody(callers)
        older, newer = begin(browser), begin(browser)
        answer = browser.post("/sign-in/passkey", older.sent(hers.get(older.options)))
        assert refused(callers, answer, "passkey.question")
        assert "Press the button again" in answer.text
        assert browser.post("/sign-in/passkey", newer.sent(hers.get(newer.options))).status == 303

    def test_that_comes_too_late_counts_for_nothing(self, callers: Callers, hers: SoftAuthenticator) -> None:
        browser = nobody(callers)
        question = begin(browser)
        callers.clock.move(timedelta(minutes=2))
        assert refused(
            callers, browser.post("/sign-in/passkey", question.sent(hers.get(question.options))), "passkey.question"
        )

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"origin": "https://elsewhere.example"}, "origin"),
            ({"origin": "http://localhost:8001"}, "origin"),
            ({"cross_origin": True}, "origin"),
            ({"rp_id": "elsewhere.example"}, "rp_id"),
            ({"verified": False}, "not_verified"),
            ({"key": SoftAuthenticator().key}, "signature"),
            ({"user_handle": b"somebody else"}, "user"),
            ({"user_handle": None}, "user"),
        ],
    )
    def test_counts_for_nothing_when_it_is_not_what_was_asked(
        self, callers: Callers, hers: SoftAuthenticator, changed: dict[str, Any], why: str
    ) -> None:
        answer = come_in(nobody(callers), replace(hers, **changed))
        assert refused(callers, answer, f"passkey.{why}")

    @pytest.mark.parametrize("answer", ["", "{}", "[]", '{"rawId": 1}', "[" * 9_000])
    def test_that_is_none_counts_for_nothing(self, callers: Callers, answer: str) -> None:
        browser = nobody(callers)
        sent = begin(browser).sent(answer)
        assert refused(callers, browser.post("/sign-in/passkey", sent), "passkey.form")

    def test_of_a_residents_question_counts_for_nothing(self, callers: Callers, hers: SoftAuthenticator) -> None:
        browser = nobody(callers)
        browser.csrf = browser.get("/mine/sign-in").csrf
        question = asked(browser, "/mine/passkey/question")
        sent = question.sent(hers.get(question.options))
        assert refused(callers, browser.post("/sign-in/passkey", sent), "passkey.question")

    def test_of_a_staff_passkey_opens_no_residents_page(self, callers: Callers, hers: SoftAuthenticator) -> None:
        browser = callers.nobody()
        browser.csrf = browser.get("/mine/sign-in").csrf
        question = asked(browser, "/mine/passkey/question")
        assert browser.post("/mine/passkey", question.sent(hers.get(question.options))).status == 403
        assert "pilnvara_mine" not in browser.cookies


class TestAPasskey:
    def test_that_nobody_added_says_what_to_do(self, callers: Callers) -> None:
        stranger = SoftAuthenticator(user_handle=b"nobody")
        answer = come_in(nobody(callers), stranger)
        assert refused(callers, answer, "passkey.unknown")
        assert "Sign in with user name, password and code" in answer.text

    def test_whose_counter_went_back_counts_for_nothing_any_more(
        self, callers: Callers, hers: SoftAuthenticator
    ) -> None:
        at_work(callers, hers)
        copy = replace(hers, sign_count=hers.sign_count - 1)
        for key in (copy, hers):
            answer = come_in(nobody(callers), key)
            assert refused(callers, answer, "passkey.copied")
            assert "there may be a copy of it" in answer.text
        assert count(callers, EventName.STAFF_FACTOR_SUSPENDED) == 1

    def test_that_counts_nothing_is_taken_again_and_again(self, callers: Callers, berta: Created) -> None:
        browser = nobody(callers)
        sign_in(callers, browser, "berta", berta.totp_secret)
        browser.csrf = browser.get("/account").csrf
        key = SoftAuthenticator(counts=False)
        add(browser, key)
        at_work(callers, key)
        at_work(callers, key)

    def test_that_was_removed_says_so_to_its_holder_alone(self, callers: Callers) -> None:
        anna, elsewhere = callers.staff(Role.ASSISTANT), callers.staff(Role.ADMINISTRATOR, at_terminal=False)
        key = a_key(anna)
        assert anna.post(f"{PASSKEYS}/{listed(anna)[0]}/remove").location == f"{PASSKEYS}?done=removed"
        assert anna.get("/account").status == 200
        assert elsewhere.get("/account").location.startswith("/sign-in"), "whoever holds it may have begun it"
        answer = come_in(nobody(callers), key)
        assert refused(callers, answer, "passkey.removed")
        assert "was removed from your account" in answer.text
        found = replace(key, key=SoftAuthenticator().key)
        assert "was removed" not in come_in(nobody(callers), found).text

    def test_of_a_closed_account_lets_nobody_in(
        self, callers: Callers, berta: Created, hers: SoftAuthenticator
    ) -> None:
        decide(callers, berta, staff_states.end)
        answer = come_in(nobody(callers), hers)
        assert refused(callers, answer, "passkey.closed")

    def test_of_a_suspended_account_lets_nobody_in_and_says_whom_to_ask(
        self, callers: Callers, berta: Created, hers: SoftAuthenticator
    ) -> None:
        decide(callers, berta, staff_states.suspend)
        answer = come_in(nobody(callers), hers)
        assert refused(callers, answer, "passkey.suspended")
        assert "Ask the manager of your centre" in answer.text

    def test_is_shut_for_a_while_after_five_wrong_answers(self, callers: Callers, hers: SoftAuthenticator) -> None:
        wrong = replace(hers, verified=False)
        for _ in range(5):
            assert come_in(nobody(callers), wrong).status == 403
        assert come_in(nobody(callers), hers).status == 429
        assert [name for name, _ in events(callers)].count(EventName.STAFF_LOCKED_OUT) == 1
        callers.clock.move(timedelta(minutes=15))
        assert come_in(nobody(callers), replace(hers, sign_count=9)).status == 303

    def test_lets_in_whose_password_somebody_else_guessed_at(
        self, callers: Callers, berta: Created, hers: SoftAuthenticator
    ) -> None:
        for _ in range(5):
            guesser = callers.nobody()
            guesser.csrf = guesser.get("/sign-in").csrf
            guesser.post("/sign-in", {"login": "berta", "password": "a guess", "code": "000000"})
        assert sign_in(callers, nobody(callers), "berta", berta.totp_secret).status == 429
        at_work(callers, hers)
        callers.clock.move(timedelta(seconds=30))
        shut = sign_in(callers, nobody(callers), "berta", berta.totp_secret)
        assert shut.status == 429, "the passkey forgives no guesses"

    def test_of_somebody_else_is_neither_named_nor_removed(self, callers: Callers, hers: SoftAuthenticator) -> None:
        theirs = listed(at_work(callers, hers))[0]
        anna = callers.staff(Role.MANAGER)
        for step in ("name", "remove"):
            assert anna.post(f"{PASSKEYS}/{theirs}/{step}", {"name": "mine"}).status == 404

    def test_is_called_as_its_holder_wishes(self, callers: Callers, hers: SoftAuthenticator) -> None:
        browser = at_work(callers, hers)
        browser.post(f"{PASSKEYS}/{listed(browser)[0]}/name", {"name": "<b>Blue"})
        assert "&lt;b&gt;Blue" in browser.get(PASSKEYS).text


class TestUnlocking:
    def test_goes_on_where_it_was_locked(self, callers: Callers, hers: SoftAuthenticator) -> None:
        browser = at_work(callers, hers)
        browser.post("/lock")
        answer = unlock(browser, hers, next="/desk/display")
        assert (answer.status, answer.location) == (303, "/desk/display")
        assert browser.get("/account").status == 200

    def test_needs_the_terminals_proof(self, callers: Callers, hers: SoftAuthenticator) -> None:
        browser = at_work(callers, hers)
        browser.post("/lock")
        browser.csrf = browser.get("/unlock").csrf
        question = asked(browser, "/unlock/passkey/question")
        sent = question.sent(hers.get(question.options)) | {"challenge": "", "proof": ""}
        assert browser.post("/unlock/passkey", sent).status == 403
        assert browser.get("/account").location.startswith("/unlock")

    def test_by_a_colleague_lets_the_colleague_in_and_shows_nothing_of_what_was_locked(
        self, callers: Callers, hers: SoftAuthenticator
    ) -> None:
        browser = callers.staff(Role.ASSISTANT)
        annas = browser.cookies["pilnvara_staff"]
        browser.post("/lock")
        locked = browser.cookies["pilnvara_staff"]
        answer = unlock(browser, hers, next="/desk/visits/annas")
        assert (answer.status, answer.location) == (303, "/")
        assert "Berta Otrā" in browser.get("/account").text
        session = callers.session_of(locked)
        assert callers.session_of(annas) is None
        assert session is not None
        assert session.locked_at is not None
        assert EventName.STAFF_SESSION_PARKED in [name for name, _ in events(callers)]

    def test_by_turns_everybody_goes_on_in_their_own_session(self, callers: Callers, hers: SoftAuthenticator) -> None:
        browser = callers.staff(Role.ASSISTANT)
        own = a_key(browser)
        browser.post("/lock")
        unlock(browser, hers)
        browser.csrf = browser.get("/account").csrf
        browser.post("/lock")
        unlock(browser, own)
        page = browser.get("/account")
        assert "Anna Paraudziņa" in page.text
        browser.csrf = page.csrf
        browser.post("/lock")
        unlock(browser, hers)
        assert "Berta Otrā" in browser.get("/account").text
        assert [name for name, _ in events(callers)].count(EventName.STAFF_SIGNED_IN) == 2, (
            "one of Berta's is her first"
        )

    def test_away_from_a_terminal_takes_no_colleague(self, callers: Callers) -> None:
        auditor = callers.staff(Role.AUDITOR, at_terminal=False)
        annas = a_key(callers.staff(Role.ADMINISTRATOR, at_terminal=False))
        auditor.post("/lock")
        answer = unlock(auditor, annas)
        assert "somebody else’s" in answer.text
        assert auditor.get("/account").location.startswith("/unlock")

    def test_takes_no_answer_to_the_question_of_the_sign_in(self, callers: Callers, hers: SoftAuthenticator) -> None:
        browser = at_work(callers, hers)
        question = begin(nobody(callers))
        browser.post("/lock")
        browser.csrf = browser.get("/unlock").csrf
        answer = browser.post("/unlock/passkey", question.sent(hers.get(question.options)))
        assert answer.status == 409

from datetime import timedelta

import pyotp
import pytest

from audit.events import EventName
from gateway.people.roles import Role
from gateway.people.staff import Created, NewStaff
from tests.gateway.accounts import an_account
from tests.gateway.answers import Answer
from tests.gateway.callers import PASSWORD, Caller, Callers
from tests.gateway.people.test_sign_in import events


@pytest.fixture
def berta(callers: Callers) -> Created:
    new = NewStaff(
        login="berta", name="Berta Otrā", password=PASSWORD, centre_id=callers.centre_id, roles=(Role.ASSISTANT,)
    )
    parts, now = callers.parts, callers.clock.now()
    return parts.database.write_now(lambda conn: an_account(conn, parts.sealer, new, now=now))


def sign_in(callers: Callers, browser: Caller, who: Created, login: str) -> Answer:
    browser.csrf = browser.get("/sign-in").csrf
    code = pyotp.TOTP(who.totp_secret).at(callers.clock.now())
    answer = browser.post("/sign-in", {"login": login, "password": PASSWORD, "code": code})
    assert answer.status == 303
    browser.csrf = browser.get("/account").csrf
    return answer


def parked(callers: Callers) -> int:
    return [name for name, _data in events(callers)].count(EventName.STAFF_SESSION_PARKED)


def take_back(browser: Caller, who: str) -> Answer:
    browser.csrf = browser.get("/sign-in").csrf
    return browser.post("/sign-in/back", {"who": who} | browser.proof("sign_in"))


class TestSomebodyElse:
    def test_signs_in_while_the_first_session_stays_locked(self, callers: Callers, berta: Created) -> None:
        browser = callers.staff(Role.ASSISTANT)
        annas = browser.cookies["pilnvara_staff"]
        left = browser.post("/park")
        assert (left.location, left.headers["clear-site-data"]) == ("/sign-in", '"cache"')
        assert "pilnvara_staff" not in browser.cookies
        assert parked(callers) == 1
        sign_in(callers, browser, berta, "berta")
        assert "Berta Otrā" in browser.get("/account").text
        first = callers.session_of(annas)
        assert first is not None
        assert first.locked_at == callers.clock.now()
        assert parked(callers) == 1

    def test_leaves_from_the_lock_page_too(self, callers: Callers) -> None:
        browser = callers.staff(Role.ASSISTANT)
        browser.post("/lock")
        browser.csrf = browser.get("/unlock").csrf
        assert browser.post("/park").location == "/sign-in"
        assert "Anna Paraudziņa" in browser.get("/sign-in").text

    def test_comes_back_by_unlocking(self, callers: Callers, berta: Created) -> None:
        browser = callers.staff(Role.ASSISTANT)
        browser.post("/park")
        sign_in(callers, browser, berta, "berta")
        browser.post("/park")
        assert take_back(browser, callers.account.id).location == "/unlock"
        assert browser.get("/desk").location.startswith("/unlock")
        browser.csrf = browser.get("/unlock").csrf
        assert browser.post("/unlock", {"password": "not the password"}).status == 403
        assert browser.post("/unlock", {"password": PASSWORD}).status == 303
        assert "Anna Paraudziņa" in browser.get("/account").text

    def test_who_signs_in_beside_an_open_session_locks_it(self, callers: Callers, berta: Created) -> None:
        first, second = callers.staff(Role.ASSISTANT), callers.nobody(at_terminal=True)
        assert first.get("/account").status == 200
        sign_in(callers, second, berta, "berta")
        assert first.get("/account").location.startswith("/unlock")
        assert parked(callers) == 1
        first.csrf = first.get("/unlock").csrf
        assert first.post("/unlock", {"password": PASSWORD}).status == 303
        assert second.get("/account").location.startswith("/unlock"), "one session of a terminal is usable"
        assert parked(callers) == 2

    def test_who_signs_in_anew_has_one_session(self, callers: Callers, berta: Created) -> None:
        first = callers.nobody(at_terminal=True)
        sign_in(callers, first, berta, "berta")
        callers.clock.move(timedelta(minutes=1))
        second = callers.nobody(at_terminal=True)
        sign_in(callers, second, berta, "berta")
        assert first.get("/account").location.startswith("/sign-in")
        assert parked(callers) == 0

    def test_parks_nobody_at_another_computer(self, callers: Callers, berta: Created) -> None:
        auditor = callers.staff(Role.AUDITOR, at_terminal=False)
        sign_in(callers, callers.nobody(at_terminal=True), berta, "berta")
        assert auditor.get("/account").status == 200


class TestTakingBack:
    def test_needs_the_terminals_proof(self, callers: Callers) -> None:
        browser = callers.staff(Role.ASSISTANT)
        browser.post("/park")
        browser.csrf = browser.get("/sign-in").csrf
        assert browser.post("/sign-in/back", {"who": callers.account.id}).status == 403
        assert "pilnvara_staff" not in browser.cookies

    def test_of_somebody_who_left_nothing_says_so(self, callers: Callers, berta: Created) -> None:
        assert take_back(callers.nobody(at_terminal=True), berta.id).status == 401

    def test_is_over_with_the_session(self, callers: Callers) -> None:
        browser = callers.staff(Role.ASSISTANT)
        browser.post("/park")
        assert "Anna Paraudziņa" in browser.get("/sign-in").text
        callers.clock.move(callers.parts.settings.session_idle)
        assert "Anna Paraudziņa" not in browser.get("/sign-in").text
        assert take_back(browser, callers.account.id).status == 401

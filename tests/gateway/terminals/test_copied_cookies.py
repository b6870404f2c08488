"""What somebody gets who shows a session's cookies elsewhere: no name, no token, no act in its owner's name."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from audit.events import EventName
from gateway.people.roles import Role
from gateway.people.tables import KeptForm, Session
from tests.gateway.callers import PASSWORD, Caller, Callers
from tests.gateway.pages.desk.conftest import desk
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.terminal_key import TERMINAL_KEY
from tests.gateway.terminals.test_proofs import copied, prove, told

__all__ = ["desk"]

ELSEWHERE = {"user_agent": "a thief's browser"}
TYPED = {"account": "LV97HABA0012345678910", "do": "keep"}


def token_in(text: str) -> str:
    """The token that a page carries for its script."""
    found = re.search(r'data-csrf="([^"]+)"', text)
    assert found
    return found[1]


class TestAThief:
    @pytest.mark.parametrize("path", ["/desk", "/account", "/role", "/unlock"])
    @pytest.mark.parametrize("is_locked", [False, True])
    def test_is_shown_neither_name_nor_token(self, callers: Callers, path: str, is_locked: bool) -> None:
        caller = callers.staff(Role.ASSISTANT)
        if is_locked:
            caller.post("/lock")
        session = callers.session_of(caller.cookies["pilnvara_staff"])
        thief = copied(caller)
        answer = thief.get(path, **ELSEWHERE)
        if answer.status == 303:
            answer = thief.get(answer.location or "", **ELSEWHERE)
        assert answer.status == 401
        assert "Anna" not in answer.text
        assert session is not None
        assert session.csrf not in answer.text

    @pytest.mark.parametrize(
        ("path", "fields"),
        [("/sign-out", {}), ("/park", {}), ("/role", {"role": "manager"}), ("/unlock", {"password": PASSWORD})],
    )
    def test_ends_and_changes_nothing_even_with_the_token(
        self, callers: Callers, path: str, fields: dict[str, str]
    ) -> None:
        caller = callers.staff(Role.ASSISTANT)
        assert copied(caller).post(path, fields, **ELSEWHERE).status == 401
        assert caller.get("/account").status == 200
        assert told(callers, EventName.STAFF_SESSION_REFUSED) == [
            {"staff": callers.account.id, "reason": "other_connection"}
        ]

    def test_gets_a_token_that_opens_the_proof_alone(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        thief = copied(caller)
        thief.csrf = token_in(thief.get("/account", **ELSEWHERE).text)
        assert thief.post("/terminal/challenge", {"purpose": "go_on"}, **ELSEWHERE).status == 200
        assert thief.post("/alive").status == 403
        assert thief.post("/sign-out").status == 403

    @pytest.mark.parametrize("of", ["staff", "display"])
    def test_changes_no_language_but_their_own(self, callers: Callers, of: str) -> None:
        caller = callers.staff(Role.ASSISTANT, language="lv") if of == "staff" else callers.display(language="lv")
        thief = copied(caller)
        assert thief.get(f"/language/en-plain?of={of}", **ELSEWHERE).status == 303
        assert self._language(callers, caller, of) == "lv"
        caller.get(f"/language/en?of={of}")
        assert self._language(callers, caller, of) == "en"

    @pytest.mark.parametrize("is_locked", [False, True])
    def test_plants_no_form_beside_or_in_place_of_the_owners(self, desk: Desk, is_locked: bool) -> None:
        browser = desk.ready().browser
        token = browser.csrf
        if is_locked:
            browser.post("/lock")
            browser.csrf = token
        thief = copied(browser)
        refused = thief.post(f"{desk.path}/answers", TYPED, **ELSEWHERE)
        assert "/kept" not in f"{refused.location}"
        assert desk.read(lambda conn: conn.execute(select(KeptForm.id)).all()) == []
        if is_locked:
            browser.post(f"{desk.path}/answers", TYPED)
            assert len(desk.read(lambda conn: conn.execute(select(KeptForm.id)).all())) == 1

    def _language(self, callers: Callers, caller: Caller, of: str) -> str:
        if of == "display":
            return callers.display_of(caller.cookies["pilnvara_display"]).language
        session = callers.session_of(caller.cookies["pilnvara_staff"])
        assert session
        return session.language


class TestTheTerminalItself:
    def test_on_another_network_proves_itself_and_goes_on(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        caller.csrf = token_in(copied(caller).get("/account", **ELSEWHERE).text)
        asked = caller.call(
            "POST",
            "/terminal/challenge",
            headers={"content-type": "application/x-www-form-urlencoded", **ELSEWHERE},
            body=f"_csrf={caller.csrf}&purpose=go_on".encode(),
        )
        signed = caller._signed("go_on", asked, TERMINAL_KEY)
        assert caller.post("/terminal/prove", signed, **ELSEWHERE).status == 204
        assert caller.get("/account", **ELSEWHERE).status == 200

    def test_on_another_network_signs_in_anew_too(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        caller.get("/account")
        callers.parts.database.write_now(lambda conn: conn.execute(update(Session).values(traits=b"another network")))
        caller.proves = False
        caller.csrf = caller.get("/sign-in").csrf
        caller.proves = True
        given = {
            "login": "anna",
            "password": PASSWORD,
            "code": pyotp.TOTP(callers.account.totp_secret).at(callers.clock.now()),
        }
        assert caller.post("/sign-in", given).status == 303
        assert 'value="assistant"' in caller.get("/role").text

    def test_a_little_late_may_sign_out(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        assert prove(caller).status == 204
        caller.proves = False
        callers.clock.move(timedelta(minutes=5))
        page = caller.get("/account")
        assert page.status == 401
        assert token_in(page.text) == caller.csrf
        assert caller.post("/sign-out").location == "/sign-in"

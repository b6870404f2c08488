"""The desk asks by passkey where the service takes it, and learns nothing of who has one."""

import re
from dataclasses import replace

from delegation.assurance import Route
from gateway.app import fit
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk

FORM = {
    "name": "Ilze Paraudziņa",
    "code": "32999900001",
    "document": "passport",
    "present": "yes",
    "route": "passkey",
    "number": "",
    "checked_code": "",
}


def choice(desk: Desk) -> str:
    """The page's radio button for a passkey."""
    found = re.search(r'<input[^>]*value="passkey"[^>]*>', desk.look().text)
    assert found
    return found[0]


class TestRequest:
    def test_offers_a_passkey_where_the_service_takes_it(self, desk: Desk) -> None:
        desk.takes(Route.PHONE, Route.PASSKEY)
        desk.at(Stage.REQUEST)
        assert "disabled" not in choice(desk)

    def test_says_why_not_where_it_does_not(self, desk: Desk) -> None:
        desk.takes(Route.PHONE)
        desk.at(Stage.REQUEST)
        assert "disabled" in choice(desk)
        assert "the service does not take a yes in this way" in desk.look().text
        assert desk.press_button("ask", FORM).status == 409

    def test_says_why_not_where_the_address_is_a_number(self, desk: Desk) -> None:
        desk.takes(Route.PHONE, Route.PASSKEY)
        desk.at(Stage.REQUEST)
        settings = replace(desk.store.settings, public_url="http://127.0.0.1:8000")
        fit(desk.browser.app, replace(desk.store, settings=settings))
        assert "disabled" in choice(desk)
        assert "browsers keep no passkeys" in desk.look().text

    def test_by_passkey_shows_code_and_number_as_for_the_phone(self, desk: Desk) -> None:
        desk.takes(Route.PHONE, Route.PASSKEY)
        desk.at(Stage.REQUEST)
        assert desk.press_button("ask", FORM).status == 303
        page = desk.look().text
        assert 'id="phone-code"' in page
        assert "New code" in page
        desk.enter_code()
        assert 'id="match-number"' in desk.look().text

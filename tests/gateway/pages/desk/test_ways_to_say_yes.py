"""Which ways to say yes the desk offers, and which it begins with."""

import re
from typing import ClassVar

import pytest

from delegation.assurance import Assurance, Route
from gateway.visits.errors import RouteNotAllowedError
from gateway.visits.tables import Channel
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.pages.desk.test_signing import desk, takes
from tests.gateway.visits.counter import ILZE

__all__ = ["desk"]


class TestOffer:
    def test_each_way_that_the_service_does_not_take_says_so(self, desk: Desk) -> None:
        takes(desk, ["paper"]).open()
        page = desk.look().text
        for route in ("phone", "passkey", "display", "call"):
            assert re.search(rf'value="{route}"[^>]*disabled', page), route
        assert not re.search(r'value="paper"[^>]*disabled', page)

    def test_the_first_way_that_is_possible_is_chosen_already(self, desk: Desk) -> None:
        takes(desk, ["paper", "call"]).open()
        assert re.search(r'value="paper"[^>]*checked', desk.look().text)

    def test_who_calls_is_called_back_unless_something_else_is_chosen(self, desk: Desk) -> None:
        takes(desk, ["phone", "paper", "call"]).open(channel=Channel.PHONE)
        page = desk.look().text
        assert re.search(r'value="call"[^>]*checked', page)
        assert "Whoever calls can show no document" in page
        offered = re.findall(r'name="route"[^>]*value="(\w+)"|value="(\w+)"[^>]*name="route"', page)
        assert ["".join(each) for each in offered] == ["call", "phone", "passkey", "display", "paper"]
        assert re.search(r'value="paper"[^>]*disabled', page)
        assert page.count("Not possible on a call: the resident is not here.") == 2

    def test_on_a_call_nobody_is_asked_on_paper_or_the_display(self, desk: Desk) -> None:
        takes(desk, ["phone", "paper", "call"]).open(channel=Channel.PHONE)
        with pytest.raises(RouteNotAllowedError):
            desk.ask(Route.PAPER)
        assert desk.view().delegation is None

    def test_a_service_that_takes_no_yes_by_telephone_says_where_to_go(self, desk: Desk) -> None:
        takes(desk, ["paper", "display"]).open(channel=Channel.PHONE)
        assert "By telephone this service takes no yes." in desk.look().text

    def test_a_mobile_centre_begins_with_what_needs_no_connection(self, desk: Desk) -> None:
        takes(desk, ["phone", "paper", "call"]).open(channel=Channel.MOBILE)
        assert re.search(r'value="paper"[^>]*checked', desk.look().text)

    def test_paper_and_call_do_not_reach_a_service_that_asks_for_high(self, desk: Desk) -> None:
        takes(desk, ["phone", "paper", "call"], Assurance.HIGH).open()
        page = desk.look().text
        assert page.count("Not possible: the service asks for a surer yes than this way can give.") == 2

    def test_the_phone_needs_a_sign_in_service(self, desk: Desk) -> None:
        desk.open()
        assert "Not possible: no sign-in service is set up here." in desk.look().text
        assert re.search(r'value="phone"[^>]*disabled', desk.look().text)


class TestNobodysNumberIsKnown:
    FORM: ClassVar = {"name": ILZE.name, "code": ILZE.code, "document": "passport", "present": "yes", "for": "self"}

    @pytest.mark.parametrize(
        ("least", "advice", "has_field"),
        [
            (Assurance.LOW, "Type it in the field beneath the display’s way, or choose another way.", True),
            (Assurance.SUBSTANTIAL, "One that is known from elsewhere is needed", False),
        ],
    )
    def test_the_advice_names_a_field_only_where_there_is_one(
        self, desk: Desk, least: Assurance, advice: str, *, has_field: bool
    ) -> None:
        takes(desk, ["display"], least).open()
        answer = desk.press_button("ask", self.FORM | {"route": "display"})
        assert answer.status == 409
        assert advice in answer.text
        assert ('name="number"' in answer.text) is has_field

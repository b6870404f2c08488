"""Codes are typed by keys on the screen, also without scripts; text and language are set on the display."""

import re

import pytest

from delegation.assurance import Route
from gateway.people.access import ACCESS_KEY, Who
from gateway.visits.reading import Stage
from tests.gateway.pages.facing import Facing, Phone


@pytest.fixture
def asked(known: Facing) -> Phone:
    """A display on which the statement stands."""
    known.counter.open(language="en").ask(Route.DISPLAY)
    screen = known.display()
    screen.see("/display")
    return screen


def typed(page: str) -> str:
    field = re.search(r'<input[^>]*id="code"[^>]*>', page)
    assert field
    found = re.search(r'value="(\d*)"', field[0])
    return found[1] if found else ""


class TestKeys:
    def test_without_scripts_type_one_digit_after_the_other_and_count_no_try(self, known: Facing, asked: Phone) -> None:
        approval, code = known.counter.approval().id, ""
        for key in known.counter.sent_code():
            page = asked.send("/display/yes", approval=approval, code=code, key=key)
            assert page.status == 200
            code = typed(page.text)
        assert code == known.counter.sent_code()
        assert known.counter.approval().tries_left == 5
        assert known.counter.view().stage is Stage.APPROVAL
        asked.send("/display/yes", approval=approval, code=code)
        assert known.counter.view().stage is Stage.QUESTIONS

    @pytest.mark.parametrize(
        ("code", "key", "after"),
        [("12", "delete", "1"), ("", "delete", ""), ("12345678", "9", "12345678"), ("1", "x", "1"), ("1", "12", "1")],
    )
    def test_delete_take_no_more_than_a_code_has_and_nothing_else(
        self, known: Facing, asked: Phone, code: str, key: str, after: str
    ) -> None:
        page = asked.send("/display/yes", approval=known.counter.approval().id, code=code, key=key)
        assert typed(page.text) == after


class TestReading:
    def test_larger_text_lasts_as_long_as_the_visit_for_which_it_was_chosen(self, known: Facing, asked: Phone) -> None:
        assert "app-display--large" not in asked.see("/display").text
        assert asked.send("/display/size", large="1").location == "/display"
        assert "app-display--large" in asked.see("/display").text
        known.counter.close()
        known.counter.open(language="en")
        assert "app-display--large" not in asked.see("/display").text

    def test_between_visits_is_kept_for_all_that_follow(self, facing: Facing) -> None:
        screen = facing.display()
        screen.see("/display")
        screen.send("/display/size", large="1")
        facing.counter.open()
        assert "app-display--large" in screen.see("/display").text

    def test_another_language_is_read_by_this_resident_and_not_by_the_next(self, known: Facing, asked: Phone) -> None:
        asked.get("/language/lv?of=display&back=/display")
        assert '<html lang="lv"' in asked.see("/display").text
        asked.send("/display/size", large="1")
        page = asked.see("/display").text
        assert '<html lang="lv"' in page
        assert "app-display--large" in page
        known.counter.close()
        known.counter.open(language="en")
        assert '<html lang="en"' in asked.see("/display").text


def test_a_display_can_post_these_and_nothing_else(facing: Facing) -> None:
    takes = {
        route.path
        for route in facing.app.routes
        for handler, _model in getattr(route, "route_handler_map", {}).values()
        if "POST" in handler.http_methods and Who.DISPLAY in handler.opt[ACCESS_KEY].who
    }
    by_resident = {"yes", "no", "stop", "rating", "no-more", "more-time", "size"}
    by_itself = {"challenge", "prove"}
    assert takes == {f"/display/{each}" for each in by_resident | by_itself}

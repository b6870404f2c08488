import re
from datetime import timedelta

from gateway.people.roles import Role
from tests.gateway.answers import Answer
from tests.gateway.callers import Caller, Callers


def show_code(screen: Caller) -> str:
    """Let a screen show a code, as somebody who presses its button sees it."""
    screen.csrf = screen.get("/display/pair").csrf
    assert screen.post("/display/pair").location == "/display/pair"
    return shown(screen.get("/display/pair"))


def shown(page: Answer) -> str:
    """The digits in the page's large code."""
    return "".join(re.findall(r"app-code__group\">(\d+)<", page.text))


class TestPairing:
    def test_connects_the_screen_with_the_terminal_at_which_its_code_was_typed(self, callers: Callers) -> None:
        screen, desk = callers.nobody(), callers.staff(Role.ASSISTANT)
        code = show_code(screen)
        assert desk.post("/desk/display", {"code": code}).location == "/desk/display"
        assert screen.get("/display/pair").location == "/display"
        page = desk.get("/desk/display")
        assert "A display is paired" in page.text
        session = callers.session_of(desk.cookies["pilnvara_staff"])
        assert session
        assert session.display_id

    def test_gives_the_screen_a_secret_that_nobody_could_have_planted(self, callers: Callers) -> None:
        screen, desk = callers.nobody(), callers.staff(Role.ASSISTANT)
        code = show_code(screen)
        planted = Caller(callers.app, dict(screen.cookies))
        desk.post("/desk/display", {"code": code})
        before = screen.cookies["pilnvara_display"]
        assert screen.get("/display/pair").location == "/display"
        assert screen.cookies["pilnvara_display"] != before
        assert planted.get("/display/pair").status == 200

    def test_shows_the_same_code_when_the_page_is_loaded_again(self, callers: Callers) -> None:
        screen = callers.nobody()
        code = show_code(screen)
        assert shown(screen.get("/display/pair")) == code

    def test_ends_after_ten_minutes(self, callers: Callers) -> None:
        screen, desk = callers.nobody(), callers.staff(Role.ASSISTANT)
        code = show_code(screen)
        callers.clock.move(timedelta(minutes=10))
        assert shown(screen.get("/display/pair")) == ""
        assert desk.post("/desk/display", {"code": code}).status == 404

    def test_replaces_an_earlier_display(self, callers: Callers) -> None:
        first, desk = callers.display(), callers.staff(Role.ASSISTANT)
        second = callers.nobody()
        desk.post("/desk/display", {"code": show_code(second)})
        assert first.get("/display/pair").status == 200
        assert second.get("/display/pair").location == "/display"

    def test_can_be_undone_at_the_desk_and_pressing_twice_is_no_error(self, callers: Callers) -> None:
        display, desk = callers.display(), callers.staff(Role.ASSISTANT)
        assert [desk.post("/desk/display/unpair").status for _ in range(2)] == [303, 303]
        assert display.get("/display/pair").status == 200

    def test_needs_a_terminal(self, callers: Callers) -> None:
        anywhere = callers.staff(Role.AUDITOR, at_terminal=False)
        assert anywhere.post("/desk/display", {"code": "123456"}).status == 403

    def test_limits_how_many_codes_strangers_can_ask_for(self, callers: Callers) -> None:
        stranger = callers.nobody()
        stranger.csrf = stranger.get("/display/pair").csrf
        statuses = [stranger.post("/display/pair").status for _ in range(31)]
        assert statuses == [303] * 30 + [429]

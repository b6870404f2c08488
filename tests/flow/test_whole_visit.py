"""One whole visit through the real pages in real windows, by each route, on each kind of database."""

import io
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from rich.console import Console

from gateway.demo.codes import Codes
from gateway.demo.stack import Stack
from gateway.demo.steps import Steps
from gateway.demo.whole_visit import BY_DISPLAY, BY_PHONE, WholeVisit


@pytest.fixture
def told() -> io.StringIO:
    """What the visit has told, step by step."""
    return io.StringIO()


@pytest.fixture
def language() -> str:
    """What the people in the visit read."""
    return "lv"


@pytest.fixture
def visit(stack: Stack, codes: Codes, browser: Browser, told: io.StringIO, language: str) -> Iterator[WholeVisit]:
    """The windows of a visit in front of an outside world that has seen nothing yet."""
    stack.reset_outside()
    visit = WholeVisit(stack, browser, Steps(Console(file=told, width=200)), language=language, codes=codes)
    yield visit
    visit.leave()


VALUES = ("329999", "Paraugkaln", "LV78PARA", "20000001", "piemers.example", "slimības lapa", "vieta bērnudārzā")
"""What people said in the visits."""


def values_in_logs(stack: Stack) -> list[str]:
    """Which of the residents' values stand in what gateway and worker wrote."""
    written = "".join(stack.log(name).read_text(errors="replace") for name in ("gateway", "worker"))
    assert '"request"' in written
    assert "Traceback" not in written, written
    return [value for value in VALUES if value in written]


class TestAWholeVisit:
    def test_by_phone_ends_with_a_receipt_a_verified_trail_and_an_answer(
        self, visit: WholeVisit, told: io.StringIO
    ) -> None:
        visit.make(BY_PHONE)
        assert visit.steps.under_way == "", told.getvalue()
        assert "VSAA-" in told.getvalue()
        application = visit.stack.portal_state()["applications"][0]
        assert application["acted_by"]
        assert application["delegation"]
        assert values_in_logs(visit.stack) == []

    @pytest.mark.parametrize("language", ["en"])
    def test_by_display_ends_with_a_receipt_and_a_blank_screen(self, visit: WholeVisit, told: io.StringIO) -> None:
        visit.make(BY_DISPLAY)
        assert visit.desk.heading == "The visit is closed"
        assert "PASV-" in told.getvalue()
        assert "Paraugkalns" not in visit.display.page.content()
        assert values_in_logs(visit.stack) == []

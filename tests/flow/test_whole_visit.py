"""One whole visit through the real pages in real windows, by each route, on each kind of database."""

import io
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from rich.console import Console

from gateway.demo.codes import Codes
from gateway.demo.stack import Stack
from gateway.demo.steps import Steps
from gateway.demo.whole_visit import BY_DISPLAY, BY_PHONE, Errand, WholeVisit
from tests.flow.counting import KEPT, Work, by_window, counted

VALUES = ("329999", "Paraugkaln", "LV78PARA", "20000001", "piemers.example", "slimības lapa", "kindergarten")
"""What people said in the visits."""

Begin = Callable[[Errand, str], WholeVisit]


@pytest.fixture
def told() -> io.StringIO:
    """What the visit has told, step by step."""
    return io.StringIO()


@pytest.fixture
def begin(stack: Stack, codes: Codes, browser: Browser, told: io.StringIO) -> Iterator[Begin]:
    """Opens the windows of a visit in front of an outside world that has seen nothing yet."""
    stack.reset_outside()
    begun: list[WholeVisit] = []

    def open_windows(errand: Errand, language: str) -> WholeVisit:
        steps = Steps(Console(file=told, width=200))
        begun.append(WholeVisit(stack, browser, steps, errand, language=language, codes=codes))
        return begun[-1]

    yield open_windows
    for visit in begun:
        visit.leave()


def values_in_logs(stack: Stack) -> list[str]:
    """Which of the residents' values stand in what gateway and worker wrote."""
    written = "".join(stack.log(name).read_text(errors="replace") for name in ("gateway", "worker"))
    assert '"request"' in written
    assert "Traceback" not in written, written
    return [value for value in VALUES if value in written]


def made(visit: WholeVisit) -> dict[str, Work]:
    """Make the visit, and say what it took of each of those in it."""
    with counted() as found:
        visit.make()
    return {name: work for name, work in by_window(found, visit.windows).items() if name != "auditor"}


class TestAWholeVisit:
    def test_by_phone_ends_with_a_receipt_a_verified_trail_and_an_answer(self, begin: Begin, told: io.StringIO) -> None:
        visit = begin(BY_PHONE, "lv")
        assert made(visit) == KEPT["phone"], "fewer is better; `tests/flow/counting.py` keeps what it takes"
        assert visit.steps.under_way == "", told.getvalue()
        assert "VSAA-" in told.getvalue()
        application = visit.stack.portal_state()["applications"][0]
        assert application["acted_by"]
        assert application["delegation"]
        assert values_in_logs(visit.stack) == []

    def test_by_display_ends_with_a_receipt_and_nothing_of_the_child_on_the_screen(
        self, begin: Begin, told: io.StringIO
    ) -> None:
        visit = begin(BY_DISPLAY, "en")
        assert made(visit) == KEPT["display"]
        assert visit.desk.heading == "The visit is closed"
        assert "PASV-" in told.getvalue()
        assert "Paraugkalns" not in visit.display.page.content()
        assert values_in_logs(visit.stack) == []

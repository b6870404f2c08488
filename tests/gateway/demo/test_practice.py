"""`pilnvara practice`, with its processes: what it signs with, and that a night leaves nothing."""

from datetime import datetime
from pathlib import Path
from urllib.request import urlopen

from click.testing import CliRunner

from gateway.cli import main
from gateway.demo.ports import Ports
from gateway.practice.command import _next, begin_anew, make_stack
from ui.formats import ZONE


def test_a_night_leaves_neither_keys_nor_people_and_the_same_world_stands_again(tmp_path: Path) -> None:
    stack = make_stack(tmp_path, Ports.free())

    def seen(path: str) -> str:
        with urlopen(f"{stack.inner_url}{path}") as answer:
            text: str = answer.read().decode()
        return text

    try:
        stack.seed()
        stack.start_gateway()  # the rest of what is forgotten begins with the night
        before, practised = seen("/log/vkey"), tmp_path / "data" / "something-practised"
        practised.touch()
        assert before.startswith("practice.localhost:")
        assert "app-practice" in seen("/")
        begin_anew(stack)
        assert not practised.exists()
        assert seen("/log/vkey") not in {before, ""}
        assert "inese" in seen("/practice")
    finally:
        stack.stop()


def test_the_next_night_is_the_next_time_that_the_clock_shows_it() -> None:
    evening, early = datetime(2026, 11, 2, 21, 0, tzinfo=ZONE), datetime(2026, 11, 3, 2, 0, tzinfo=ZONE)
    assert _next(evening, 3, 0) == _next(early, 3, 0) == datetime(2026, 11, 3, 3, 0, tzinfo=ZONE)


def test_an_address_of_a_live_gateway_is_refused_before_anything_starts(tmp_path: Path) -> None:
    told = CliRunner().invoke(
        main, ["practice", "--folder", str(tmp_path / "new"), "--url", "https://pilnvara.example"]
    )
    assert told.exit_code == 1
    assert "practice." in told.output
    assert not (tmp_path / "new" / "data").exists()

"""`pilnvara demo` from outside: what it prints, what it refuses, and that nothing is left behind."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from gateway.cli import main
from gateway.demo import witness
from gateway.demo.command import demo
from gateway.demo.ports import Ports
from gateway.demo.stack import RETURN_PATHS, Stack
from gateway.demo.steps import Steps, UnexpectedError, expect
from gateway.pages.controllers import CONTROLLERS

PATIENCE_SECONDS = 120
"""Starting and ending are a matter of seconds; a machine that is busy with everything else may take its time."""


def free_ports_in_a_row() -> int:
    """The first of as many neighbouring ports as it takes, that nobody listens on."""
    for base in range(20_000, 60_000, 97):
        if not Ports.from_base(base).taken():
            return base
    pytest.fail("not enough free ports in a row")


class TestCode:
    def test_prints_the_one_time_code_of_somebody(self) -> None:
        told = CliRunner().invoke(main, ["demo", "code", "inese"])
        assert told.exit_code == 0
        assert told.output[:6].isdigit()

    def test_of_somebody_unknown_names_those_who_are_there(self) -> None:
        told = CliRunner().invoke(main, ["demo", "code", "nobody"])
        assert told.exit_code == 1
        assert "inese" in told.output


class TestStarting:
    def test_a_port_in_use_is_named_with_the_way_out(self, tmp_path: Path) -> None:
        base = free_ports_in_a_row()
        with socket.socket() as other:
            other.bind(("127.0.0.2", base + 1))
            other.listen()
            told = CliRunner().invoke(demo, ["--port", str(base), "--folder", str(tmp_path)])
        assert told.exit_code == 1
        assert f"port {base + 1} is in use" in told.output
        assert "PILNVARA_DEMO_PORT" in told.output

    def test_fresh_leaves_a_folder_alone_that_is_no_demonstration(self, tmp_path: Path) -> None:
        (tmp_path / "precious").write_text("kept")
        base = free_ports_in_a_row()
        with socket.socket() as other:
            other.bind(("127.0.0.1", base))
            other.listen()
            CliRunner().invoke(demo, ["--fresh", "--port", str(base), "--folder", str(tmp_path)])
        assert (tmp_path / "precious").read_text() == "kept"

    def test_a_terminal_code_without_a_demonstration_says_what_to_start(self, tmp_path: Path) -> None:
        told = CliRunner().invoke(demo, ["terminal", "--folder", str(tmp_path)])
        assert told.exit_code == 1
        assert "pilnvara demo" in told.output

    def test_a_visit_where_nothing_runs_says_what_to_start(self, tmp_path: Path) -> None:
        base = free_ports_in_a_row()
        Stack(tmp_path, Ports.from_base(base))
        told = CliRunner().invoke(demo, ["--port", str(base), "--folder", str(tmp_path), "visit"])
        assert told.exit_code == 1
        assert f"no demonstration answers at http://localhost:{base}: start `pilnvara demo` first" in told.output

    def test_takes_folder_and_ports_before_the_name_of_the_command_as_after_it(self, tmp_path: Path) -> None:
        told = CliRunner().invoke(demo, ["--folder", str(tmp_path), "terminal"])
        assert f"no demonstration in {tmp_path}" in told.output

    def test_runs_another_command_on_the_demonstration_with_its_ending(self, tmp_path: Path) -> None:
        Stack(tmp_path, Ports.from_base(free_ports_in_a_row()))
        ended = subprocess.run(
            [sys.executable, "-m", "gateway.cli", "demo", "run", "--folder", str(tmp_path), "audit", "verify"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 2
        assert str(tmp_path / "data" / "pilnvara.db") in ended.stderr


class TestIdentityProvider:
    def test_may_send_residents_back_to_every_page_that_waits_for_them(self, tmp_path: Path) -> None:
        waiting = {
            path for handler in CONTROLLERS for path in getattr(handler, "paths", ()) if path.endswith("/return")
        }
        assert waiting == set(RETURN_PATHS)
        stack = Stack(tmp_path, Ports.from_base(free_ports_in_a_row()))
        assert set(stack.return_addresses) == {f"{stack.url}{path}" for path in waiting}


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C reaches a process that is started now: whoever runs the tests in the background has it ignored for all."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class TestStayingUp:
    @pytest.mark.usefixtures("interruptible")
    def test_tells_where_everything_is_stays_up_and_leaves_nothing_behind(self, tmp_path: Path) -> None:
        base = free_ports_in_a_row()
        log = tmp_path / "told"
        with log.open("wb") as out:
            running = subprocess.Popen(
                [sys.executable, "-m", "gateway.cli", "demo", "--port", str(base), "--folder", str(tmp_path / "demo")],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={name: text for name, text in os.environ.items() if not name.startswith("PILNVARA_DEMO")},
            )
        try:
            told = wait_for(log, "Ctrl-C ends everything", running)
            with urllib.request.urlopen(f"http://localhost:{base}/", timeout=PATIENCE_SECONDS) as answer:
                assert answer.status == 200
            wait_until(lambda: witness.NAME in published(base))
        finally:
            running.send_signal(signal.SIGINT)
            code = running.wait(PATIENCE_SECONDS)
        assert code == 0
        assert f"http://localhost:{base}/terminal/enrol" in told
        assert "paraugs-paraugs-1" in told
        assert f"pilnvara demo --port {base} --folder {tmp_path / 'demo'} terminal" in told
        assert Ports.from_base(base).taken() == ()

    def test_says_which_process_has_died(self, tmp_path: Path) -> None:
        stack = Stack(tmp_path, Ports.free())
        stack.start_sandbox()
        try:
            assert stack.dead() is None
            stack.processes["sandbox"].kill()
            stack.processes["sandbox"].wait()
            assert stack.dead() == "sandbox"
            assert str(stack.log("sandbox")) in stack.tail("sandbox")
        finally:
            stack.stop()


class TestSteps:
    def test_a_step_is_told_with_what_was_seen_once_it_is_done(self) -> None:
        told = io.StringIO()
        steps = Steps(Console(file=told, width=120))
        with steps.step("Delegation signed") as step:
            step.seen = "jti abc…"
        assert "Delegation signed  jti abc…" in told.getvalue()
        assert steps.under_way == ""

    def test_one_that_is_not_what_it_should_be_is_not_told_and_stays_the_one_under_way(self) -> None:
        told = io.StringIO()
        steps = Steps(Console(file=told, width=120))
        with pytest.raises(UnexpectedError, match="two of them"), steps.step("Portal's own count"):
            expect(False, "the portal holds two of them")
        assert told.getvalue() == ""
        assert steps.under_way == "Portal's own count"


def published(base: int) -> str:
    """The newest checkpoint of the demonstration; nothing before the first."""
    try:
        with urllib.request.urlopen(f"http://localhost:{base}/log/checkpoint", timeout=PATIENCE_SECONDS) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError:
        return ""


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def wait_for(log: Path, text: str, running: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while text not in (told := log.read_text(errors="replace")):
        assert running.poll() is None, told
        assert time.monotonic() < deadline, told
        time.sleep(0.1)
    return told

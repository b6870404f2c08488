import importlib
from pathlib import Path
from types import ModuleType

import pytest

from tests.postgresql import PROJECT


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.syspath_prepend(str(PROJECT / ".ci"))
    module = importlib.import_module("steps")
    monkeypatch.setattr(module, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(module, "LOG", tmp_path / "log")
    return module


@pytest.fixture
def browsers(steps: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    module = importlib.import_module("browsers")
    monkeypatch.setattr(module, "LOG", tmp_path / "log")
    return module


def program(file: Path, script: str) -> str:
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    return str(file)


class TestSteps:
    def test_a_step_is_done_once_and_again_when_what_it_depends_on_changes(self, steps: ModuleType) -> None:
        done: list[str] = []
        state = ["as it is"]

        def make() -> str:
            done.append(state[0])
            return "made"

        def step() -> object:
            return steps.Step("name", "Title", make, lambda: state, lambda: True)

        for _ in range(2):
            steps.carry_out([step()], force=False)
        state[0] = "changed"
        steps.carry_out([step()], force=False)
        assert done == ["as it is", "changed"]

    def test_a_step_whose_result_was_removed_is_done_again(self, steps: ModuleType) -> None:
        done: list[str] = []

        def make() -> str:
            done.append("made")
            return "made"

        step = steps.Step("name", "Title", make, lambda: 1, lambda: False)
        for _ in range(2):
            steps.carry_out([step], force=False)
        assert len(done) == 2

    def test_a_step_that_failed_is_not_taken_for_done(self, steps: ModuleType) -> None:
        def fail() -> str:
            raise steps.ProvisionError

        step = steps.Step("name", "Title", fail, lambda: 1, lambda: True)
        for _ in range(2):
            with pytest.raises(steps.ProvisionError):
                steps.carry_out([step], force=False)

    def test_a_command_that_fails_is_reported_with_what_it_said(self, steps: ModuleType) -> None:
        with pytest.raises(steps.CommandError, match="no room left"):
            steps.run("/bin/sh", "-c", "echo no room left; exit 3")


class TestBrowser:
    def test_one_that_lies_there_but_does_not_start_is_not_taken(self, browsers: ModuleType, tmp_path: Path) -> None:
        assert not browsers.starts(program(tmp_path / "chromium", "echo missing library >&2; exit 127"))

    def test_one_that_shows_a_page_is_taken(self, browsers: ModuleType, tmp_path: Path) -> None:
        assert browsers.starts(program(tmp_path / "chromium", "echo '<html></html>'"))

    def test_the_one_that_a_person_named_comes_first(
        self, browsers: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CHROMIUM_PATH", "/opt/named")
        assert next(browsers.browsers_of_the_machine()) == "/opt/named"

    def test_one_without_windows_is_not_taken_for_a_whole_one(self, browsers: ModuleType, tmp_path: Path) -> None:
        program(tmp_path / "chromium-headless-shell", "true")
        renamed = tmp_path / "chromium"
        renamed.symlink_to(tmp_path / "chromium-headless-shell")
        assert not browsers.is_whole(str(tmp_path / "chromium-headless-shell"))
        assert not browsers.is_whole(str(renamed))
        assert browsers.is_whole(program(tmp_path / "google-chrome", "true"))

    def test_without_a_whole_one_the_rest_is_still_made(
        self, browsers: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(browsers, "BUILD", tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(browsers, "browser_of_playwright", lambda **_given: iter(()))
        step = browsers.full_browser_step()
        assert "install chromium" in step.make()
        assert not step.present()

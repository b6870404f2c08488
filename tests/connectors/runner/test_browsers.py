"""Browsers grow old and are replaced between runs, and pages that wait are not kept without end."""

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.runner import RunnerSettings
from connectors.runner.browsers import Browsers, memory_of
from connectors.runner.child import Child
from connectors.runner.runner import Runner
from tests.connectors.desk import Desk

pytestmark = pytest.mark.anyio


class Played:
    """Stands for a browser's process."""

    started = 0

    def __init__(self) -> None:
        Played.started += 1
        self.pid, self.dead, self.stopped = 1, False, False

    async def stop(self) -> None:
        self.stopped = True


@pytest.fixture
async def browsers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Browsers:
    async def start(*_: object) -> Played:
        return Played()

    monkeypatch.setattr(Child, "start", start)
    made = Browsers(RunnerSettings(temp_root=str(tmp_path), runs_per_browser=3, browser_memory=0))
    await made.open()
    return made


async def test_one_is_used_again_until_it_has_run_often_enough(browsers: Browsers) -> None:
    first = [await browsers.of("connectors", "gate", lambda _: True) for _ in range(3)]
    second = await browsers.of("connectors", "gate", lambda _: True)
    assert len({id(each) for each in first}) == 1
    assert second is not first[0]


async def test_none_is_replaced_while_a_run_is_open_in_it(browsers: Browsers) -> None:
    found = [await browsers.of("connectors", "gate", lambda _: False) for _ in range(5)]
    assert len({id(each) for each in found}) == 1


async def test_one_that_has_grown_is_replaced_sooner(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.runner.browsers._EACH", 1)
    assert memory_of(1) > 0
    first = await browsers.of("connectors", "gate", lambda _: True)
    assert await browsers.of("connectors", "gate", lambda _: True) is not first


async def test_the_page_that_waits_longest_makes_room(
    runner: Runner, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_settings", replace(runner._settings, most_held=1))
    first, second = desk.prepare_task(), desk.prepare_task()
    await runner.prepare(first, desk.decide, desk.progress)
    await runner.prepare(second, desk.decide, desk.progress)
    assert (runner.holds(first.run_id), runner.holds(second.run_id)) == (False, True)
    await runner.stop(second.run_id)

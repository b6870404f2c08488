"""The browser's process: gone with its worker, and nothing of it left behind."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from connectors.runner import RunnerSettings
from connectors.runner.child import swept_root
from connectors.runner.runner import Runner

pytestmark = pytest.mark.anyio

WORKER = """
import asyncio, sys
from connectors.runner import RunnerSettings
from connectors.runner.runner import Runner

async def work():
    runner = Runner(RunnerSettings(chromium=sys.argv[1], temp_root=sys.argv[2]))
    await runner.start()
    print(*runner.child_pids(), flush=True)
    await asyncio.sleep(600)

asyncio.run(work())
"""


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            child = int(folder.name)
            found |= {child} | descendants(child)
    return found


def browsers_among(pids: set[int]) -> set[int]:
    """The main process of each browser: its helpers carry a `--type`."""
    return {
        pid
        for pid in pids
        if "chrom" in str(Path(f"/proc/{pid}/exe").readlink())
        and "--type=" not in Path(f"/proc/{pid}/cmdline").read_text()
    }


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


async def gone(pids: set[int]) -> bool:
    for _ in range(100):
        if not alive(pids):
            return True
        await asyncio.sleep(0.1)
    return False


async def test_dies_with_a_worker_that_is_killed_and_its_files_are_swept(
    browser_executable: str, tmp_path: Path
) -> None:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, browser_executable, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout is not None
    child = int(await worker.stdout.readline())
    family = {child} | descendants(child)
    assert len(family) > 2
    worker.kill()
    await worker.wait()
    assert await gone(family), alive(family)
    assert [name.partition("-")[0] for name in names_in(tmp_path)] == [str(worker.pid)]
    swept_root(str(tmp_path))
    assert names_in(tmp_path) == []


async def test_leaves_nothing_when_the_worker_closes(browser_executable: str, tmp_path: Path) -> None:
    runner = Runner(RunnerSettings(chromium=browser_executable, temp_root=str(tmp_path)))
    await runner.start()
    (child,) = runner.child_pids()
    family = {child} | descendants(child)
    await runner.close()
    assert names_in(tmp_path) == []
    assert await gone(family), alive(family)


async def test_files_of_a_living_worker_are_not_swept(tmp_path: Path) -> None:
    own = tmp_path / f"{os.getpid()}-one"
    dead = tmp_path / "4194304-two"  # beyond the kernel's largest process id
    for folder in (own, dead):
        folder.mkdir()
        folder.joinpath("trace").write_text("x")
    swept_root(str(tmp_path))
    assert names_in(tmp_path) == [own.name]


async def test_a_browser_that_dies_takes_its_process_along(browser_executable: str, tmp_path: Path) -> None:
    runner = Runner(RunnerSettings(chromium=browser_executable, temp_root=str(tmp_path)))
    await runner.start()
    (child,) = runner.child_pids()
    for pid in browsers_among(descendants(child)):
        os.kill(pid, signal.SIGKILL)
    for _ in range(100):
        if not runner.child_pids():
            break
        await asyncio.sleep(0.1)
    assert runner.child_pids() == ()
    await runner.close()

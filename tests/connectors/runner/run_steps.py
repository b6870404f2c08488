"""The steps that tests of whole runs share."""

import os
import signal

import pytest

from connectors.runner import Prepared, PrepareTask, Sent
from connectors.runner.errors import RunError
from tests.connectors.desk import Desk


async def prepare(desk: Desk, task: PrepareTask) -> Prepared:
    return await desk.runner.prepare(task, desk.decide, desk.progress)


async def send(desk: Desk, task: PrepareTask, prepared: Prepared) -> Sent:
    return await desk.runner.send(desk.send_task(task, prepared.readback), desk.decide, desk.progress)


async def refused(desk: Desk, task: PrepareTask, error: type[RunError]) -> RunError:
    """Prepare, expect `error`, and see that nothing is held and nothing was filed."""
    with pytest.raises(error) as caught:
        await prepare(desk, task)
    assert not desk.runner.holds(task.run_id)
    assert desk.state()["final_posts"] == 0
    assert "final" not in desk.kinds()
    return caught.value


def kill(desk: Desk) -> None:
    for pid in desk.runner.child_pids():
        os.kill(pid, signal.SIGKILL)

"""What a connector does by code of its own, where no declaration says it, and what that code cannot do."""

import pytest

from connectors.runner import Filed
from connectors.runner.errors import RunError, TamperedError
from tests.connectors.runner.test_escapes import Stage, hostile_portal, hostile_runner, stage, temporary

__all__ = ["hostile_portal", "hostile_runner", "stage", "temporary"]

pytestmark = pytest.mark.anyio


async def test_a_hook_presses_what_no_answer_belongs_to_and_what_came_of_it_is_read_back(stage: Stage) -> None:
    task = stage.task("Anna", "test.hooked")
    prepared = await stage.desk.runner.prepare(task, stage.desk.decide, stage.desk.progress)
    held = {item.control: item.value for item in prepared.readback.items if item.page == "form"}
    assert held == {"name": "Anna", "checked": "known:4"}
    assert isinstance(await stage.send(task), Filed)
    assert (stage.portal.finals, stage.portal.seen) == (1, [])


@pytest.mark.parametrize(("connector", "kind"), [("test.meddling", TamperedError), ("test.hasty", RunError)])
async def test_one_that_answers_or_goes_on_by_itself_ends_the_run_with_nothing_filed(
    stage: Stage, connector: str, kind: type[RunError]
) -> None:
    with pytest.raises(kind):
        await stage.desk.runner.prepare(stage.task("Anna", connector), stage.desk.decide, stage.desk.progress)
    assert stage.portal.finals == 0
    assert stage.desk.kinds().count("step") == 0

"""Portals and browsers that break down in the middle; what was filed, the portal's own count says."""

import asyncio

import pytest

from connectors.runner import DeclinedByPortal, Filed, Found, GateRequest, Progress, Unknown, Verdict
from connectors.runner.errors import (
    ChildDiedError,
    PortalUnavailableError,
    RunStoppedError,
    RunTimeoutError,
    SessionLostError,
)
from tests.connectors.desk import Desk
from tests.connectors.runner.run_steps import kill, prepare, refused, send

pytestmark = pytest.mark.anyio


class TestAPortalInTrouble:
    async def test_down_is_unavailable(self, desk: Desk) -> None:
        desk.fault("down")
        await refused(desk, desk.prepare_task(), PortalUnavailableError)

    async def test_gone_is_unavailable(self, desk: Desk) -> None:
        desk.portal = "http://127.0.0.2:1"
        with pytest.raises(PortalUnavailableError):
            await prepare(desk, desk.prepare_task())

    async def test_slow_is_given_up_in_time(self, desk: Desk) -> None:
        desk.fault("slow", seconds=4)
        desk.deadline = 2
        await refused(desk, desk.prepare_task(), RunTimeoutError)

    async def test_forgets_the_session_while_filling(self, desk: Desk) -> None:
        desk.fault("session_lost", step="pielikumi")
        await refused(desk, desk.prepare_task(), SessionLostError)

    async def test_forgets_the_session_before_the_final_request_and_has_looked_at_nothing(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)
        desk.fault("session_lost", step="nosutit")
        sent = await send(desk, task, prepared)
        assert isinstance(sent, DeclinedByPortal)
        assert sent.session_lost
        assert desk.state()["accepted"] == 0

    async def test_dies_after_accepting_and_the_look_up_finds_it(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)
        desk.fault("dies_after_accepting")
        sent = await send(desk, task, prepared)
        assert isinstance(sent, Unknown)
        assert (sent.reason, sent.evidence.status) == ("no_answer", None)
        desk.fault("dies_after_accepting", on=False)
        found = await desk.runner.look_up(desk.look_up_task(task, sent.evidence.sent_at), desk.decide, desk.progress)
        assert isinstance(found, Found)
        assert found.pdf is not None
        counted = desk.state()
        assert (counted["final_posts"], counted["accepted"]) == (1, 1)
        assert counted["applications"][0]["reference"] == found.reference

    async def test_resets_the_final_request_and_sees_it_once(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)
        desk.fault("resets_final")
        desk.fault("accepts_twice")
        sent = await send(desk, task, prepared)
        assert isinstance(sent, Unknown)
        assert desk.kinds().count("final") == 1
        assert (desk.state()["final_posts"], desk.state()["accepted"]) == (1, 0)

    @pytest.mark.parametrize("to", ["path", "origin"])
    async def test_redirects_the_final_request_and_it_is_not_repeated(self, desk: Desk, to: str) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)
        desk.fault("redirects_final", to=to)
        sent = await send(desk, task, prepared)
        assert isinstance(sent, Unknown)
        assert (sent.reason, sent.for_a_person, sent.evidence.status) == ("redirected", True, 307)
        assert desk.state()["final_posts"] == 1

    async def test_answers_too_late(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)
        desk.fault("slow", seconds=10, only_final=True, after=True)
        sent = await send(desk, task, prepared)
        assert isinstance(sent, Unknown)
        assert sent.reason == "timeout"
        assert desk.state()["final_posts"] == 1


class TestABrowserThatIsKilled:
    async def test_while_filling_files_nothing(self, desk: Desk) -> None:
        async def kill_at_the_third_step(progress: Progress) -> None:
            if progress.step == "pielikumi":
                kill(desk)

        with pytest.raises(ChildDiedError):
            await desk.runner.prepare(desk.prepare_task(), desk.decide, kill_at_the_third_step)
        assert desk.state()["final_posts"] == 0

    async def test_while_the_page_is_held_is_filled_again_and_sent_once(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)
        kill(desk)
        while desk.runner.holds(task.run_id):  # noqa: ASYNC110 - the kernel tells nobody but the runner
            await asyncio.sleep(0.01)
        assert isinstance(await send(desk, task, prepared), Filed)
        assert desk.state()["final_posts"] == 1

    async def test_before_the_final_request_was_let_out_nothing_is_sent(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)

        async def killed_and_refused(request: GateRequest) -> Verdict:
            kill(desk)
            return Verdict(False, "stopped")

        with pytest.raises((ChildDiedError, RunStoppedError)):
            await desk.runner.send(desk.send_task(task, prepared.readback), killed_and_refused, desk.progress)
        assert desk.state()["final_posts"] == 0

    async def test_after_the_final_request_left_the_gate_knows_what_became_of_it(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)

        def killed_as_it_leaves(request: GateRequest) -> Verdict:
            kill(desk)
            return Verdict(True)

        desk.fault("slow", seconds=0.5, only_final=True, after=True)  # so that the browser's death is known first
        desk.verdict = killed_as_it_leaves
        sent = await send(desk, task, prepared)
        assert isinstance(sent, Filed)
        counted = desk.state()
        assert (counted["final_posts"], counted["accepted"]) == (1, 1)
        assert counted["applications"][0]["reference"] == sent.reference

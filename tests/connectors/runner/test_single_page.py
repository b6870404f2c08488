"""Whole runs at the portal that a script draws; what was filed, the portal's own count says."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.runner import Absent, DeclinedByPortal, Filed, Found, PrepareTask, Sent, Unknown
from connectors.runner.errors import FormChangedError, SessionLostError, ValuesRefusedError
from connectors.runner.runner import Runner
from connectors.sandbox import Sandbox
from connectors.sdk import registry
from connectors.workshop.issuer import StandInIssuer
from tests.connectors.browser.test_process import descendants
from tests.connectors.desk import Desk
from tests.connectors.runner.run_steps import prepare, refused, send

pytestmark = pytest.mark.anyio

DECLARATION = "lv.vid.annual_income_declaration"
RESIDENCE = "lv.pmlp.residence_declaration"
UNEMPLOYED = "lv.nva.unemployed_status"


@pytest.fixture
def page_desk(runner: Runner, sandbox: Sandbox, issuer: StandInIssuer) -> Desk:
    return Desk(runner, sandbox.portals["eiestades"].url, issuer)


class TestAFiling:
    async def test_with_rows_and_files_is_sent_once_receipted_and_found_again(self, page_desk: Desk) -> None:
        task = page_desk.prepare_task(DECLARATION, 1)
        prepared = await prepare(page_desk, task)
        held = {item.control: item.value for item in prepared.readback.items if item.control}
        assert (held["ienakumi.0.summa"], held["ienakumi.1.izmaksatajs"]) == ("14 480,50", "Biedrība “Izdomas”")
        assert [each.filename for each in prepared.readback.attachments] == ["ceks.pdf", "kvits.pdf"]
        assert (prepared.readback.fee, page_desk.state()["final_posts"]) == ("0,00 EUR", 0)

        sent = await send(page_desk, task, prepared)
        assert isinstance(sent, Filed)
        assert sent.pdf is not None
        assert sent.evidence.status == 201
        counted = page_desk.state()
        assert (counted["final_posts"], counted["accepted"]) == (1, 1)
        filed = counted["applications"][0]
        assert (filed["reference"], filed["key"]) == (
            sent.reference,
            registry.find(DECLARATION).service_key(task.values),
        )
        assert filed["values"]["ienakumi.0.summa"] == "14480.5"
        # Two uploads besides the four steps.
        assert page_desk.kinds() == ["sign_in", *["step"] * 6, "final"]
        looked_up = page_desk.look_up_task(task, sent.evidence.sent_at)
        found = await page_desk.runner.look_up(looked_up, page_desk.decide, page_desk.progress)
        assert found == Found(reference=sent.reference, pdf=sent.pdf)

    async def test_whose_last_request_repeats_all_answers_goes_on_in_a_draft_begun_otherwise(
        self, page_desk: Desk
    ) -> None:
        await prepare(page_desk, page_desk.prepare_task(RESIDENCE, 0))
        task = page_desk.prepare_task(RESIDENCE, 2)
        sent = await send(page_desk, task, await prepare(page_desk, task))
        assert isinstance(sent, Filed)
        (filed,) = page_desk.state()["applications"]
        assert (filed["values"]["locekli.1.kods"], filed["values"]["valsts"]) == ("329999-00071", "IE")
        assert not {"ligums", "berna_kods"} & filed["values"].keys()

    async def test_chooses_from_what_is_offered_and_ticks_several(self, page_desk: Desk) -> None:
        task = page_desk.prepare_task(UNEMPLOYED, 1)
        sent = await send(page_desk, task, await prepare(page_desk, task))
        assert isinstance(sent, Filed)
        values = page_desk.state()["applications"][0]["values"]
        assert (values["profesija"], values["valodas"]) == ("Grāmatvedis", "lv,en,de")


class TestASendingThatThePortalKnowsByItsKey:
    async def test_is_proved_absent_at_once_and_sent_again_files_one(self, page_desk: Desk) -> None:
        """Somebody was wrong about the first one: its answer was lost, the portal holds it, and it is sent again."""
        task = page_desk.prepare_task(UNEMPLOYED)
        looking = replace(page_desk.look_up_task(task), idempotency_key="k-1")
        absent = await page_desk.runner.look_up(looking, page_desk.decide, page_desk.progress)
        assert absent == Absent(conclusive=True)

        page_desk.fault("dies_after_accepting")
        first = await send_by_key(page_desk, task, "k-1")
        page_desk.fault("dies_after_accepting", on=False)
        again = await send_by_key(page_desk, page_desk.prepare_task(UNEMPLOYED), "k-1")

        assert isinstance(first, Unknown)
        assert isinstance(again, Filed)
        counted = page_desk.state()
        assert (counted["final_posts"], counted["accepted"]) == (2, 1)
        assert counted["applications"][0]["reference"] == again.reference


async def send_by_key(desk: Desk, task: PrepareTask, key: str) -> Sent:
    prepared = await prepare(desk, task)
    sending = replace(desk.send_task(task, prepared.readback), idempotency_key=key)
    return await desk.runner.send(sending, desk.decide, desk.progress)


class TestARefusal:
    async def test_by_a_step_stands_at_the_question_of_its_row(self, page_desk: Desk) -> None:
        task = page_desk.prepare_task(DECLARATION, 1, more={"income.1.payer_number": "49999999902"})
        values = {**task.values, "income.1.payer_number": "4999999990"}
        error = await refused(page_desk, replace(task, values=values), ValuesRefusedError)
        assert isinstance(error, ValuesRefusedError)
        assert set(error.messages) == {"income.1.payer_number"}

    async def test_of_what_no_list_offers(self, page_desk: Desk) -> None:
        task = page_desk.prepare_task(RESIDENCE, 0, more={"address": "Nekur iela 1"})
        error = await refused(page_desk, task, ValuesRefusedError)
        assert isinstance(error, ValuesRefusedError)
        assert set(error.messages) == {"address"}

    async def test_at_the_end_says_why_and_files_nothing(self, page_desk: Desk) -> None:
        task = page_desk.prepare_task(UNEMPLOYED)
        prepared = await prepare(page_desk, task)
        page_desk.fault("refuses_values", at="final")
        sent = await send(page_desk, task, prepared)
        assert isinstance(sent, DeclinedByPortal)
        assert sent.general == ("Tālrunis: Šis tālrunis reģistrēts citai personai",)
        assert (page_desk.state()["final_posts"], page_desk.state()["accepted"]) == (1, 0)


class TestABrowserThatIsKilled:
    async def test_leaves_nothing_of_what_was_typed_or_uploaded(self, page_desk: Desk) -> None:
        task = page_desk.prepare_task(DECLARATION, 1)
        await prepare(page_desk, task)
        (child,) = page_desk.runner.child_pids()
        family = {child} | descendants(child)
        assert {core_limit(pid) for pid in family} == {"1"}
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        typed = [value for value in task.values.values() if isinstance(value, str) and len(value) > 5]
        given = [part for file in task.files.values() for part in (file.content, file.filename.encode())]
        assert len(given) == 4
        wanted = [*given, *(each.encode(code) for each in typed for code in ("utf-8", "utf-16-le"))]
        folder = page_desk.runner._settings.temp_root
        assert files_with([b"MANIFEST-"], folder)  # of the browser's profile: it is looked at where there is something
        assert files_with(wanted, folder) == []


def files_with(wanted: list[bytes], folder: str | None) -> list[Path]:
    """Files beneath `folder` that hold any of this."""
    files = [path for path in Path(folder or "").rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in files if any(each in path.read_bytes() for each in wanted)]


def core_limit(pid: int) -> str:
    limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(line.split()[4] for line in limits if line.startswith("Max core file size"))


class TestAPortalInTrouble:
    async def test_that_changed_its_form_is_told_before_anything_is_filed(self, page_desk: Desk) -> None:
        page_desk.fault("form_changed")
        error = await refused(page_desk, page_desk.prepare_task(DECLARATION), FormChangedError)
        assert "Nodokļu rezidences valsts" in str(error)

    async def test_that_forgets_the_session_ends_the_run(self, page_desk: Desk) -> None:
        page_desk.fault("session_lost", step="darbs")
        await refused(page_desk, page_desk.prepare_task(UNEMPLOYED), SessionLostError)

    @pytest.mark.parametrize(
        ("fault", "parameters", "reason"),
        [("redirects_final", {"to": "origin"}, "redirected"), ("dies_after_accepting", {}, "no_answer")],
    )
    async def test_sees_the_final_request_once_whatever_it_does_with_it(
        self, page_desk: Desk, fault: str, parameters: dict[str, Any], reason: str
    ) -> None:
        task = page_desk.prepare_task(UNEMPLOYED)
        prepared = await prepare(page_desk, task)
        page_desk.fault(fault, **parameters)
        sent = await send(page_desk, task, prepared)
        assert isinstance(sent, Unknown)
        assert sent.reason == reason
        counted = page_desk.state()
        assert (counted["final_posts"], counted["accepted"]) == (1, 1)

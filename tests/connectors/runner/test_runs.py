"""Whole runs: real browser, real gate, the sandbox's portal over HTTP; what was filed, the portal's own count says."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.runner import (
    Absent,
    Ambiguous,
    DeclinedByPortal,
    Filed,
    GateRequest,
    Progress,
    Verdict,
)
from connectors.runner.errors import (
    FormChangedError,
    IssuerRefusedError,
    ReadBackChangedError,
    RunBusyError,
    RunStoppedError,
    SignInRefusedError,
    TamperedError,
    ValuesRefusedError,
)
from connectors.sdk import registry
from tests.connectors.desk import KINDERGARTEN, SICKNESS, Desk
from tests.connectors.runner.run_steps import prepare, refused, send

pytestmark = pytest.mark.anyio


class TestAFiling:
    @pytest.mark.parametrize(("connector", "sample"), [(SICKNESS, 0), (SICKNESS, 1), (KINDERGARTEN, 0)])
    async def test_is_filled_held_sent_once_and_receipted(self, desk: Desk, connector: str, sample: int) -> None:
        task = desk.prepare_task(connector, sample)
        prepared = await prepare(desk, task)
        assert desk.runner.holds(task.run_id)
        assert desk.state()["final_posts"] == 0
        assert prepared.picture_png.startswith(b"\x89PNG")
        assert prepared.readback.fee == "0,00 EUR"

        sent = await send(desk, task, prepared)
        assert isinstance(sent, Filed)
        assert sent.pdf is not None
        assert sent.pdf.startswith(b"%PDF-")
        assert sent.evidence.status == 303
        counted = desk.state()
        assert (counted["final_posts"], counted["accepted"]) == (1, 1)
        filed = counted["applications"][0]
        assert filed["reference"] == sent.reference
        assert filed["key"] == registry.find(connector).service_key(task.values)
        steps = len(registry.find(connector).steps)
        assert desk.kinds() == ["sign_in", *["step"] * steps, "final"]
        assert not desk.runner.holds(task.run_id)

    async def test_reads_back_every_control_hidden_ones_and_the_overview(self, desk: Desk) -> None:
        prepared = await prepare(desk, desk.prepare_task(SICKNESS, 1))
        items = {(item.page, item.control or item.label): item for item in prepared.readback.items}
        assert items["dati", "konts"].value == "LV78PARA0000000000001"
        assert items["dati", "darbiba"].shown == "Pieprasīt slimības pabalstu"
        assert items["dati", "csrf"].type == "hidden"
        assert items["parskats", "versija"].type == "hidden"
        assert items["parskats", "Konta numurs (IBAN)"].value == "LV78PARA0000000000001"
        (attachment,) = prepared.readback.attachments
        assert (attachment.control, attachment.filename) == ("izzina", "izzina.pdf")

    async def test_carries_its_values_in_the_questions_put_to_the_gateway(self, desk: Desk) -> None:
        task = desk.prepare_task(SICKNESS, 1)
        prepared = await prepare(desk, task)
        await send(desk, task, prepared)
        by_step = {request.step: dict(request.fields) for request in desk.asked if request.kind == "step"}
        assert by_step["dati"]["konts"] == "LV78PARA0000000000001"
        assert by_step["pielikumi"]["izzina"] == prepared.readback.attachments[0].sha256
        final = desk.asked[-1]
        assert {name for name, _ in final.fields} == {"csrf", "melnraksts", "versija"}

    async def test_says_how_far_it_is(self, desk: Desk) -> None:
        await prepare(desk, desk.prepare_task(KINDERGARTEN))
        await asyncio.sleep(0)
        filling = [progress for progress in desk.told if progress.stage == "filling"]
        assert [progress.done for progress in filling] == list(range(6))
        assert filling[1].step == "berns"

    async def test_is_filled_again_when_its_page_is_gone_and_an_equal_read_back_keeps_the_yes(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)
        await desk.runner.stop(task.run_id)
        assert not desk.runner.holds(task.run_id)
        assert isinstance(await send(desk, task, prepared), Filed)
        assert desk.state()["final_posts"] == 1

    async def test_is_not_sent_when_it_reads_back_differently(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)
        other = desk.prepare_task(more={"phone": "20000099"}, run_id=task.run_id)
        await desk.runner.stop(task.run_id)
        with pytest.raises(ReadBackChangedError):
            await send(desk, other, prepared)
        assert desk.state()["final_posts"] == 0

    async def test_two_runs_at_once_keep_apart(self, desk: Desk) -> None:
        one, two = desk.prepare_task(SICKNESS), desk.prepare_task(KINDERGARTEN)
        first, second = await asyncio.gather(prepare(desk, one), prepare(desk, two))
        assert {item.page for item in first.readback.items} & {"dati"}
        assert {item.page for item in second.readback.items} & {"berns"}
        sent = await asyncio.gather(send(desk, one, first), send(desk, two, second))
        assert all(isinstance(each, Filed) for each in sent)
        assert desk.state()["final_posts"] == 2

    async def test_that_is_started_twice_leaves_the_first_alone_and_is_filed_once(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)
        sent, busy = await asyncio.gather(
            send(desk, task, prepared), send(desk, task, prepared), return_exceptions=True
        )
        assert isinstance(sent, Filed)
        assert isinstance(busy, RunBusyError)
        assert desk.state()["final_posts"] == 1


class TestStopping:
    async def test_a_held_page_is_closed_and_nothing_leaves(self, desk: Desk) -> None:
        task = desk.prepare_task()
        await prepare(desk, task)
        await desk.runner.stop(task.run_id)
        assert desk.state()["final_posts"] == 0

    async def test_ends_a_run_that_is_being_filled(self, desk: Desk) -> None:
        task = desk.prepare_task()

        async def stop_at_the_third_step(progress: Progress) -> None:
            if progress.step == "pielikumi":
                await desk.runner.stop(task.run_id)

        with pytest.raises(RunStoppedError):
            await desk.runner.prepare(task, desk.decide, stop_at_the_third_step)
        assert "sanemsana" not in [request.step for request in desk.asked]

    @pytest.mark.parametrize("kind", ["sign_in", "step"])
    async def test_a_no_to_any_request_ends_it(self, desk: Desk, kind: str) -> None:
        desk.verdict = lambda request: Verdict(request.kind != kind, "revoked")
        await refused(desk, desk.prepare_task(), RunStoppedError)

    async def test_a_no_to_the_final_request_keeps_it_in(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)
        desk.verdict = lambda request: Verdict(request.kind != "final", "revoked")
        with pytest.raises(RunStoppedError):
            await send(desk, task, prepared)
        assert desk.state()["final_posts"] == 0

    async def test_after_the_final_request_left_comes_too_late(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)

        def stopped_while_it_is_let_out(request: GateRequest) -> Verdict:
            stopping.append(asyncio.ensure_future(desk.runner.stop(task.run_id)))
            return Verdict(True)

        stopping: list[asyncio.Future[None]] = []
        desk.verdict = stopped_while_it_is_let_out
        assert isinstance(await send(desk, task, prepared), Filed)
        assert len(stopping) == 1


class TestAPortalThatRefuses:
    async def test_a_steps_values_says_so_at_the_right_question(self, desk: Desk) -> None:
        desk.fault("refuses_values", at="step")
        error = await refused(desk, desk.prepare_task(), ValuesRefusedError)
        assert isinstance(error, ValuesRefusedError)
        assert error.messages == {"account": "Konts pieder citai personai"}
        assert "pieder" not in str(error)

    async def test_the_final_request_says_why_and_files_nothing(self, desk: Desk) -> None:
        task = desk.prepare_task()
        prepared = await prepare(desk, task)
        desk.fault("refuses_values", at="final")
        sent = await send(desk, task, prepared)
        assert isinstance(sent, DeclinedByPortal)
        assert not sent.session_lost
        assert "Konts pieder citai personai" in " ".join([*sent.messages.values(), *sent.general])
        assert sent.evidence.status == 422
        assert (desk.state()["final_posts"], desk.state()["accepted"]) == (1, 0)

    async def test_by_its_own_rules_names_each_question(self, desk: Desk) -> None:
        error = await refused(desk, desk.prepare_task(more={"period_to": "2035-01-01"}), ValuesRefusedError)
        assert isinstance(error, ValuesRefusedError)
        assert set(error.messages) == {"period_to"}

    async def test_a_choice_it_does_not_offer(self, desk: Desk) -> None:
        error = await refused(desk, desk.prepare_task(more={"sheet": "B-99-99999-9"}), ValuesRefusedError)
        assert isinstance(error, ValuesRefusedError)
        assert set(error.messages) == {"sheet"}

    async def test_a_service_outside_the_delegation(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(desk.issuer, "services", (KINDERGARTEN,))
        await refused(desk, desk.prepare_task(SICKNESS), SignInRefusedError)
        assert desk.state()["drafts"] in (0, [])


async def test_a_ticket_that_our_own_issuer_refuses_is_not_the_portals_refusal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.issuer, "tickets", set())
    monkeypatch.setattr(type(desk.issuer), "ticket", forged_ticket)
    await refused(desk, desk.prepare_task(), IssuerRefusedError)
    assert desk.state()["sign_ins"] == 0


async def forged_ticket(_: object) -> str:
    return "forged"


class TestAPortalThatChanged:
    async def test_stops_before_anything_is_filed_and_says_what_changed(self, desk: Desk) -> None:
        desk.fault("form_changed")
        error = await refused(desk, desk.prepare_task(), FormChangedError)
        assert isinstance(error, FormChangedError)
        assert error.page is not None
        assert error.page.lv == "Iesnieguma dati"
        said = " ".join(each.lv for each in error.differences)
        assert "2. solī „Iesnieguma dati” ir jauns obligāts jautājums „Nodarbinātības statuss”." in said
        assert "„Konta numurs (IBAN)”" in said
        assert [request.step for request in desk.asked if request.kind == "step"] == ["informacija"]

    async def test_its_looks_alone_goes_on(self, desk: Desk) -> None:
        desk.fault("form_changed_cosmetic")
        assert (await prepare(desk, desk.prepare_task())).fingerprints_ok

    async def test_is_surveyed_without_filing(self, desk: Desk) -> None:
        desk.fault("form_changed_cosmetic")
        task = desk.prepare_task()
        shapes = await desk.runner.survey(task, desk.decide, desk.progress)
        assert shapes == registry.find(SICKNESS).fingerprints
        assert desk.state()["final_posts"] == 0


class TestLookingUp:
    async def test_finds_nothing_and_proves_it_only_when_the_portal_has_settled(self, desk: Desk) -> None:
        task = desk.prepare_task()
        now = datetime.now(UTC)
        for since, conclusive in ((now, False), (now - timedelta(minutes=3), True)):
            absent = await desk.runner.look_up(desk.look_up_task(task, since), desk.decide, desk.progress)
            assert absent == Absent(conclusive=conclusive)

    async def test_does_not_take_another_key_or_an_earlier_filing_for_it(self, desk: Desk) -> None:
        task = desk.prepare_task(KINDERGARTEN)
        assert isinstance(await send(desk, task, await prepare(desk, task)), Filed)
        other = desk.look_up_task(desk.prepare_task(KINDERGARTEN, 1))
        assert isinstance(await desk.runner.look_up(other, desk.decide, desk.progress), Absent)
        later = desk.look_up_task(task, datetime.now(UTC) + timedelta(hours=1))
        assert isinstance(await desk.runner.look_up(later, desk.decide, desk.progress), Absent)

    async def test_leaves_two_that_match_to_a_person(self, desk: Desk) -> None:
        task = desk.prepare_task(KINDERGARTEN)
        for turn in range(2):
            again = replace(task, run_id=f"{task.run_id}-{turn}")
            assert isinstance(await send(desk, again, await prepare(desk, again)), Filed)
        found = await desk.runner.look_up(desk.look_up_task(task), desk.decide, desk.progress)
        assert isinstance(found, Ambiguous)
        assert len(found.references) == 2

    async def test_changes_nothing_at_the_portal(self, desk: Desk) -> None:
        before = desk.state()
        await desk.runner.look_up(desk.look_up_task(desk.prepare_task()), desk.decide, desk.progress)
        assert desk.kinds() == ["sign_in"]
        assert {**desk.state(), "sign_ins": 0} == {**before, "sign_ins": 0}


class TestTampering:
    async def test_an_overview_that_shows_something_else_stops_it(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        honest = registry.find(SICKNESS)
        wary = replace(honest, final=replace(honest.final, shows={"Konta numurs (IBAN)": "talrunis"}))
        monkeypatch.setattr(registry, "find", lambda _: wary)
        error = await refused(desk, desk.prepare_task(), TamperedError)
        assert "talrunis" in str(error)
        assert "20000001" not in str(error)

"""A portal of tables in tables: one address, controls named by the cell before, five minutes, a list that is a page."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from connectors.runner import Ambiguous, DeclinedByPortal, Filed, Found
from connectors.runner.errors import FormChangedError, ValuesRefusedError
from connectors.runner.runner import Runner
from connectors.sandbox import Sandbox
from connectors.sandbox.common.applications import Filing
from connectors.sandbox.common.people import Person
from connectors.sandbox.tables.cadastre import CADASTRE_STATEMENT
from connectors.sdk import registry
from connectors.workshop.issuer import StandInIssuer
from tests.connectors.desk import Desk
from tests.connectors.runner.run_steps import prepare, refused, send

pytestmark = pytest.mark.anyio

CADASTRE = "lv.vzd.cadastre_statement"
BIRTH = "lv.civil_registry.birth_registration"


@pytest.fixture
def desk(runner: Runner, sandbox: Sandbox, issuer: StandInIssuer) -> Desk:
    return Desk(runner, sandbox.portals["registri"].url, issuer)


@pytest.fixture
def later(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """How much later the runner's clock is; at first not at all."""
    by = [timedelta()]
    monkeypatch.setattr(runner, "_clock", lambda: datetime.now(UTC) + by[0])
    return by


class TestFiling:
    async def test_something_paid_shows_its_fee_before_the_yes_and_is_found_in_the_list(self, desk: Desk) -> None:
        task = desk.prepare_task(CADASTRE, 1)
        prepared = await prepare(desk, task)
        assert prepared.readback.fee == "6,50 EUR"
        labels = {item.control: item.label for item in prepared.readback.items if item.control}
        assert labels["ADRESE"] == "Īpašuma adrese"
        assert labels["EPASTS"] == "E-pasts maksājuma saitei"

        sent = await send(desk, task, prepared)

        assert isinstance(sent, Filed)
        assert sent.pdf is not None
        assert desk.state()["final_posts"] == desk.state()["accepted"] == 1
        found = await desk.runner.look_up(desk.look_up_task(task), desk.decide, desk.progress)
        assert isinstance(found, Found)
        assert (found.reference, found.pdf) == (sent.reference, sent.pdf)

    async def test_a_birth_brings_forth_what_the_next_services_ask_for(self, desk: Desk) -> None:
        task = desk.prepare_task(BIRTH)
        sent = await send(desk, task, await prepare(desk, task))
        assert isinstance(sent, Filed)
        gives = {name: re.search(rule, sent.page_text) for name, rule in registry.find(BIRTH).gives.items()}
        assert {name: match and match.group(1) for name, match in gives.items()} == {
            "child.birth_record": "DR-000001",
            "child.code": "329999-20001",
        }


class TestRefusing:
    async def test_a_value_is_told_at_its_question(self, desk: Desk) -> None:
        desk.fault("refuses_values", at="step")
        error = await refused(desk, desk.prepare_task(CADASTRE), ValuesRefusedError)
        assert isinstance(error, ValuesRefusedError)
        assert error.messages == {"cadastre_number": "Īpašums ar šādu apzīmējumu kadastrā nav atrasts"}

    async def test_a_changed_form_stops_before_anything_is_filed(self, desk: Desk) -> None:
        desk.fault("form_changed")
        await refused(desk, desk.prepare_task(BIRTH), FormChangedError)

    async def test_a_new_look_alone_goes_on(self, desk: Desk) -> None:
        desk.fault("form_changed_cosmetic")
        assert (await prepare(desk, desk.prepare_task(BIRTH))).held


class TestFiveMinutes:
    async def test_a_page_that_waited_too_long_is_filled_again_and_the_same_yes_counts(
        self, desk: Desk, later: list[timedelta]
    ) -> None:
        task = desk.prepare_task(CADASTRE)
        prepared = await prepare(desk, task)
        assert desk.runner.holds(task.run_id)
        later[0] = timedelta(minutes=4, seconds=45)
        assert not desk.runner.holds(task.run_id)

        assert isinstance(await send(desk, task, prepared), Filed)

        assert desk.state()["sign_ins"] == 2
        assert desk.state()["final_posts"] == 1

    async def test_a_session_that_ends_at_the_last_button_has_filed_nothing(self, desk: Desk) -> None:
        task = desk.prepare_task(CADASTRE)
        prepared = await prepare(desk, task)
        desk.fault("session_lost", step="VZD_APSTIPRINAT")
        sent = await send(desk, task, prepared)
        assert isinstance(sent, DeclinedByPortal)
        assert sent.general == ("Sesija beigusies",)
        assert desk.state()["final_posts"] == 1
        assert desk.state()["accepted"] == 0


class TestAListOfManyPages:
    async def test_is_read_to_its_end(self, desk: Desk, sandbox: Sandbox) -> None:
        task = desk.prepare_task(CADASTRE)
        for number in range(23):
            file_at(sandbox, "99010010001/01" if number in (0, 22) else f"990100200{number:02}/01")
        found = await desk.runner.look_up(
            desk.look_up_task(task, datetime.now(UTC) - timedelta(minutes=1)), desk.decide, desk.progress
        )
        year = datetime.now(UTC).year
        assert found == Ambiguous(references=(f"VZD-{year}-000023", f"VZD-{year}-000001"))


def file_at(sandbox: Sandbox, key: str) -> None:
    filing = Filing(
        service=CADASTRE_STATEMENT,
        person=Person("329999-00001", "Anna Paraugkalne"),
        key=key,
        answers={},
        sections=(),
    )
    sandbox.portals["registri"].registry.file(filing, None, datetime.now(UTC))

"""Permits of municipalities, filed whole: one connector for all of them, rows, boxes, an amount and a fee."""

from datetime import UTC, datetime

import pytest

from connectors.runner import Filed
from connectors.runner.errors import ValuesRefusedError
from tests.connectors.desk import Desk
from tests.connectors.runner.run_steps import prepare, refused, send

pytestmark = pytest.mark.anyio
TRADING = "lv.municipality.street_trading"
EVENT = "lv.municipality.public_event"


async def test_an_event_with_two_people_is_read_back_as_it_was_answered_and_sent_once(desk: Desk) -> None:
    task = desk.prepare_task(EVENT, 1)
    prepared = await prepare(desk, task)
    held = [(item.control, item.label, item.value) for item in prepared.readback.items if item.value]
    assert ("persona_2_pk", "2. atbildīgā persona: Personas kods", "329999-00002") in held
    assert not [control for control, _label, _value in held if control.startswith("persona_3")]
    assert [value for control, _label, value in held if control == "skanas_veids"] == ["muzika", "pirotehnika"]
    assert ("biletes_cena", "Biļetes cena (EUR)", "12,50") in held
    assert ("atkritumi", "Atkritumu apsaimniekotājs un līguma numurs", "SIA “Tīrs paraugs”, 2026-1") in held
    assert prepared.readback.fee == "50,00 EUR"
    sent = await send(desk, task, prepared)
    assert isinstance(sent, Filed)
    assert (desk.state()["final_posts"], desk.state()["accepted"]) == (1, 1)
    assert desk.state()["applications"][0]["key"] == f"juras-promenade/{task.values['first_day']}"


async def test_one_connector_knows_what_only_one_municipality_asks(desk: Desk) -> None:
    prepared = await prepare(desk, desk.prepare_task(TRADING, 1))
    assert prepared.readback.fee == "2,86 EUR"
    assert [request.step for request in desk.asked].count("papildu-upes") == 1


async def test_what_a_municipality_s_rules_refuse_stands_beside_its_question(desk: Desk) -> None:
    today = datetime.now(UTC).date().isoformat()
    soon = {"first_day": today, "last_day": today}
    error = await refused(desk, desk.prepare_task(TRADING, more=soon), ValuesRefusedError)
    assert isinstance(error, ValuesRefusedError)
    assert error.messages == {"first_day": "Iesniegums jāiesniedz vismaz 3 dienas iepriekš"}
    assert desk.state()["final_posts"] == 0

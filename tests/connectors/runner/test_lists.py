"""What a portal's list of applications proves: what stands on it is found, whatever the clock was put to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.runner.api import Found
from connectors.runner.looking_up import looked_up
from connectors.sdk import registry
from connectors.sdk.contract import ConnectorContractError, ensure_sound
from connectors.sdk.steps import LookUp, Table
from tests.connectors.desk import SICKNESS
from tests.connectors.runner.test_idempotency import task

RULE = LookUp(
    path="/saraksts",
    table=Table(),
    service=None,
    key="Atslēga",
    reference="Numurs",
    received="Reģistrēts",
    settles_after=timedelta(minutes=2),
)


@pytest.mark.parametrize("hour", [0, 1])
def test_what_arrived_while_the_clocks_were_put_back_is_found(hour: int) -> None:
    """The last Sunday of October: 03:30 comes twice, and the portal writes both alike."""
    since = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    entry = {"Numurs": "A-1", "Atslēga": "period", "Reģistrēts": "25.10.2026 03:30"}
    found = looked_up(RULE, replace(task(""), since=since), [entry], since + timedelta(hours=2))
    assert found == Found(reference="A-1", pdf=None)


@pytest.mark.parametrize("written", ["%d.%m.%Y", "%d.%m.%Y %H", "%d.%m.%Y %I:%M", "%Q"])
def test_times_that_do_not_say_the_minute_prove_nothing(written: str) -> None:
    known = registry.find(SICKNESS)
    with pytest.raises(ConnectorContractError, match="to the minute"):
        ensure_sound(replace(known, look_up=replace(RULE, table=Table(written=written))))
    ensure_sound(replace(known, look_up=replace(RULE, table=Table(written=written), settles_after=None)))
    ensure_sound(replace(known, look_up=RULE))

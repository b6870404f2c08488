"""Whether `make bench` can still take what it says of runs; with the browser and the portals that other tests use."""

import math

import pytest

from tests.benchmarks import connector, costs
from tests.benchmarks.effort import QUICK
from tests.benchmarks.test_smoke import assert_means_something
from tests.connectors.desk import Desk


@pytest.mark.anyio
async def test_a_run_is_held_against_the_bare_script_and_its_parts_against_that(desk: Desk) -> None:
    service = connector.SERVICES[0]
    assert_means_something(connector.figure(service, await connector.in_turn(desk, service, QUICK)))
    async with connector.a_browser() as browser:
        found = await costs.of(browser, desk, service, QUICK)
    assert {each.requests > len(each.connector.steps) for each in found} == {True}
    for figure in costs.figures(service, found):
        assert math.isfinite(figure.value)

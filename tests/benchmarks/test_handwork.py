"""The assistant does less by hand than somebody who fills in the portal: what is counted is the same each time."""

import pytest

from connectors.sdk import registry
from tests.benchmarks import handwork


@pytest.mark.parametrize("service", registry.all())
def test_a_service_takes_fewer_clicks_and_fewer_characters_than_its_portal(service: str) -> None:
    connector = registry.find(service)
    ours, theirs = handwork.here(connector), handwork.at_the_portal(connector)
    assert 0 < ours.clicks < theirs.clicks
    assert 0 < ours.characters < theirs.characters


@pytest.mark.parametrize("known", [handwork.KNOWN, handwork.NEW], ids=["known", "new"])
def test_the_life_event_takes_at_most_half_of_five_forms(known: frozenset[str]) -> None:
    plan = handwork.the_life_event()
    ours = handwork.all_at_once(plan, known)
    apart = [handwork.at_the_portal(registry.find(each)) for each in plan.services]
    assert 0 < ours.clicks * 2 <= sum(each.clicks for each in apart)
    assert 0 < ours.characters * 2 <= sum(each.characters for each in apart)

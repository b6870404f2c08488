"""The life event of a child's birth: five filings at three portals, each thing asked once."""

from connectors.sdk import registry
from tests.benchmarks.handwork import the_life_event as the_set


def test_is_at_three_portals_and_begins_with_the_registration() -> None:
    plan = the_set()
    assert plan.services[0] == "lv.civil_registry.birth_registration"
    assert len(plan.services) == 5
    assert len({registry.find(each).manifest.portal for each in plan.services}) == 3


def test_the_registration_feeds_the_other_four() -> None:
    plan = the_set()
    assert plan.behind(plan.services[0]) == set(plan.services[1:])
    assert plan.waits["lv.vsaa.childbirth_benefit"].gives.keys() == {"child.birth_record", "child.code"}


def test_what_is_given_first_is_said_on_the_receipt_as_it_is_looked_for() -> None:
    gives = registry.find("lv.civil_registry.birth_registration").gives
    assert gives.keys() == {"child.birth_record", "child.code"}


def test_each_thing_is_asked_once() -> None:
    names = [each.input.name for each in the_set().questions]
    assert len(names) == len(set(names))

"""The life event of a child's birth: five filings at three portals, each thing typed once."""

from datetime import date

from connectors.sdk import registry
from connectors.sdk.together import Together, together
from gateway.demo.catalogue import life_events

DAY = date(2026, 11, 22)
KNOWN = frozenset({"resident.phone", "resident.email", "resident.address", "resident.iban"})
"""Of a resident who was here before."""
_CHOSEN = frozenset({"radio", "select", "checkbox", "checkboxes", "file", "group"})


def the_set() -> Together:
    event = next(each for each in life_events() if each.id == "birth_of_a_child")
    return together([registry.find(each) for each in event.services])


def characters(value: object) -> int:
    """What is typed: of a day its digits."""
    return len(str(value).replace("-", "")) if isinstance(value, str) else 0


def typed_in_the_portals(plan: Together) -> int:
    """By somebody who fills in five forms: what they know of the resident stands in none of them."""
    total = 0
    for service in plan.services:
        connector = registry.find(service)
        answers = connector.samples[0].answers(DAY)
        total += sum(characters(answers.get(each.name)) for each in connector.inputs if each.kind not in _CHOSEN)
    return total


def typed_here(plan: Together) -> int:
    given = {concept for waiting in plan.waits.values() for concept in waiting.gives}
    total = 0
    for question in plan.questions:
        asked = question.input
        if asked.kind in _CHOSEN or asked.concept in given or asked.concept in KNOWN:
            continue
        service, name = question.targets[0]
        total += characters(registry.find(service).samples[0].answers(DAY).get(name))
    return total


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


def test_each_thing_is_typed_once_and_it_is_at_most_half_of_five_forms() -> None:
    plan = the_set()
    names = [each.input.name for each in plan.questions]
    assert len(names) == len(set(names))
    assert typed_here(plan) * 2 <= typed_in_the_portals(plan)

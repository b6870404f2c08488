"""What a service costs the hands: clicks and characters in the assistant's form, beside filling in the portal directly.

Counted from what connectors declare, with the answers of a sample, so the same each time. On both sides a control that
is typed into is one click and its characters, a list two clicks, a button or box one, a file two; a day of three
controls is three. The portals fill in nothing. The assistant's form knows what stands in the record of a resident who
was here before, and what the delegation says; signing in there, and the yes here, are apart.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Self

from connectors.sdk import groups, registry
from connectors.sdk.connector import Connector
from connectors.sdk.inputs import Checkbox, Date, File, Group, Input, Radio, Select, Typeahead
from connectors.sdk.steps import Action, How, Values
from connectors.sdk.together import Together, together
from gateway.demo.catalogue import life_events
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.connectors.desk import answers
from tests.databases import Databases
from tests.flow.counting import KEPT

KNOWN = frozenset({"resident.phone", "resident.email", "resident.address", "resident.iban", "centre.municipality"})
"""What stands in the record of a resident who was here before, and what the centre says by itself."""
NEW = frozenset({"centre.municipality"})
LIFE_EVENT = "birth_of_a_child"
_HALF = 0.5


@dataclass(frozen=True)
class Work:
    """What hands do."""

    clicks: int = 0
    characters: int = 0

    def __add__(self, other: Self) -> "Work":
        """Both."""
        return Work(self.clicks + other.clicks, self.characters + other.characters)


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Every service, and the life event."""
    del effort, databases
    for connector in registry.all().values():
        yield from _figures(connector.id, here(connector), here(connector, NEW), at_the_portal(connector), 1)
    plan = the_life_event()
    theirs = sum((at_the_portal(registry.find(each)) for each in plan.services), Work())
    yield from _figures(f"life event {LIFE_EVENT}", all_at_once(plan), all_at_once(plan, NEW), theirs, _HALF)
    for route, windows in KEPT.items():
        for window, work in windows.items():
            name = f"whole visit by {route}, all of it: {window}"
            yield Figure(name=name, value=work.clicks, unit="clicks", beside=f"{work.keys} keys; counted by tests/flow")


def _figures(name: str, ours: Work, new: Work, theirs: Work, share: float) -> Iterator[Figure]:
    """At most that share of the portal's, and fewer.

    Of somebody who was never here, one service is only told: their own details have to be typed anywhere.
    """
    for what in ("clicks", "characters"):
        mine, first, other = getattr(ours, what), getattr(new, what), getattr(theirs, what)
        most = min(other - 1, int(share * other))
        aims = (Aim(what, mine, most), *((Aim(f"somebody new: {what}", first, most),) if share < 1 else ()))
        beside = f"portal {other}; for somebody new {first}"
        yield Figure(name=f"{name}: {what}", value=mine, unit="", beside=beside, ratio=mine / other, aims=aims)


def the_life_event() -> Together:
    """Its services as one set."""
    event = next(each for each in life_events() if each.id == LIFE_EVENT)
    return together([registry.find(each) for each in event.services])


def at_the_portal(connector: Connector) -> Work:
    """By somebody who fills in the portal's form: every control, every button, and the PDF."""
    values, _ = answers(connector.id, 0, {})
    steps = connector.steps_for(values)
    fills = (*(fill for step in steps for fill in step.fills), *connector.final.fills)
    done = sum((_set(action) for fill in fills for action in fill.actions(values)), Work())
    return done + Work(clicks=len(steps) + 1 + bool(connector.receipt.pdf_link))


def _set(action: Action) -> Work:
    match action.how:
        case How.SELECT_SEVERAL:
            done = Work(1 + len(action.several)) if action.several else Work()
        case _ if not action.value:
            done = Work()
        case How.TEXT:
            done = Work(1, len(action.value))
        case How.TYPEAHEAD:
            done = Work(2, len(action.value))
        case How.SELECT | How.FILE:
            done = Work(2)
        case How.ROWS:
            done = Work(int(action.value))
        case _:
            done = Work(1)
    return done


def here(connector: Connector, known: Collection[str] = KNOWN) -> Work:
    """By the assistant: what has to be so is asked first, then all that is not known, and one button for each."""
    values, _ = answers(connector.id, 0, {})
    first = len(connector.preconditions)
    return Work(clicks=first + bool(first) + 1) + _answered(connector.inputs, values, known)


def all_at_once(plan: Together, known: Collection[str] = KNOWN) -> Work:
    """The same for several services: each question once, and none whose answer a filing of the set brings forth."""
    brought = {concept for waiting in plan.waits.values() for concept in waiting.gives}
    drawn = {each: answers(each, 0, {})[0] for each in plan.services}
    first = sum(
        each.settled_by not in brought for service in plan.services for each in registry.find(service).preconditions
    )
    done = Work(clicks=first + bool(first) + 1)
    for question in plan.questions:
        if question.input.concept not in brought:
            service, name = question.targets[0]
            asked = next(each for each in registry.find(service).inputs if each.name == name)
            done += _answered([replace(asked, prefill=question.input.prefill)], drawn[service], known)
    return done


def _answered(inputs: Iterable[Input], values: Values, known: Collection[str]) -> Work:
    done = Work()
    for each in inputs:
        if isinstance(each, Group):
            rows = groups.count(each, values)
            done += Work(rows - each.least)
            done = sum((_answered(groups.row(each, number), values, known) for number in range(rows)), done)
        elif each.prefill not in known and not (each.same_as or "").startswith("principal."):
            done += _answer(each, values.get(each.name, ""))
    return done


def _answer(question: Input, value: str | list[str]) -> Work:
    if isinstance(value, list):
        return Work(len(value))
    match question:
        case Checkbox():
            return Work(int(value == "yes"))
        case _ if not value:
            done = Work()
        case Radio():
            done = Work(1)
        case Select() | File():
            done = Work(2)
        case Typeahead():
            done = Work(2, len(next(each.label.lv for each in question.options if each.value == value)))
        case Date():
            done = Work(3, len(value.replace("-", "")))
        case _:
            done = Work(1, len(value))
    return done

"""What every page of the registry costs: CPU and SQL statements, on each database, in the state in which it is seen."""

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.database.counting import count_statements
from tests.benchmarks.effort import Effort, settle
from tests.benchmarks.figures import Aim, Figure
from tests.benchmarks.pages import AIM_MS, AIM_STATEMENTS, ask
from tests.benchmarks.states import Page
from tests.databases import Databases
from tests.states.registry import SCENES
from tests.states.shown import Shown
from tests.states.stand import a_stand

_TURNS = 5
"""Requests of a page on each database, of which the cheapest counts: there are four hundred pages."""
_QUICK = 3
"""Scenes of a quick run."""


@dataclass(frozen=True)
class Cost:
    """What one page took on one database."""

    name: str
    ms: float
    statements: int

    @property
    def is_within(self) -> bool:
        """Whether it meets both aims."""
        return self.ms <= AIM_MS and self.statements <= AIM_STATEMENTS


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """For each role how many pages are within the aims, and each page that is not."""
    is_quick = effort.rounds == 1
    scenes = [name for name in SCENES if not name.startswith("problems.")][: _QUICK if is_quick else None]
    for kind, each in itertools.islice(databases.items(), effort.pages_on):
        costs = [cost for scene in scenes for cost in _costs_of(scene, each)]
        yield from _figures(kind, costs)


def _costs_of(scene: str, databases: Databases) -> list[Cost]:
    costs: list[Cost] = []
    settle()

    def watch(shown: Shown) -> None:
        if shown.method == "GET" and shown.status == 200:
            costs.append(asyncio.run(_cost_of(shown)))

    with a_stand(databases, watch, ("lv",)) as stand:
        SCENES[scene](stand)
    return costs


async def _cost_of(shown: Shown) -> Cost:
    app, page = shown.caller.app, Page(shown.name, shown.path, shown.caller.cookies)
    await ask(app, page)  # the first look may be put on record
    with count_statements() as counted:
        status, _body = await ask(app, page)
    assert status == 200, f"{page.name}: {status}"
    samples = []
    for _ in range(_TURNS):
        started = time.process_time()
        await ask(app, page)
        samples.append(time.process_time() - started)
    return Cost(shown.name, min(samples) * 1000, counted.total)


def _figures(kind: str, costs: list[Cost]) -> Iterator[Figure]:
    by_role: dict[str, list[Cost]] = defaultdict(list)
    for cost in costs:
        by_role[cost.name.partition("/")[0]].append(cost)
    for role, of_role in sorted(by_role.items()):
        slowest, most = max(of_role, key=lambda cost: cost.ms), max(cost.statements for cost in of_role)
        yield Figure(
            name=f"{role}: the slowest of {len(of_role)} pages",
            value=slowest.ms,
            unit="ms CPU",
            beside=f"{kind}; {slowest.name}; at most {most} statements",
            aims=(Aim("ms", slowest.ms, AIM_MS), Aim("statements", most, AIM_STATEMENTS)),
        )
    missed = [cost for cost in costs if not cost.is_within]
    for cost in sorted(missed, key=lambda cost: -cost.ms):
        yield Figure(
            name=f"  {cost.name}", value=cost.ms, unit="ms CPU", beside=f"{kind}; {cost.statements} statements"
        )

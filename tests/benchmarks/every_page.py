"""What every page of the registry costs: CPU and SQL statements, on each database, in the state in which it is seen.

Each has its limit (`limits`), and the run ends with 1 where one is above it.
"""

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from litestar import Litestar

from gateway.database.counting import count_statements
from tests.benchmarks import limits
from tests.benchmarks.effort import Effort, settle
from tests.benchmarks.figures import Aim, Figure
from tests.benchmarks.limits import Limit
from tests.benchmarks.pages import BARE, answer_bare, ask
from tests.benchmarks.states import Page
from tests.databases import Databases
from tests.states.registry import SCENES
from tests.states.shown import Shown
from tests.states.stand import a_stand

_TURNS = 5
"""Requests of a page on each database, of which the cheapest counts: there are four hundred pages."""
_MORE_TURNS = 40
"""Of one that seems above its limit: what else the machine does can only add."""
_BARE_TURNS = 60
"""Of a bare route before each scene."""
_QUICK = 3
"""Scenes of a quick run."""


@dataclass(frozen=True)
class Cost:
    """What one page took on one database."""

    name: str
    kind: str
    """The database's."""
    ms: float
    bare_ms: float
    """What a bare route took just before."""
    statements: int

    @property
    def limit(self) -> Limit:
        """What it may take."""
        return limits.of(self.name)

    @property
    def allowed_ms(self) -> float:
        """How long that is here and now."""
        return limits.ms_on(self.kind, self.limit, self.bare_ms)

    @property
    def is_above(self) -> bool:
        """Whether it takes more than it may."""
        return self.ms > self.allowed_ms or self.statements > self.limit.statements

    @property
    def is_told(self) -> bool:
        """Whether it gets a line of its own."""
        return self.is_above or self.limit.statements > limits.AIM_STATEMENTS or self.ms > limits.AIM_MS


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """For each role its dearest page; then each page that has a limit of its own, or is above its limit."""
    is_quick = effort.rounds == 1
    scenes = [name for name in SCENES if not name.startswith("problems.")][: _QUICK if is_quick else None]
    for kind, each in itertools.islice(databases.items(), effort.pages_on):
        costs = [cost for scene in scenes for cost in _costs_of(scene, kind, each)]
        yield from _figures(kind, costs, must_hold=not is_quick)


def _costs_of(scene: str, kind: str, databases: Databases) -> list[Cost]:
    costs: list[Cost] = []
    settle()
    bare = asyncio.run(_lowest_ms(Litestar([answer_bare], openapi_config=None, logging_config=None), BARE, _BARE_TURNS))

    def watch(shown: Shown) -> None:
        if shown.method == "GET" and shown.status == 200:
            costs.append(asyncio.run(_cost_of(shown, kind, bare)))

    with a_stand(databases, watch, ("lv",)) as stand:
        SCENES[scene](stand)
    return costs


async def _cost_of(shown: Shown, kind: str, bare_ms: float) -> Cost:
    app, page = shown.caller.app, Page(shown.name, shown.path, shown.caller.cookies)
    await ask(app, page)  # the first look may be put on record
    with count_statements() as counted:
        status, _body = await ask(app, page)
    assert status == 200, f"{page.name}: {status}"
    cost = Cost(shown.name, kind, await _lowest_ms(app, page, _TURNS), bare_ms, counted.total)
    if cost.ms > cost.allowed_ms:
        cost = replace(cost, ms=await _lowest_ms(app, page, _MORE_TURNS))
    return cost


async def _lowest_ms(app: Litestar, page: Page, turns: int) -> float:
    samples: list[float] = []
    for _ in range(turns):
        started = time.process_time()
        await ask(app, page)
        samples.append(time.process_time() - started)
    return min(samples) * 1000


def _figures(kind: str, costs: list[Cost], *, must_hold: bool) -> Iterator[Figure]:
    by_role: dict[str, list[Cost]] = defaultdict(list)
    for cost in costs:
        by_role[cost.name.partition("/")[0]].append(cost)
    for role, of_role in sorted(by_role.items()):
        slowest, most = max(of_role, key=lambda cost: cost.ms), max(of_role, key=lambda cost: cost.statements)
        over = sum(cost.is_above for cost in of_role)
        yield Figure(
            name=f"{role}: the slowest of {len(of_role)} pages",
            value=slowest.ms,
            unit="ms CPU",
            beside=f"{kind}; {slowest.name}; at most {most.statements} statements; {over} above their limit",
        )
    for cost in sorted(costs, key=lambda cost: -cost.ms):
        if cost.is_told:
            yield _figure(kind, cost, must_hold=must_hold)


def _figure(kind: str, cost: Cost, *, must_hold: bool) -> Figure:
    because = f"; {cost.limit.why}" if cost.limit.why else ""
    return Figure(
        name=f"  {cost.name}",
        value=cost.ms,
        unit="ms CPU",
        beside=f"{kind}; {cost.statements} statements{because}",
        aims=(Aim("ms", cost.ms, cost.allowed_ms), Aim("statements", cost.statements, cost.limit.statements)),
        must_hold=must_hold,
    )

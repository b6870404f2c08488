"""The network's figures over five years, as the page that its owner opens: after a million visits, and after ten.

Sums have the shape that so many visits give: 120 centres, twelve groups of services, a hundred services, five years of
months with their quarters and years. They are written as the gateway writes them; the visits themselves are not made,
since no page of figures reads one.
"""

import itertools
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from random import Random

import uvloop
from sqlalchemy import Connection, insert, text

from gateway.people.roles import Role
from gateway.people.tables import Centre
from gateway.reports.facts import Fact, Given, Outcome, counts_of
from gateway.reports.periods import Month, Period
from gateway.reports.places import NETWORK, Place, PlaceKind
from gateway.reports.tables import FigureBundle, FigureSum
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.benchmarks.gateways import Gateway, a_gateway
from tests.benchmarks.pages import ask
from tests.benchmarks.states import Page
from tests.databases import Databases

AIM_MS = 100.0
FLAT = 1.5
"""Ten times as many visits may make the page at most so much slower."""
_CENTRES = 120
_MONTHS = 60
_GROUPS = 12
_SERVICES = 100
_PATTERNS = 10
"""Different stretches of a centre; each stands for many that are like it."""
_TOLD_APART = 5000
_OUTCOMES = tuple(Outcome)


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """The page of the network and of one centre, by the clock, with a million visits and with ten."""
    visits = 16 * effort.visits
    for kind, each in itertools.islice(databases.items(), effort.pages_on):
        found = []
        for size in (visits, 10 * visits):
            with a_gateway(each) as gateway:
                gateway.parts.database.write_now(partial(fill, gateway=gateway, visits=size))
                gateway.parts.database.write_now(lambda conn: conn.execute(text("ANALYZE")))
                found.append(uvloop.run(_look(gateway, effort)))
        yield from _figures(kind, visits, *found)


def fill(conn: Connection, *, gateway: Gateway, visits: int) -> None:
    """Write the sums and bundles that so many visits give, spread evenly over all centres and months."""
    ids = [f"c{number:03}" for number in range(_CENTRES)]
    own = {"kind": "vpvkac", "municipality": "Parauga novads"}
    conn.execute(insert(Centre), [{"id": each, "name": f"Centrs {each}"} | own for each in ids])
    last = Month.of(gateway.clock.now())
    months = list(Period(last.plus(1 - _MONTHS), last).each())
    luck = Random(visits)
    each_month = max(visits // (_CENTRES * _MONTHS), 1)
    for size, periods in _periods(months).items():
        for places, at_each in ((ids, each_month), ([""], each_month * _CENTRES)):
            patterns = [_pattern(luck, size * at_each) for _ in range(_PATTERNS if places == ids else 2)]
            conn.execute(insert(FigureSum), list(_rows(places, periods, patterns)))
    conn.execute(insert(FigureBundle), list(_bundles(ids, months)))


def _periods(months: list[Month]) -> dict[int, list[str]]:
    """All periods of these months, by how many months each has."""
    named = enumerate((1, 3, 12))
    return {size: list(dict.fromkeys(each.periods[number] for each in months)) for number, size in named}


def _rows(
    centres: list[str], periods: list[str], patterns: list[dict[str, Counter[str]]]
) -> Iterator[dict[str, object]]:
    for number, (centre, period) in enumerate(itertools.product(centres, periods)):
        place = Place(PlaceKind.CENTRE, centre) if centre else NETWORK
        for group, counts in patterns[number % len(patterns)].items():
            wide: dict[str, object] = {name: counts[name] for name in ("given", "known", "final")}
            yield wide | {"period": period, "place": str(place), "service_group": group, "counts": dict(counts)}


def _pattern(luck: Random, visits: int) -> dict[str, Counter[str]]:
    """What so many visits add, by group; made by the rules that real visits are counted by.

    Beyond some thousands there is nothing new to be told apart, and what is there only grows.
    """
    times = max(visits // _TOLD_APART, 1)
    found: dict[str, Counter[str]] = {}
    for _ in range(visits // times):
        for group, name, service in counts_of(_fact(luck)):
            counter = found.setdefault(group, Counter())
            counter[name] += times
            if service and name in {"given", "known", "final"}:
                counter[f"{name}@{service}"] += times
    return found


def _fact(luck: Random) -> Fact:
    number = min(int(luck.expovariate(0.05)), _SERVICES - 1)
    group = f"group{number % _GROUPS}"
    outcome = luck.choices(_OUTCOMES, [80, *[2] * (len(_OUTCOMES) - 1)])[0]
    given = (Given(f"lv.service{number:03}", group, outcome.value, luck.choice(("phone", "display", "paper", "none"))),)
    helped, waited = int(luck.triangular(2, 70, 12)), int(luck.triangular(0, 20, 2))
    return Fact("", "", luck.choice(("counter", "phone", "mobile")), given, group, helped, waited)


def _bundles(centres: list[str], months: list[Month]) -> Iterator[dict[str, object]]:
    for month, aspect in itertools.product(map(str, months), ("points", "done", "clear")):
        own = {"aspect": aspect, "first_month": month, "last_month": month}
        for centre in centres:
            place = str(Place(PlaceKind.CENTRE, centre))
            yield own | {"place": place, "service_group": "", "n": 40, "good": 33}
        for group in range(_GROUPS):
            yield own | {"place": str(NETWORK), "service_group": f"group{group}", "n": 400, "good": 333}


async def _look(gateway: Gateway, effort: Effort) -> dict[str, float]:
    """The least of each page's milliseconds on the server: whatever else the machine does can only add."""
    cookies = gateway.desk().callers.staff(Role.NETWORK_OWNER).cookies
    last = Month.of(gateway.clock.now())
    period = f"period={last.plus(1 - _MONTHS)}..{last}"
    found = {}
    for name, path in (("network", f"/figures?{period}"), ("one centre", f"/figures?place=centre:c007&{period}")):
        waits = []
        for number in range(2 * effort.rounds + 1):
            started = time.perf_counter()
            status, _ = await ask(gateway.callers.app, Page(name, path, cookies))
            if status != 200:
                raise RuntimeError(f"{name}: {status}")
            if number:  # the first look warms up
                waits.append((time.perf_counter() - started) * 1000)
        found[name] = min(waits)
    return found


def _figures(kind: str, visits: int, small: Mapping[str, float], large: Mapping[str, float]) -> Iterator[Figure]:
    for name, ms in small.items():
        growth = large[name] / ms
        yield Figure(
            name=f"figures of five years after {visits:,} visits, {name}, {kind}",
            value=ms,
            unit="ms on the server",
            beside=f"after ten times as many {large[name]:.0f} ms",
            ratio=growth,
            aims=(Aim(f"ms on {kind}", ms, AIM_MS), Aim(f"× as it grows tenfold on {kind}", growth, FLAT)),
            must_hold=True,
        )

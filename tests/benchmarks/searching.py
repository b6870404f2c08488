"""An auditor's searches over a million events, as pages: what is looked for, found, written and put on record."""

import itertools
import statistics
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import urlencode

import uvloop
from sqlalchemy import text

from gateway.people.roles import Role
from gateway.visits.signs import Sign
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.benchmarks.gateways import Gateway, a_gateway
from tests.benchmarks.multiplying import EVENTS_A_VISIT, RARE_SERVICE, Copied, multiply
from tests.benchmarks.pages import ask
from tests.benchmarks.states import Page
from tests.databases import Databases

AIM_MS = 50.0
_PERCENTILE = 0.95


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Every filter of the register and some together, by the clock; PostgreSQL with the statistics that it keeps."""
    for kind, each in itertools.islice(databases.items(), effort.pages_on):
        with a_gateway(each) as gateway:
            copied = multiply(gateway, effort.visits)
            gateway.parts.database.write_now(lambda conn: conn.execute(text("ANALYZE")))
            waits = uvloop.run(_search(gateway, _searches(gateway, copied), effort))
        yield _figure(kind, waits, effort)


def _searches(gateway: Gateway, copied: Copied) -> dict[str, dict[str, str]]:
    today = gateway.clock.now().date()
    days = {"from": (today - timedelta(days=90)).isoformat(), "to": (today - timedelta(days=60)).isoformat()}
    return {
        "the newest": {},
        "centre": {"centre": copied.centre},
        "assistant": {"assistant": copied.assistant},
        "service": {"service": copied.service},
        "a rare service": {"service": RARE_SERVICE},
        "route": {"route": "phone"},
        "a rare route": {"route": "paper"},
        "ending": {"ending": "filed"},
        "a rare ending": {"ending": "failed"},
        "days": days,
        "number": {"number": copied.reference},
        "a number that is nowhere": {"number": "nowhere"},
        "centre, rare ending": {"centre": copied.centre, "ending": "failed"},
        "assistant, rare route, days": {"assistant": copied.assistant, "route": "paper"} | days,
        "centre, service, route, days": {"centre": copied.centre, "service": copied.service, "route": "phone"} | days,
        **{f"sign {sign.value}": {"sign": sign.value} for sign in Sign},
    }


async def _search(
    gateway: Gateway, searches: Mapping[str, Mapping[str, str]], effort: Effort
) -> dict[str, list[float]]:
    cookies = gateway.desk().callers.staff(Role.AUDITOR).cookies
    waits: dict[str, list[float]] = {name: [] for name in searches}
    for number in range(2 * effort.rounds):
        for name, asked in searches.items():
            started = time.perf_counter()
            status, _ = await ask(gateway.callers.app, Page(name, f"/audit?{urlencode(asked)}", cookies))
            if status != 200:
                raise RuntimeError(f"{name}: {status}")
            if number:  # the first look warms up
                waits[name].append((time.perf_counter() - started) * 1000)
    return waits


def _figure(kind: str, waits: Mapping[str, list[float]], effort: Effort) -> Figure:
    slow = {name: sorted(each)[round(_PERCENTILE * (len(each) - 1))] for name, each in waits.items()}
    slowest, *others = sorted(slow, key=lambda name: -slow[name])
    typical = statistics.median(itertools.chain.from_iterable(waits.values()))
    nexts = ", ".join(f"{name} {slow[name]:.0f}" for name in others[:3])
    return Figure(
        name=f"{len(waits)} searches over {effort.visits * EVENTS_A_VISIT:,} events, {kind}",
        value=slow[slowest],
        unit="ms by the clock",
        beside=f"19 of 20 of the slowest ({slowest}; then {nexts}); median of all {typical:.0f} ms",
        aims=(Aim("ms", slow[slowest], AIM_MS),),
    )

"""Figures of visits that never were, so that the pages of the demonstration are not empty; never in a live gateway.

They go the way of real ones from facts on: what is shown is added up, bundled and left out by the same rules.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, insert

from gateway.database.together import insert_once
from gateway.reports import adding, answering, cursor, places
from gateway.reports.adding import Pile
from gateway.reports.facts import NO_GROUP, NO_ROUTE, Fact, Given, Outcome
from gateway.reports.periods import Month
from gateway.reports.tables import FigureAnswers, FigureFact
from gateway.visits.states import Channel

MONTHS: Final = 11
"""Before the present one, which holds what is really done in the demonstration."""
_ANSWERING: Final = 0.4
_SERVICES: Final = (
    ("lv.vsaa.sickness_benefit", "benefits", 30),
    ("lv.vsaa.parental_benefit", "benefits", 12),
    ("lv.pmlp.residence_declaration", "documents", 22),
    ("lv.municipality.kindergarten_queue", "family", 14),
    ("lv.vid.annual_income_declaration", "taxes", 12),
    ("", NO_GROUP, 10),
)
"""Service, group, and how often in a hundred visits."""
_OUTCOMES: Final = (
    (Outcome.FILED, 74),
    (Outcome.INFORMED, 8),
    (Outcome.REFUSED, 4),
    (Outcome.STOPPED, 3),
    (Outcome.ABANDONED, 4),
    (Outcome.FAILED, 3),
    (Outcome.DECLINED, 3),
    (Outcome.LAPSED, 1),
)
_CHANNELS: Final = ((Channel.COUNTER, 78), (Channel.PHONE, 12), (Channel.MOBILE, 4), (Channel.SHARED_COMPUTER, 6))
_ROUTES: Final = (("phone", 62), ("display", 20), ("paper", 12), ("call", 6))
_DONE: Final = {
    points: (("yes", yes), ("partly", 8), ("no", no))
    for points, yes, no in ((5, 90, 2), (4, 82, 4), (3, 55, 15), (2, 25, 45), (1, 8, 80))
}
_CLEAR: Final = {
    points: (("yes", yes), ("partly", 12), ("no", no))
    for points, yes, no in ((5, 86, 2), (4, 76, 6), (3, 60, 14), (2, 45, 25), (1, 30, 45))
}
"""How often in about a hundred those with so many points say so."""
_POINTS: Final = ((5, 58), (4, 27), (3, 9), (2, 3), (1, 3))


@dataclass(frozen=True, slots=True)
class _Helped:
    """What one made-up visit is in the figures, and how its resident answered, if they did."""

    fact: Fact
    points: int | None


def a_year(conn: Connection, now: datetime) -> None:
    """Eleven months of every centre before the present one."""
    month = Month.of(now)
    for number, centre_id in enumerate(places.centres(conn)):
        for back in range(1, MONTHS + 1):
            some_figures(conn, centre_id, month.plus(-back), visits=70 + 35 * number + 3 * (back % 4))
    answering.bundle(conn, now)


def some_figures(conn: Connection, centre_id: str, month: Month, *, visits: int) -> None:
    """So many visits of one month; always the same for the same centre, month and number."""
    cursor.locked(conn)
    luck = Random(f"{centre_id} {month} {visits}")  # noqa: S311 - made-up figures need no secret
    every = [_a_visit(luck, centre_id, month) for _ in range(visits)]
    pile = Pile(places.centres(conn))
    for each in every:
        pile.add(each.fact)
    pile.write(conn)
    conn.execute(insert(FigureFact), list(_rows(every, f"{luck.getrandbits(64):016x}")))
    _answer(conn, centre_id, month, every, luck)


def _rows(every: list[_Helped], name: str) -> Iterator[dict[str, Any]]:
    for number, each in enumerate(every):
        yield {"visit_id": f"made-up-{name}-{number}", "fact": msgspec.to_builtins(each.fact)}


def _a_visit(luck: Random, centre_id: str, month: Month) -> _Helped:
    service, group = _one(luck, tuple(((name, group), n) for name, group, n in _SERVICES))
    outcome = _one(luck, _OUTCOMES) if service else Outcome.INFORMED
    channel = _one(luck, _CHANNELS)
    if channel is Channel.SHARED_COMPUTER:
        outcome = Outcome.SELF_SERVED
    is_asked = outcome not in {Outcome.INFORMED, Outcome.SELF_SERVED, Outcome.ABANDONED}
    route = _one(luck, _ROUTES) if is_asked else NO_ROUTE
    is_timed = outcome not in {Outcome.ABANDONED, Outcome.LAPSED}
    fact = Fact(
        month=str(month),
        centre=centre_id,
        channel=channel.value,
        given=(Given(service, group, outcome.value, route),),
        group=group,
        helped=int(luck.triangular(3, 45, 11)) if is_timed else None,
        waited=int(luck.triangular(0, 12, 2)) if is_timed and is_asked else None,
    )
    return _Helped(fact, _one(luck, _POINTS) if luck.random() < _ANSWERING else None)


def _answer(conn: Connection, centre_id: str, month: Month, every: list[_Helped], luck: Random) -> None:
    for group in sorted({each.fact.group for each in every}):
        asked = [each for each in every if each.fact.group == group]
        counts: Counter[str] = Counter()
        for points in (each.points for each in asked if each.points is not None):
            done, clear = _one(luck, _DONE[points]), _one(luck, _CLEAR[points])
            counts.update((f"points:{points}", f"done:{done}", f"clear:{clear}"))
        key = {"month": str(month), "centre_id": centre_id, "service_group": group}
        adding.add_invited(conn, places.centres(conn), [(str(month), centre_id, group, len(asked))])
        insert_once(conn, FigureAnswers, key | {"invited": len(asked), "counts": dict(counts), "told": {}})


def _one(luck: Random, choices: tuple[tuple[Any, int], ...]) -> Any:
    return luck.choices([each for each, _ in choices], [n for _, n in choices])[0]

"""One report: a place and a stretch of months, with all that is computed for it. Page, command and interface ask here.

It reads sums alone: of a place a handful of rows, of all centres one row for each group of services and unit of time.
Two stretches are read together, the one that is asked for and as long a one before.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute

from gateway.reports import by_hand, cursor, hiding, kpi, places, weights
from gateway.reports.answering import ASPECTS
from gateway.reports.by_hand import ByHand
from gateway.reports.facts import OF_PEOPLE
from gateway.reports.kpi import Part, Share
from gateway.reports.measures import Answers, Figures, Line, Peers, time_of, volume_of, ways_by_hand, ways_of
from gateway.reports.periods import Month, Period
from gateway.reports.places import NETWORK, CentrePlaces, Place, PlaceKind
from gateway.reports.tables import FigureBundle, FigureSum
from gateway.reports.weights import Weights

_HERE: Final = 0
_BEFORE: Final = 1


def _is_centre(place: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether a row is about one centre, as its key is ordered."""
    return and_(place >= f"{PlaceKind.CENTRE}:", place < f"{PlaceKind.CENTRE};")


def _when(first: InstrumentedAttribute[str], last: InstrumentedAttribute[str]) -> tuple[Any, ColumnElement[bool]]:
    """In which of the two stretches a row lies wholly, and whether it lies in one."""
    here = and_(first >= bindparam("first"), last <= bindparam("last"))
    before = and_(first >= bindparam("first_before"), last <= bindparam("last_before"))
    return case((here, _HERE), else_=_BEFORE).cast(Integer).label("stretch"), or_(here, before)


_SUMS = select(FigureSum.period, FigureSum.place, FigureSum.service_group, FigureSum.counts).where(
    FigureSum.period.in_(bindparam("units", expanding=True)), FigureSum.place.in_(bindparam("places", expanding=True))
)
_OF_CENTRES = (
    select(
        FigureSum.place,
        FigureSum.service_group,
        func.sum(FigureSum.given).label("given"),
        func.sum(FigureSum.known).label("known"),
        func.sum(FigureSum.final).label("final"),
    )
    .where(FigureSum.period.in_(bindparam("units", expanding=True)), _is_centre(FigureSum.place))
    .group_by(FigureSum.place, FigureSum.service_group)
)
_WHEN, _WITHIN = _when(FigureBundle.first_month, FigureBundle.last_month)
_BUNDLES = (
    select(
        FigureBundle.place,
        FigureBundle.aspect,
        FigureBundle.service_group,
        _WHEN,
        func.sum(FigureBundle.n).label("n"),
        func.sum(FigureBundle.good).label("good"),
    )
    .where(_WITHIN, FigureBundle.place.in_(bindparam("places", expanding=True)))
    .group_by(FigureBundle.place, FigureBundle.aspect, FigureBundle.service_group, _WHEN)
)
_POINTS = (
    select(FigureBundle.place, func.sum(FigureBundle.n).label("n"), func.sum(FigureBundle.good).label("good"))
    .where(
        # each place by name, so that only its own rows of this aspect are read
        FigureBundle.place.in_(bindparam("places", expanding=True)),
        FigureBundle.aspect == "points",
        FigureBundle.first_month >= bindparam("first"),
        FigureBundle.last_month <= bindparam("last"),
    )
    .group_by(FigureBundle.place)
)


@dataclass(frozen=True)
class Look:
    """Everything that was read for one report."""

    place: Place
    stretches: tuple[Period, Period]
    centres: Mapping[str, CentrePlaces]
    sums: Mapping[tuple[int, str], Mapping[str, Counter[str]]]
    """By stretch and place: by group of services."""
    told: Mapping[tuple[int, str], Mapping[str, int]]
    """By stretch and place: outcomes that say something of people, as `hiding.told_of_people` tells them."""
    bundles: Mapping[tuple[int, str, str], Mapping[str, Share]]
    """By stretch, place and aspect: by group of services."""
    hand: Mapping[tuple[int, str], ByHand]
    """By stretch and place."""
    weights: Weights
    at: datetime | None
    """When the figures were last brought up to date."""
    times_until: Month | None = None
    """The last month until which minutes are kept for comparing centres."""

    @cached_property
    def here(self) -> Figures:
        """What is told of the place."""
        return self._figures(self.place, _HERE)

    @cached_property
    def before(self) -> Figures:
        """What is told of it for as long a time before."""
        return self._figures(self.place, _BEFORE)

    @cached_property
    def network(self) -> Figures:
        """What is told of the whole network in the same time."""
        return self.here if self.place == NETWORK else self._figures(NETWORK, _HERE)

    @cached_property
    def mix(self) -> dict[str, int]:
        """How many services of each group the network gave in this time."""
        return self._mix(_HERE)

    @cached_property
    def by_group(self) -> Mapping[str, Share]:
        """How satisfied residents of the whole network were, by group of services; small ones stand together."""
        return self.bundles.get((_HERE, str(NETWORK), "points"), {})

    def _mix(self, stretch: int) -> dict[str, int]:
        return {group: counts["given"] for group, counts in self.sums.get((stretch, str(NETWORK)), {}).items()}

    def _figures(self, place: Place, stretch: int) -> Figures:
        period = self.stretches[stretch]
        by_group = self.sums.get((stretch, str(place)), {})
        total: Counter[str] = Counter()
        for counts in by_group.values():
            total.update(counts)
        volume = volume_of(total, self.told.get((stretch, str(place)), {}))
        weighs = self.weights.on(period.last_day)
        ways, counted = ways_of(volume), self.hand.get((stretch, str(place)), by_hand.NOTHING)
        all_ways = ways_by_hand(counted)
        all_ways.update(ways)
        parts = {group: Part(counts["known"], counts["final"]) for group, counts in by_group.items()}
        return Figures(
            place=place,
            period=period,
            volume=volume,
            completed=Share(total["final"], total["known"]),
            adjusted=kpi.standardised(parts, self._mix(stretch)),
            answers=self._answers(place, stretch, total["invited"]),
            times=[time_of(group, counts) for group, counts in sorted(by_group.items())],
            index=kpi.cost_index(ways, weighs),
            by_hand=counted,
            index_by_hand=kpi.cost_index(all_ways, weighs) if counted.is_known else None,
            at=self.at,
        )

    def _answers(self, place: Place, stretch: int, invited: int) -> Answers:
        """Answers of the centres that a place takes in; of one service alone nobody was asked, so there are none."""
        told = [place] if place == NETWORK else _within(place, self.centres)
        shares = {aspect: _total(self._share(stretch, each, aspect) for each in told) for aspect in ASPECTS}
        return Answers(
            satisfied=shares["points"],
            done=shares["done"],
            clear=shares["clear"],
            invited=invited,
        )

    def _share(self, stretch: int, place: Place, aspect: str) -> Share:
        return _total(self.bundles.get((stretch, str(place), aspect), {}).values())


def read(conn: Connection, place: Place, period: Period) -> Look:
    """Read what a report of a place needs."""
    stretches = (period, period.before)
    centres = places.centres(conn)
    asked = [place, NETWORK] if place.kind in _ALONE else [*_within(place, centres), NETWORK]
    reached = cursor.read(conn)
    at = None if reached is None else reached.at
    sums, told = _sums(conn, stretches, [place, NETWORK], at)
    return Look(
        place=place,
        stretches=stretches,
        centres=centres,
        sums=sums,
        told=told,
        bundles=_bundles(conn, stretches, asked),
        hand=_by_hand(conn, place, period, centres, at),
        weights=weights.read(conn),
        at=at,
        times_until=Month.parse(reached.times_until) if reached is not None and reached.times_until else None,
    )


def compare(conn: Connection, period: Period) -> Look:
    """Read what is needed to compare centres in one stretch of months, and nothing else."""
    return Look(
        place=NETWORK,
        stretches=(period, period.before),
        centres=places.centres(conn),
        sums=_sums(conn, (period,), [NETWORK], None)[0],
        told={},
        bundles={},
        hand={},
        weights=Weights(()),
        at=None,
    )


def lines(conn: Connection, look: Look) -> list[Line]:
    """Every centre, in the order of names: for the network's owner, and for the range of peers."""
    parts: dict[str, dict[str, Part]] = {}
    given: Counter[str] = Counter()
    for row in conn.execute(_OF_CENTRES, {"units": look.stretches[_HERE].units()}):
        centre_id = Place.parse(row.place).name
        parts.setdefault(centre_id, {})[row.service_group] = Part(int(row.known), int(row.final))
        given[centre_id] += int(row.given)
    satisfied = _points(conn, look)
    return [
        Line(
            centre=each,
            given=given[each.id],
            completed=_completed(parts.get(each.id, {})),
            adjusted=kpi.standardised(parts.get(each.id, {}), look.mix),
            satisfied=satisfied.get(each.id, Share(0, 0)),
        )
        for each in look.centres.values()
    ]


def peers(every: Sequence[Line], of: CentrePlaces) -> Peers:
    """How others of the same kind are spread, without the centre itself; who they are is not told."""
    others = [line for line in every if line.centre.kind == of.kind and line.centre.id != of.id]
    completed = [line.adjusted.value for line in others if line.adjusted and not line.completed.is_few]
    satisfied = [
        line.satisfied.value for line in others if line.satisfied.value is not None and not line.satisfied.is_few
    ]
    return Peers(completed=kpi.spread(completed), satisfied=kpi.spread(satisfied))


_ALONE: Final = frozenset({PlaceKind.NETWORK, PlaceKind.CENTRE})
"""Places whose answers stand in rows of their own; others are put together from those of centres."""


def _sums(
    conn: Connection, stretches: Sequence[Period], asked: Sequence[Place], at: datetime | None
) -> tuple[dict[tuple[int, str], dict[str, Counter[str]]], dict[tuple[int, str], Counter[str]]]:
    """By stretch and place: counts by group of services, and what is told of people."""
    stretch_of = {unit: number for number, period in enumerate(stretches) for unit in period.units()}
    found: dict[tuple[int, str], dict[str, Counter[str]]] = {}
    of_people: dict[tuple[str, str], Counter[str]] = {}
    for row in conn.execute(_SUMS, {"units": list(stretch_of), "places": _named(asked)}):
        by_group = found.setdefault((stretch_of[row.period], row.place), {})
        by_group.setdefault(row.service_group, Counter()).update(row.counts)
        counted = of_people.setdefault((row.period, row.place), Counter())
        counted.update({each.value: row.counts.get(f"outcome:{each}", 0) for each in OF_PEOPLE})
    told: dict[tuple[int, str], Counter[str]] = {}
    for (unit, place), counted in of_people.items():
        if _is_over(unit, at):
            told.setdefault((stretch_of[unit], place), Counter()).update(hiding.told_of_people(counted))
    return found, told


def _is_over(unit: str, at: datetime | None) -> bool:
    """Whether a month, quarter or year is over: before, one more would be seen to come."""
    return at is not None and Period.parse(unit).last < Month.of(at)


def _bundles(
    conn: Connection, stretches: Sequence[Period], asked: Sequence[Place]
) -> dict[tuple[int, str, str], dict[str, Share]]:
    found: dict[tuple[int, str, str], dict[str, Share]] = {}
    for row in conn.execute(_BUNDLES, {**_months(stretches), "places": _named(asked)}):
        by_group = found.setdefault((row.stretch, row.place, row.aspect), {})
        by_group[row.service_group] = Share(int(row.good), int(row.n))
    return found


def _by_hand(
    conn: Connection, place: Place, period: Period, centres: Mapping[str, CentrePlaces], at: datetime | None
) -> dict[tuple[int, str], ByHand]:
    """What staff counted at a place; of one service nobody counts anything."""
    if place.kind is PlaceKind.SERVICE:
        return {}
    here = [each.id for each in centres.values() if place in each.wider]
    over = period.last if at is None else Month.of(at).plus(-1)
    own, before, network = by_hand.added_up(conn, period, here, len(centres), over)
    return {(_HERE, str(NETWORK)): network, (_HERE, str(place)): own, (_BEFORE, str(place)): before}


def _points(conn: Connection, look: Look) -> dict[str, Share]:
    """How satisfied residents of each centre were, by its id."""
    here = look.stretches[_HERE]
    asked = {"places": [str(Place(PlaceKind.CENTRE, each)) for each in look.centres]}
    rows = conn.execute(_POINTS, asked | {"first": str(here.first), "last": str(here.last)})
    return {Place.parse(row.place).name: Share(int(row.good), int(row.n)) for row in rows}


def _within(place: Place, centres: Mapping[str, CentrePlaces]) -> list[Place]:
    """The centres that a wider place takes in."""
    return [Place(PlaceKind.CENTRE, each.id) for each in centres.values() if place in each.wider]


def _named(asked: Sequence[Place]) -> list[str]:
    return list(dict.fromkeys(map(str, asked)))


def _months(stretches: Sequence[Period]) -> dict[str, Any]:
    here, before = stretches
    ends = {"first": str(here.first), "last": str(here.last)}
    return ends | {"first_before": str(before.first), "last_before": str(before.last)}


def _total(shares: Iterable[Share]) -> Share:
    every = list(shares)
    return Share(sum(each.good for each in every), sum(each.n for each in every))


def _completed(parts: Mapping[str, Part]) -> Share:
    return Share(sum(part.final for part in parts.values()), sum(part.known for part in parts.values()))

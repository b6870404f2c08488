"""One report: a place and a stretch of months, with all that is computed for it. Page, command and interface ask here.

It reads sums alone: of a place a handful of rows, of all centres one row for each group of services and unit of time.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute

from gateway.reports import kpi, places, weights
from gateway.reports.answering import ASPECTS
from gateway.reports.facts import ELECTRONIC, Outcome
from gateway.reports.gathering import brought_up_to_date
from gateway.reports.kpi import Adjusted, Part, Range, Share
from gateway.reports.periods import Period
from gateway.reports.places import NETWORK, CentrePlaces, Place, PlaceKind
from gateway.reports.tables import FigureAnswers, FigureBundle, FigureSum
from gateway.reports.weights import Way
from gateway.visits.states import Channel


def _is_centre(place: InstrumentedAttribute[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a row is about one centre, as its key is ordered."""
    return place >= f"{PlaceKind.CENTRE}:", place < f"{PlaceKind.CENTRE};"


_OF_PLACE = select(FigureSum.service_group, FigureSum.counts).where(
    FigureSum.period.in_(bindparam("units", expanding=True)), FigureSum.place == bindparam("place")
)
_OF_CENTRES = (
    select(
        FigureSum.place,
        FigureSum.service_group,
        func.sum(FigureSum.given).label("given"),
        func.sum(FigureSum.known).label("known"),
        func.sum(FigureSum.final).label("final"),
    )
    .where(
        FigureSum.period.in_(bindparam("units", expanding=True)),
        *_is_centre(FigureSum.place),
    )
    .group_by(FigureSum.place, FigureSum.service_group)
)
_BUNDLED = (
    select(
        FigureBundle.place,
        FigureBundle.aspect,
        FigureBundle.service_group,
        func.sum(FigureBundle.n).label("n"),
        func.sum(FigureBundle.good).label("good"),
    )
    .where(FigureBundle.first_month >= bindparam("first"), FigureBundle.last_month <= bindparam("last"))
    .group_by(FigureBundle.place, FigureBundle.aspect, FigureBundle.service_group)
)
_BUNDLES_OF_CENTRES = _BUNDLED.where(*_is_centre(FigureBundle.place))
_BUNDLES_OF_PLACE = _BUNDLED.where(FigureBundle.place == bindparam("place"))
_INVITED = (
    select(FigureAnswers.centre_id, func.sum(FigureAnswers.invited).label("n"))
    .where(FigureAnswers.month >= bindparam("first"), FigureAnswers.month <= bindparam("last"))
    .group_by(FigureAnswers.centre_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """How long one group of services took, in whole minutes."""

    group: str
    n: int
    helped_median: int | None
    helped_p90: int | None
    waited_median: int | None
    waited_p90: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What residents answered, of whole bundles only."""

    satisfied: Share
    done: Share
    clear: Share
    invited: int

    @property
    def response(self) -> float | None:
        """Which part of those who were invited the rating tells of; none where nobody was."""
        return self.satisfied.n / self.invited if self.invited else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """How much was done, and how it came out."""

    given: int
    channels: Mapping[str, int]
    outcomes: Mapping[str, int]
    routes: Mapping[str, int]
    services: Mapping[str, int]

    @property
    def electronic(self) -> Share:
        """Done as an e-service, of all whose outcome is known."""
        return Share(sum(self.outcomes.get(each, 0) for each in ELECTRONIC), self.given - self.unknown)

    @property
    def unknown(self) -> int:
        """Whose outcome is not yet known."""
        return self.outcomes.get(Outcome.UNKNOWN, 0)

    @property
    def paper(self) -> Share:
        """Permissions given on paper, of all that were given."""
        asked = sum(n for route, n in self.routes.items() if route != "none")
        return Share(self.routes.get("paper", 0), asked)

    def share_of(self, outcome: str) -> Share:
        """Services with an outcome, of all whose outcome is known."""
        return Share(self.outcomes.get(outcome, 0), self.given - self.unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that is told of one place in one stretch of months."""

    place: Place
    period: Period
    volume: Volume
    completed: Share
    adjusted: Adjusted | None
    answers: Answers
    times: Sequence[Time]
    index: float | None
    at: datetime | None
    """When the figures were last brought up to date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Between what other centres of the same kind lie: no names and no ranks."""

    completed: Range | None
    satisfied: Range | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One centre in the list that the network's owner reads, in the order of names."""

    centre: CentrePlaces
    given: int
    completed: Share
    adjusted: Adjusted | None
    satisfied: Share


def read(conn: Connection, place: Place, period: Period) -> Figures:
    """Everything that is told of a place."""
    by_group = _sums(conn, place, period)
    mix = by_group if place == NETWORK else _sums(conn, NETWORK, period)
    total: Counter[str] = sum(by_group.values(), Counter())
    volume = _volume(total)
    parts = {group: Part(counts["known"], counts["final"]) for group, counts in by_group.items()}
    return Figures(
        place=place,
        period=period,
        volume=volume,
        completed=Share(total["final"], total["known"]),
        adjusted=kpi.standardised(parts, {group: counts["given"] for group, counts in mix.items()}),
        answers=_answers(conn, place, period),
        times=[_time(group, counts) for group, counts in sorted(by_group.items())],
        index=kpi.cost_index(ways_of(volume), weights.on(conn, period.last.plus(1).first_day)),
        at=brought_up_to_date(conn),
    )


def lines(conn: Connection, period: Period) -> list[Line]:
    """Every centre, in the order of names: for the network's owner."""
    mix = {group: counts["given"] for group, counts in _sums(conn, NETWORK, period).items()}
    parts, given = _of_centres(conn, period)
    satisfied = _satisfied(conn, period)
    return [
        Line(
            centre=each,
            given=given[each.id],
            completed=_completed(parts.get(each.id, {})),
            adjusted=kpi.standardised(parts.get(each.id, {}), mix),
            satisfied=satisfied.get(each.id, Share(0, 0)),
        )
        for each in places.centres(conn).values()
    ]


def peers(every: Sequence[Line], of: CentrePlaces) -> Peers:
    """How others of the same kind are spread, without the centre itself; who they are is not told."""
    others = [line for line in every if line.centre.kind == of.kind and line.centre.id != of.id]
    completed = [line.adjusted.value for line in others if line.adjusted and not line.completed.is_few]
    satisfied = [
        line.satisfied.value for line in others if line.satisfied.value is not None and not line.satisfied.is_few
    ]
    return Peers(completed=kpi.spread(completed), satisfied=kpi.spread(satisfied))


def ways_of(volume: Volume) -> dict[Way, int]:
    """By which way services were given: what an assistant filed is *assisted*, however the resident reached them."""
    filed = volume.outcomes.get(Outcome.FILED, 0)
    alone = volume.outcomes.get(Outcome.SELF_SERVED, 0)
    rest = volume.given - filed - alone
    called = min(volume.channels.get(Channel.PHONE, 0), rest)
    return {Way.ONLINE: alone, Way.ASSISTED: filed, Way.PHONE: called, Way.COUNTER: rest - called}


def _sums(conn: Connection, place: Place, period: Period) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for row in conn.execute(_OF_PLACE, {"units": period.units(), "place": str(place)}):
        found.setdefault(row.service_group, Counter()).update(row.counts)
    return found


def _volume(total: Counter[str]) -> Volume:
    return Volume(
        given=total["given"],
        channels=_named(total, "channel:"),
        outcomes=_named(total, "outcome:"),
        routes=_named(total, "route:"),
        services=_named(total, "given@"),
    )


def _named(total: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): n for name, n in sorted(total.items()) if name.startswith(prefix) and n}


def _time(group: str, counts: Counter[str]) -> Time:
    helped = {int(minute): n for minute, n in _named(counts, "helped:").items()}
    waited = {int(minute): n for minute, n in _named(counts, "waited:").items()}
    return Time(
        group=group,
        n=sum(helped.values()),
        helped_median=_minutes(helped, 0.5),
        helped_p90=_minutes(helped, 0.9),
        waited_median=_minutes(waited, 0.5),
        waited_p90=_minutes(waited, 0.9),
    )


def _minutes(buckets: Mapping[int, int], share: float) -> int | None:
    return kpi.quantile(buckets, share) if sum(buckets.values()) >= kpi.FEWEST_SHOWN else None


def _of_centres(conn: Connection, period: Period) -> tuple[dict[str, dict[str, Part]], Counter[str]]:
    parts: dict[str, dict[str, Part]] = {}
    given: Counter[str] = Counter()
    for row in conn.execute(_OF_CENTRES, {"units": period.units()}):
        centre_id = Place.parse(row.place).name
        parts.setdefault(centre_id, {})[row.service_group] = Part(int(row.known), int(row.final))
        given[centre_id] += int(row.given)
    return parts, given


def _completed(parts: Mapping[str, Part]) -> Share:
    return Share(sum(part.final for part in parts.values()), sum(part.known for part in parts.values()))


def _months(period: Period) -> dict[str, str]:
    return {"first": str(period.first), "last": str(period.last)}


def _satisfied(conn: Connection, period: Period) -> dict[str, Share]:
    rows = conn.execute(_BUNDLES_OF_CENTRES, _months(period))
    return {Place.parse(row.place).name: Share(int(row.good), int(row.n)) for row in rows if row.aspect == "points"}


def _answers(conn: Connection, place: Place, period: Period) -> Answers:
    """Answers of the centres that a place takes in; of one service alone nobody was asked, so there are none."""
    within = {each.id for each in places.centres(conn).values() if place in each.wider}
    n: Counter[str] = Counter()
    good: Counter[str] = Counter()
    for row in _bundles_within(conn, place, period):
        if row.service_group or Place.parse(row.place).name in within:
            n[row.aspect] += int(row.n)
            good[row.aspect] += int(row.good)
    shares = {aspect: Share(good[aspect], n[aspect]) for aspect in ASPECTS}
    invited = conn.execute(_INVITED, _months(period))
    return Answers(
        satisfied=shares["points"],
        done=shares["done"],
        clear=shares["clear"],
        invited=sum(int(row.n) for row in invited if row.centre_id in within),
    )


def _bundles_within(conn: Connection, place: Place, period: Period) -> Sequence[Any]:
    asked = _months(period)
    if place.kind in {PlaceKind.NETWORK, PlaceKind.CENTRE}:
        return conn.execute(_BUNDLES_OF_PLACE, asked | {"place": str(place)}).all()
    return conn.execute(_BUNDLES_OF_CENTRES, asked).all()


def satisfied_by_group(conn: Connection, period: Period) -> dict[str, Share]:
    """How satisfied residents of the whole network were, by group of services; small ones stand together."""
    rows = conn.execute(_BUNDLES_OF_PLACE, _months(period) | {"place": str(NETWORK)})
    return {row.service_group: Share(int(row.good), int(row.n)) for row in rows if row.aspect == "points"}

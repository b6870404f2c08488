"""The published figures as sheets: what the plan of 2018 says of them, and what of it can be worked out again.

The plan's average over all services is weighted by services that its cost table does not hold, so it cannot be worked
out from the rows: it is a constant with a day and a source. Names that do not meet are said so; nothing is guessed.
"""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection

from gateway.reports import first_months, history
from gateway.reports.history_files import MUNICIPAL
from gateway.reports.history_tables import HistoryKind
from gateway.reports.sheets import Column, Kind, Missing, Note, NoteKind, Sheet, Value
from ui.i18n import Message, message

MEAN: Final = Decimal("12.00")
"""Euros a service over all services: published, weighted, of `MEAN_OF`. Not worked out here."""
MEAN_OF: Final = date(2018, 11, 30)
TWICE: Final = 2 * MEAN
NEAR_KM: Final = 30
"""Another centre within so many kilometres makes a centre a candidate for review."""
_EARTH_KM: Final = 6371.0
_PLAN: Final = message(
    "Action plan for leading clients to channels that cost less (Pasākumu plāns klientu apkalpošanas plūsmas "
    "novirzīšanai uz izmaksu ziņā efektīviem kanāliem), 30.11.2018, tables 4 and 5"
)
_YES: Final = message("Yes")
_NO: Final = message("No")


@dataclass(frozen=True, slots=True)
class Cost:
    """One row of the cost table, and what it meets."""

    name: str
    level: str
    euros: Decimal
    services: int | None
    """Of the centre of the same name, or of all centres of the municipality; none where no name is the same."""
    centre_id: str | None
    centre: str | None
    near: bool | None
    """Whether another centre is within 30 km; none where it is not known."""

    @property
    def is_municipal(self) -> bool:
        """Whether it is one of those that the plan speaks of."""
        return self.level == MUNICIPAL

    @property
    def is_candidate(self) -> bool:
        """Whether the plan's rule names it: dearer than twice the mean, or another centre close by."""
        return self.euros > TWICE or self.near is True


@dataclass(frozen=True, slots=True)
class Published:
    """Everything that stands."""

    costs: Sequence[Cost]
    services: Sequence[Any]
    """Rows of `history.rows`."""
    since: Sequence[tuple[str, int]]
    """Services given through Pilnvara, by month, the first months of it."""
    since_of: Mapping[str, tuple[int, int]]
    """The same of each centre that may be told of, by its id: services, and in how many months there were any."""

    @property
    def municipal(self) -> list[Cost]:
        """The rows that the plan's sentences are about."""
        return [cost for cost in self.costs if cost.is_municipal]


def read(conn: Connection, only: str | None = None) -> Published:
    """What was taken in and stands, the cost table joined to the counts where names are the same.

    With `only`, the first months of that one centre are told of, and of no other.
    """
    counts = history.rows(conn, HistoryKind.SERVICES)
    positions = history.positions(conn)
    centres = history.centre_count(conn)
    by_name: dict[str, int] = {}
    by_municipality: dict[str, int] = {}
    for row in counts:
        by_name[row.name] = by_name.get(row.name, 0) + row.services
        if row.municipality:
            by_municipality[row.municipality] = by_municipality.get(row.municipality, 0) + row.services
    costs = [
        Cost(
            row.name,
            row.level,
            Decimal(row.cents) / 100,
            by_municipality.get(row.name, by_name.get(row.name)),
            row.centre_id,
            row.centre,
            near(row.centre_id, positions, centres),
        )
        for row in history.rows(conn, HistoryKind.COSTS)
    ]
    since = first_months.of_network(conn)
    told = {row.centre_id for row in counts if row.centre_id and only in {None, row.centre_id}}
    return Published(costs, counts, since, first_months.of_centres(conn, told, [month for month, _given in since]))


def near(centre_id: str | None, positions: Mapping[str, tuple[float, float]], centres: int) -> bool | None:
    """Whether another centre is within 30 km; none where it cannot be known.

    One that is near is enough for yes; no needs to know where all `centres` stand.
    """
    here = positions.get(centre_id) if centre_id is not None else None
    if here is None:
        return None
    if any(kilometres(here, there) <= NEAR_KM for other, there in positions.items() if other != centre_id):
        return True
    return False if len(positions) >= centres else None


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance between two places in degrees north and east, along a great circle (haversine formula)."""
    (north, east), (other_north, other_east) = (tuple(map(math.radians, at)) for at in (one, other))
    half = math.sin((other_north - north) / 2) ** 2
    half += math.cos(north) * math.cos(other_north) * math.sin((other_east - east) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(half))


def sheets(found: Published) -> tuple[Sheet, ...]:
    """The published figures; nothing where nothing was taken in."""
    made: list[Sheet] = []
    if found.costs:
        made += [_cost_counts(found), _cost_means(found), _candidates(found), _municipal(found), _regional(found)]
    if found.services:
        made += [_service_counts(found), first_months.by_month(found.services, found.since, _source())]
        made += [*first_months.by_centre(found.services, found.since_of, _source()), _services(found)]
    if found.costs and found.services:
        made.append(_unmet(found))
    return tuple(made)


def _source(*more: Message) -> tuple[Note, ...]:
    return (Note(NoteKind.SOURCE, _PLAN), *(Note(NoteKind.REMARK, each) for each in more))


def _cost_counts(found: Published) -> Sheet:
    costs = [cost.euros for cost in found.municipal]
    rows = (
        (message("Municipal rows of the cost table"), len(costs)),
        (message("of them at or under the published mean of 12.00 EUR"), sum(each <= MEAN for each in costs)),
        (message("of them above it, up to 24.00 EUR"), sum(MEAN < each <= TWICE for each in costs)),
        (message("of them above 24.00 EUR, twice the published mean"), sum(each > TWICE for each in costs)),
        (message("Rows of regional centres, known to be incomplete"), len(found.costs) - len(costs)),
    )
    return Sheet(
        message("Costs of a service as published: how many centres"),
        (Column("what", message("What")), Column("rows", message("Rows"), Kind.COUNT)),
        rows,
        _source(),
        name="cost_counts",
    )


def _cost_means(found: Published) -> Sheet:
    costs = sorted(cost.euros for cost in found.municipal)
    unknown = Missing.UNKNOWN
    rows: tuple[tuple[Value, ...], ...] = (
        (message("Published mean over all services"), MEAN),
        (message("Plain mean of the municipal rows"), statistics.mean(costs) if costs else unknown),
        (message("Median of the municipal rows, upper of the two in the middle"), _median_high(costs)),
        (message("Median of the municipal rows, lower of the two in the middle"), _median_low(costs)),
    )
    return Sheet(
        message("Costs of a service as published: means"),
        (Column("what", message("What")), Column("euros", message("Euros a service"), Kind.MONEY)),
        rows,
        (
            Note(
                NoteKind.DEFINITION,
                message(
                    "The published mean is weighted by services and of %(day)s; the rows do not hold what it was "
                    "worked out from, so it stands here as it was published.",
                    day=f"{MEAN_OF:%d.%m.%Y}",
                ),
            ),
            Note(NoteKind.FORMULA, message("Plain mean: sum of the rows’ euros / number of rows, each row the same.")),
            *_source(),
        ),
        name="cost_means",
    )


def _median_high(costs: Sequence[Decimal]) -> Value:
    return statistics.median_high(costs) if costs else Missing.UNKNOWN


def _median_low(costs: Sequence[Decimal]) -> Value:
    return statistics.median_low(costs) if costs else Missing.UNKNOWN


def _candidates(found: Published) -> Sheet:
    chosen = sorted((cost for cost in found.municipal if cost.is_candidate), key=lambda cost: -cost.euros)
    unknown = sum(cost.near is None for cost in found.municipal)
    return Sheet(
        message("Candidates for review"),
        (
            Column("name", message("Municipality")),
            Column("euros", message("Euros a service"), Kind.MONEY, bar=True),
            Column("dear", message("Above 24.00 EUR")),
            Column("near", message("Another centre within 30 km")),
            Column("services", message("Services, 21 months"), Kind.COUNT),
        ),
        tuple(
            (cost.name, cost.euros, _yes(cost.euros > TWICE), _yes(cost.near), _or_unknown(cost.services))
            for cost in chosen
        ),
        (
            Note(
                NoteKind.DEFINITION,
                message(
                    "By the plan: a service costs more than 24.00 EUR, or another centre is within 30 km, or both."
                ),
            ),
            Note(
                NoteKind.REMARK,
                message(
                    "How far the next centre is, is not known of %(num)s of %(all)s: the published tables hold no "
                    "places. It is known once a published centre is matched to one of ours and their places are given.",
                    num=unknown,
                    all=len(found.municipal),
                ),
            ),
            *_source(),
        ),
        name="candidates",
    )


def _municipal(found: Published) -> Sheet:
    ordered = sorted(found.municipal, key=lambda cost: (cost.euros, cost.name))
    return _of_costs(ordered, message("Municipal centres: costs of a service as published"), "municipal", _source())


def _regional(found: Published) -> Sheet:
    ordered = sorted((cost for cost in found.costs if not cost.is_municipal), key=lambda cost: (cost.euros, cost.name))
    told = message("The source says that these rows are incomplete: they stand apart and in no mean.")
    return _of_costs(ordered, message("Regional centres: costs of a service as published"), "regional", _source(told))


def _of_costs(costs: Iterable[Cost], title: Message, name: str, notes: tuple[Note, ...]) -> Sheet:
    return Sheet(
        title,
        (
            Column("name", message("Municipality")),
            Column("euros", message("Euros a service"), Kind.MONEY, bar=True),
            Column("services", message("Services, 21 months"), Kind.COUNT),
            Column("centre", message("Centre here")),
        ),
        tuple((cost.name, cost.euros, _or_unknown(cost.services), cost.centre or Missing.UNKNOWN) for cost in costs),
        notes,
        name=name,
    )


def _service_counts(found: Published) -> Sheet:
    rows = (
        (message("Centres"), len(found.services)),
        (message("Services given by staff in person"), sum(row.services for row in found.services)),
        (message("Rows that name no municipality"), sum(row.municipality is None for row in found.services)),
    )
    return Sheet(
        message("Services given as published: how many"),
        (Column("what", message("What")), Column("n", message("Number"), Kind.COUNT)),
        rows,
        _source(),
        name="service_counts",
    )


def _services(found: Published) -> Sheet:
    return Sheet(
        message("Services given as published, by centre"),
        (
            Column("name", message("Published centre")),
            Column("region", message("Region")),
            Column("municipality", message("Municipality")),
            Column("services", message("Services, 21 months"), Kind.COUNT, bar=True),
            Column("centre", message("Centre here")),
        ),
        tuple(
            (
                row.name,
                row.region,
                row.municipality or Missing.UNKNOWN,
                row.services,
                row.centre or Missing.UNKNOWN,
            )
            for row in found.services
        ),
        _source(),
        name="services",
    )


def _unmet(found: Published) -> Sheet:
    known = {name for row in found.services for name in (row.name, row.municipality)}
    lost = sorted((cost for cost in found.costs if cost.name not in known), key=lambda cost: cost.name)
    return Sheet(
        message("Where the two tables do not meet"),
        (
            Column("name", message("Municipality of the cost table")),
            Column("euros", message("Euros a service"), Kind.MONEY),
        ),
        tuple((cost.name, cost.euros) for cost in lost),
        (
            Note(
                NoteKind.DEFINITION,
                message(
                    "%(num)s names of the cost table are neither a centre’s nor a municipality’s of the counts, so how "
                    "many services they gave is not known.",
                    num=len(lost),
                ),
            ),
            *_source(),
        ),
        name="unmet",
    )


def _or_unknown(number: int | None) -> Value:
    return Missing.UNKNOWN if number is None else number


def _yes(answer: bool | None) -> Value:
    if answer is None:
        return Missing.UNKNOWN
    return _YES if answer else _NO

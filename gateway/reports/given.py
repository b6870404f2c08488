"""How much was done in a period, as the figures count it: the one door through which costs and reports read them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, bindparam, select

from gateway.reports.periods import Period
from gateway.reports.places import Place, PlaceKind
from gateway.reports.tables import FigureSum

_HELPED: Final = "helped:"
_ALL: Final = select(FigureSum.place, FigureSum.service_group, FigureSum.given, FigureSum.counts).where(
    FigureSum.period.in_(bindparam("units", expanding=True)),
    FigureSum.place >= f"{PlaceKind.CENTRE}:",
    FigureSum.place < f"{PlaceKind.CENTRE};",
)
_OF_ONE: Final = select(FigureSum.place, FigureSum.service_group, FigureSum.given, FigureSum.counts).where(
    FigureSum.period.in_(bindparam("units", expanding=True)), FigureSum.place == bindparam("place")
)


@dataclass(frozen=True, slots=True)
class Given:
    """What one centre gave in a period."""

    services: int
    by_group: Mapping[str, int] = field(default_factory=dict)
    """Services given, by group of services."""
    minutes: Mapping[str, int] = field(default_factory=dict)
    """Minutes of help that were measured, by group; each visit's from the first minute of its bucket."""
    measured: Mapping[str, int] = field(default_factory=dict)
    """Visits whose minutes were measured, by group."""
    helped: Mapping[int, int] = field(default_factory=dict)
    """Visits by the first minute of their bucket."""


def of_period(conn: Connection, period: Period, centre_id: str | None = None) -> dict[str, Given]:
    """What each centre gave, by its id, or one of them; a centre that is not there gave nothing that is known."""
    asked = {"units": period.units()}
    if centre_id is None:
        rows = conn.execute(_ALL, asked)
    else:
        rows = conn.execute(_OF_ONE, asked | {"place": str(Place(PlaceKind.CENTRE, centre_id))})
    services: dict[str, Counter[str]] = {}
    minutes: dict[str, Counter[str]] = {}
    measured: dict[str, Counter[str]] = {}
    helped: dict[str, Counter[int]] = {}
    for row in rows:
        centre = Place.parse(row.place).name
        services.setdefault(centre, Counter())[row.service_group] += row.given
        buckets = {int(name.removeprefix(_HELPED)): n for name, n in row.counts.items() if name.startswith(_HELPED)}
        minutes.setdefault(centre, Counter())[row.service_group] += sum(at * n for at, n in buckets.items())
        measured.setdefault(centre, Counter())[row.service_group] += sum(buckets.values())
        helped.setdefault(centre, Counter()).update(buckets)
    return {
        centre: Given(groups.total(), groups, minutes[centre], measured[centre], helped[centre])
        for centre, groups in services.items()
    }

"""Adds facts to cells and sums, or takes them away: all that one transaction changes is put together, then written.

Sums of months, quarters and years, and of all places, move together here and nowhere else.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import Connection, bindparam, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from gateway.database.together import insert_all
from gateway.reports.facts import Fact, counts_of
from gateway.reports.periods import Month
from gateway.reports.places import CentrePlaces, Place, PlaceKind
from gateway.reports.tables import FigureCell, FigureSum

T = TypeVar("T")
SumKey: TypeAlias = tuple[str, str, str]
"""Period, place, group of services."""
CellKey: TypeAlias = tuple[str, str, str, str, str, str, str]
"""In the order of the table's key."""
_AT_ONCE: Final = 200
_WIDE: Final = ("given", "known", "final")
"""What stands in columns of its own, so that places are compared without reading the rest."""
_CENTRE: Final = f"{PlaceKind.CENTRE}:"
_SUM_KEY = tuple_(FigureSum.period, FigureSum.place, FigureSum.service_group)
_KNOWN_SUMS = select(FigureSum.period, FigureSum.place, FigureSum.service_group, FigureSum.counts).where(
    _SUM_KEY.in_(bindparam("keys", expanding=True))
)
_SUMS_OF = select(FigureSum.period, FigureSum.service_group, FigureSum.counts).where(
    FigureSum.place == bindparam("place")
)
_FORGET_SUMS = delete(FigureSum).where(_SUM_KEY.in_(bindparam("keys", expanding=True)))
_CELL_KEY: Final = tuple(column.name for column in FigureCell.__table__.primary_key)
_EMPTY_CELLS = delete(FigureCell).where(FigureCell.n == 0)


class Pile:
    """What is to be added to cells and sums; `write` does it, in the transaction of its connection."""

    def __init__(self, centres: Mapping[str, CentrePlaces]) -> None:
        """Begin with nothing; `centres` says to which places each belongs."""
        self._centres = centres
        self._cells: Counter[CellKey] = Counter()
        self._sums: dict[SumKey, Counter[str]] = {}

    def add(self, fact: Fact, times: int = 1) -> None:
        """Count a visit, or with -1 count it no more."""
        for one in fact.given:
            key = (fact.month, fact.centre, one.service, one.group, fact.channel, one.outcome, one.route)
            self._cells[key] += times
        centre = self._centres[fact.centre]
        periods = Month.parse(fact.month).periods
        for group, name, service in counts_of(fact):
            for period in periods:
                for place in centre.wider:
                    self._count((period, str(place), group), name, service, times)
                if service:
                    self._count((period, str(Place(PlaceKind.SERVICE, service)), group), name, "", times)

    def write(self, conn: Connection) -> None:
        """Bring cells and sums up to date. Whoever calls holds the cursor, so that nobody else does meanwhile."""
        for cells in in_parts(item for item in self._cells.items() if item[1]):
            _add_cells(conn, dict(cells))
        if any(n < 0 for n in self._cells.values()):
            conn.execute(_EMPTY_CELLS)
        add_sums(conn, {key: counts for key, counts in self._sums.items() if any(counts.values())})

    def timed(self) -> set[tuple[str, str]]:
        """Months and centres whose minutes change, the months as they are written."""
        return {
            (period, place.removeprefix(_CENTRE))
            for (period, place, _group), counts in self._sums.items()
            if place.startswith(_CENTRE) and _is_month(period) and any(map(_is_of_minutes, counts.items()))
        }

    def _count(self, key: SumKey, name: str, service: str, times: int) -> None:
        counter = self._sums.setdefault(key, Counter())
        counter[name] += times
        if service and name in _WIDE:
            counter[f"{name}@{service}"] += times


def _is_month(period: str) -> bool:
    return period[4:5] == "-" and period[5] != "Q"


def _is_of_minutes(counted: tuple[str, int]) -> bool:
    return counted[1] != 0 and counted[0].startswith(("helped:", "waited:"))


def move(conn: Connection, centre: Place, away: Place | None, to: Place | None) -> None:
    """Take all that was counted of a centre away from one wider place and add it to another."""
    sums: dict[SumKey, Counter[str]] = {}
    for row in conn.execute(_SUMS_OF, {"place": str(centre)}):
        counts = Counter(row.counts)
        if away is not None:
            sums[row.period, str(away), row.service_group] = Counter({name: -n for name, n in counts.items()})
        if to is not None:
            sums[row.period, str(to), row.service_group] = counts
    add_sums(conn, sums)


def add_invited(
    conn: Connection, centres: Mapping[str, CentrePlaces], invited: Iterable[tuple[str, str, str, int]]
) -> None:
    """Count residents who were asked how it went: month, centre, group of services, and how many."""
    sums: dict[SumKey, Counter[str]] = {}
    for month, centre_id, group, n in invited:
        for period in Month.parse(month).periods:
            for place in centres[centre_id].wider:
                sums.setdefault((period, str(place), group), Counter())["invited"] += n
    add_sums(conn, {key: counts for key, counts in sums.items() if any(counts.values())})


def add_sums(conn: Connection, sums: Mapping[SumKey, Counter[str]]) -> None:
    """Add to sums, or take away what is negative. Whoever calls holds the cursor."""
    for part in in_parts(sums.items()):
        _add_sums(conn, dict(part))


def _add_cells(conn: Connection, cells: Mapping[CellKey, int]) -> None:
    insert = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    rows = [dict(zip(_CELL_KEY, key, strict=True)) | {"n": n} for key, n in cells.items()]
    given = insert(FigureCell).values(rows)
    grown = given.on_conflict_do_update(index_elements=list(_CELL_KEY), set_={"n": FigureCell.n + given.excluded.n})
    conn.execute(grown)


def _add_sums(conn: Connection, sums: dict[SumKey, Counter[str]]) -> None:
    keys = list(sums)
    for row in conn.execute(_KNOWN_SUMS, {"keys": keys}):
        key = (row.period, row.place, row.service_group)
        sums[key] = Counter(sums[key])
        sums[key].update(row.counts)
    conn.execute(_FORGET_SUMS, {"keys": keys})
    rows = [_row(key, {name: n for name, n in counts.items() if n}) for key, counts in sums.items()]
    if kept := [row for row in rows if row["counts"]]:
        insert_all(conn, FigureSum, kept)


def _row(key: SumKey, counts: dict[str, int]) -> dict[str, Any]:
    period, place, group = key
    wide = {name: counts.get(name, 0) for name in _WIDE}
    return {"period": period, "place": place, "service_group": group, **wide, "counts": counts}


def in_parts(items: Iterable[T]) -> Iterator[list[T]]:
    """The items, so many at a time as one statement takes."""
    rest = iter(items)
    while part := list(islice(rest, _AT_ONCE)):
        yield part

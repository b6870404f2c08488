"""How long each centre took in twelve months, kept by month, so that a page compares centres without their histograms.

When a month is over, the twelve months that end with it are worked out for all centres, group by group, with the rules
by which a page tells minutes: what it would hide is not kept. It is computed beside all other work and written only if
nothing was counted meanwhile; so of two workers one writes, and whoever dies leaves nothing. Minutes of a past month
that change late are worked out again in the transaction that counts them.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from gateway.parts import Store
from gateway.reports import cursor, kpi
from gateway.reports.kpi import Range
from gateway.reports.measures import time_of
from gateway.reports.periods import Month, Period
from gateway.reports.places import CentrePlaces, Place, PlaceKind
from gateway.reports.tables import FigureCursor, FigureSum, FigureTime

Minutes: TypeAlias = Mapping[str, Counter[str]]
"""By group of services: buckets of minutes, as `FigureSum.counts`."""
_MONTHS: Final = 12
TOLD: Final = ("helped_median", "helped_p90", "waited_median", "waited_p90")
"""What is compared, each by itself."""
_IS_CENTRE = (FigureSum.place >= f"{PlaceKind.CENTRE}:") & (FigureSum.place < f"{PlaceKind.CENTRE};")
_FIRST = select(func.min(FigureSum.period))
_SUMS = select(FigureSum.period, FigureSum.place, FigureSum.service_group, FigureSum.counts).where(
    FigureSum.period.in_(bindparam("periods", expanding=True))
)
_OF_ALL = _SUMS.where(_IS_CENTRE)
_OF_ONE = _SUMS.where(FigureSum.place == bindparam("place"))
_FORGET = delete(FigureTime).where(FigureTime.last_month == bindparam("month"))
_FORGET_ONE = delete(FigureTime).where(
    FigureTime.centre_id == bindparam("centre"), FigureTime.last_month.in_(bindparam("months", expanding=True))
)
_GROUPS_HERE = select(FigureTime.service_group).where(
    FigureTime.last_month == bindparam("month"), FigureTime.centre_id == bindparam("own")
)
_COMPARED = select(
    FigureTime.centre_id,
    FigureTime.service_group,
    FigureTime.helped,
    FigureTime.waited,
    *(getattr(FigureTime, name) for name in TOLD),
).where(
    FigureTime.last_month == bindparam("month"),
    FigureTime.centre_id.in_(bindparam("centres", expanding=True)),
    FigureTime.service_group.in_(_GROUPS_HERE),
    or_(FigureTime.helped >= kpi.FEWEST_TOLD, FigureTime.centre_id == bindparam("own")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One figure of a centre, in minutes, and how those of its peers are spread."""

    group: str
    figure: str
    """One of `TOLD`."""
    here: int
    others: Range | None
    """None where there are too few of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerTimes:
    """How long a centre took, beside others of its kind."""

    period: Period
    """The twelve months of which it is told."""
    every: tuple[Beside, ...]
    """Of each group of services of which the centre's own minutes are shown, in the order of their codes."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What one month's rows are, and what was known when they were worked out."""

    month: Month
    rows: list[dict[str, Any]]
    seen: tuple[Any, ...]


async def keep_all(store: Store) -> None:
    """Work out every month that is over and not kept yet; one that is overtaken waits for the next time."""
    while (found := await store.database.read(due)) is not None:
        if not await store.database.write(partial(keep, found=found)):
            return


def due(conn: Connection) -> _Found | None:
    """The rows of the next month that is over and not kept yet, if there is one; nothing is written."""
    reached = cursor.read(conn)
    month = None if reached is None else _next(conn, reached)
    if month is None:
        return None
    sums: dict[str, dict[str, Counter[str]]] = {}
    for row in conn.execute(_OF_ALL, {"periods": Period.rolling(month).units()}):
        _add(sums.setdefault(Place.parse(row.place).name, {}), row)
    return _Found(month, [each for centre, of in sums.items() for each in _rows(month, centre, of)], _seen(reached))


def keep(conn: Connection, found: _Found) -> bool:
    """Write a month's rows, unless anything was counted since they were worked out; whether they were written."""
    if _seen(cursor.locked(conn)) != found.seen:
        return False
    conn.execute(_FORGET, {"month": str(found.month)})
    _write(conn, found.rows)
    conn.execute(update(FigureCursor).where(FigureCursor.id == 1).values(times_until=str(found.month)))
    return True


def work_out_again(conn: Connection, changed: Collection[tuple[str, str]]) -> None:
    """Make rows right in which minutes of these months and centres stand. Whoever calls holds the cursor."""
    reached = cursor.read(conn) if changed else None
    if reached is None or reached.times_until is None:
        return
    months: dict[str, set[Month]] = {}
    for month, centre in changed:
        of = Period(Month.parse(month), min(Month.parse(month).plus(_MONTHS - 1), Month.parse(reached.times_until)))
        months.setdefault(centre, set()).update(of.each())
    for centre, last_months in months.items():
        if last_months:
            _work_out_again(conn, centre, sorted(last_months))


def forget(conn: Connection) -> None:
    """Let all be worked out anew, from the first month on. Whoever calls holds the cursor."""
    conn.execute(delete(FigureTime))
    conn.execute(update(FigureCursor).where(FigureCursor.id == 1).values(times_until=None))


def read(
    conn: Connection, of: CentrePlaces, every: Collection[CentrePlaces], period: Period, until: Month
) -> PeerTimes:
    """How long a centre took beside others of its kind, in the twelve months until the end of `period`.

    Where that is later than `until`, the last month that is kept, until then.
    """
    month = min(period.last, until)
    centres = [each.id for each in every if each.kind == of.kind]
    rows = conn.execute(_COMPARED, {"month": str(month), "own": of.id, "centres": centres}).all()
    own = sorted((row for row in rows if row.centre_id == of.id), key=lambda row: row.service_group)
    others: dict[str, list[Any]] = {}
    for row in rows:
        if row.centre_id != of.id:
            others.setdefault(row.service_group, []).append(row)
    beside = (_beside(row, others.get(row.service_group, []), figure) for row in own for figure in TOLD)
    return PeerTimes(period=Period.rolling(month), every=tuple(each for each in beside if each is not None))


def _beside(own: Any, others: list[Any], figure: str) -> Beside | None:
    here: int | None = getattr(own, figure)
    if here is None:
        return None
    counted = figure.partition("_")[0]
    values = [getattr(row, figure) for row in others if (getattr(row, counted) or 0) >= kpi.FEWEST_TOLD]
    return Beside(group=own.service_group, figure=figure, here=here, others=kpi.spread(values))


def _next(conn: Connection, reached: Any) -> Month | None:
    """The month whose rows are to be made next; none where the last one that is over is kept."""
    if reached.at is None:
        return None
    if reached.times_until is not None:
        month = Month.parse(reached.times_until).plus(1)
    else:
        first = conn.execute(_FIRST).scalar()
        if first is None:
            return None
        month = Period.parse(first).first
    return month if month < Month.of(reached.at) else None


def _seen(reached: Any) -> tuple[Any, ...]:
    return reached.leaf, reached.at, reached.times_until


def _work_out_again(conn: Connection, centre: str, last_months: list[Month]) -> None:
    period = Period(last_months[0].plus(1 - _MONTHS), last_months[-1])
    place = str(Place(PlaceKind.CENTRE, centre))
    every = conn.execute(_OF_ONE, {"periods": [str(each) for each in period.each()], "place": place}).all()
    made: list[dict[str, Any]] = []
    for last in last_months:
        within = {str(each) for each in Period.rolling(last).each()}
        sums: dict[str, Counter[str]] = {}
        for row in every:
            if row.period in within:
                _add(sums, row)
        made += _rows(last, centre, sums)
    conn.execute(_FORGET_ONE, {"centre": centre, "months": [str(each) for each in last_months]})
    _write(conn, made)


def _add(sums: dict[str, Counter[str]], row: Any) -> None:
    minutes = {name: n for name, n in row.counts.items() if name.startswith(("helped:", "waited:"))}
    sums.setdefault(row.service_group, Counter()).update(minutes)


def _rows(month: Month, centre: str, sums: Minutes) -> Iterator[dict[str, Any]]:
    """The rows of one centre; none of a group of which a page would show no minutes."""
    for group, counts in sums.items():
        time = time_of(group, counts)
        if time.helped_median is None:
            continue
        waited = None if time.waited_median is None else time.waited
        key = {"last_month": str(month), "centre_id": centre, "service_group": group}
        yield key | {"helped": time.n, "waited": waited} | {name: getattr(time, name) for name in TOLD}


def _write(conn: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        conn.execute(insert(FigureTime), rows)

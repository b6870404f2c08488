"""What staff count by hand: how often a centre helped by calls, e-mails, consultations and agencies' own staff.

A later word takes the place of the one before, which stays to be looked up; taking it back brings the one before into
force again. A month that has not begun cannot be counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, case, func, insert, or_, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.database.base import lock
from gateway.ids import new_id
from gateway.ledger import outbox
from gateway.people.tables import Centre, Staff
from gateway.reports.cost_tables import Way, WayCount
from gateway.reports.periods import Month, Period

MOST: Final = 1_000_000
"""Of one month: above it somebody slipped."""
_NOW: Final = WayCount.replaced_at.is_(None)
_IN_FORCE: Final = select(WayCount.centre_id, WayCount.month, WayCount.way, WayCount.n).where(
    _NOW, WayCount.month >= bindparam("first"), WayCount.month <= bindparam("last")
)
_IS_HERE: Final = case((WayCount.centre_id.in_(bindparam("centres", expanding=True)), 1), else_=0).label("is_here")
_IS_EARLIER: Final = case((WayCount.month < bindparam("first"), 1), else_=0).label("is_earlier")
_ADDED_UP: Final = (
    select(
        _IS_HERE,
        _IS_EARLIER,
        WayCount.way,
        func.sum(WayCount.n).label("n"),
        func.sum(case((WayCount.month <= bindparam("over"), 1), else_=0)).label("months"),
    )
    .where(
        _NOW,
        WayCount.n.is_not(None),
        WayCount.month >= bindparam("first_before"),
        WayCount.month <= bindparam("last"),
        # of the time before, a place's own alone is told
        or_(WayCount.month >= bindparam("first"), WayCount.centre_id.in_(bindparam("centres", expanding=True))),
    )
    .group_by(_IS_HERE, _IS_EARLIER, WayCount.way)
)
_STORY: Final = (
    select(WayCount.__table__, Staff.display_name.label("who"))
    .outerjoin(Staff, Staff.id == WayCount.set_by)
    .where(WayCount.centre_id == bindparam("centre"), WayCount.month == bindparam("month"))
    .order_by(WayCount.set_at.desc(), WayCount.way)
)


class CountsError(Exception):
    """Counts cannot be typed so; the message says why."""


class FutureMonthError(CountsError):
    """The month has not begun."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How often several centres helped in one way, as far as they counted it."""

    n: int = 0
    months: int = 0
    """So many months of single centres were counted, of those that are over."""

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.n + other.n, self.months + other.months)


@dataclass(frozen=True, slots=True)
class ByHand:
    """What was counted by hand at a place in a stretch of months."""

    ways: Mapping[Way, Counted]
    months: int
    """So many months of single centres are over, and could all be counted."""

    @property
    def is_known(self) -> bool:
        """Whether anything was counted at all."""
        return bool(self.ways)


NOTHING: Final = ByHand({}, 0)


def type_in(
    conn: Connection,
    centre_id: str,
    month: Month,
    counts: Mapping[Way, int | None],
    *,
    by: Actor,
    now: datetime,
) -> bool:
    """Say how often a centre helped in a month; none: it is not known. Returns whether anything is new.

    Raises:
        FutureMonthError: see there.
        CountsError: a count is below zero or above a million, or there is no such centre.
    """
    if month > Month.of(now):
        raise FutureMonthError("the month has not begun")
    if any(n is not None and not 0 <= n <= MOST for n in counts.values()):
        raise CountsError("a count is from 0 to 1,000,000")
    if conn.execute(lock(conn, select(Centre.id).where(Centre.id == centre_id))).first() is None:
        raise CountsError("there is no such centre")
    before = _of_month(conn, centre_id, month)
    new = {way: n for way, n in counts.items() if before.get(way) != n}
    if not new:
        return False
    of_month = (WayCount.centre_id == centre_id, WayCount.month == str(month), WayCount.way.in_(list(new)), _NOW)
    conn.execute(update(WayCount).where(*of_month).values(replaced_at=now))
    shared = {"centre_id": centre_id, "month": str(month), "set_at": now, "set_by": by.id}
    conn.execute(insert(WayCount), [shared | {"id": new_id(), "way": way, "n": n} for way, n in new.items()])
    said = {"centre": centre_id, "month": str(month), "counts": {way.value: n for way, n in new.items()}}
    outbox.record(conn, chain="system", type=EventName.COUNTS_TYPED, actor=by, data=said, at=now)
    return True


def take_back(conn: Connection, centre_id: str, month: Month, *, by: Actor, now: datetime) -> bool:
    """Bring what stood before the last word of a month into force again; return whether there was a last word."""
    told = story(conn, centre_id, month)
    if not told:
        return False
    last = [each for each in told if each.set_at == told[0].set_at]
    before = {each.way: _before(told, each) for each in last}
    return type_in(conn, centre_id, month, before, by=by, now=now)


def story(conn: Connection, centre_id: str, month: Month) -> Sequence[Any]:
    """Every word about a centre's month and who said it (`who`), the last first."""
    return conn.execute(_STORY, {"centre": centre_id, "month": str(month)}).all()


def of_month(conn: Connection, centre_id: str, month: Month) -> dict[Way, int | None]:
    """What is in force for a centre's month; none where it is not known."""
    found = _of_month(conn, centre_id, month)
    return {way: found.get(way) for way in Way}


def of_period(conn: Connection, period: Period) -> dict[str, dict[Way, int | None]]:
    """The sums of a period by the centre's id, of centres of which anything was said; none where a month is missing."""
    seen: dict[str, dict[Way, list[int]]] = {}
    for row in conn.execute(_IN_FORCE, {"first": str(period.first), "last": str(period.last)}):
        if row.n is not None:
            seen.setdefault(row.centre_id, {}).setdefault(row.way, []).append(row.n)
    return {
        centre: {way: sum(ways.get(way, ())) if len(ways.get(way, ())) == period.months else None for way in Way}
        for centre, ways in seen.items()
    }


def added_up(
    conn: Connection, period: Period, here: Sequence[str], every: int, over: Month
) -> tuple[ByHand, ByHand, ByHand]:
    """What was counted in the centres `here`, by the same ones in as long a time before, and in all `every` of them.

    `over` is the last month that is over: a later one may still be counted.
    """
    months = {"first_before": str(period.before.first), "first": str(period.first), "last": str(period.last)}
    found: dict[tuple[int, int], dict[Way, Counted]] = {}
    for row in conn.execute(_ADDED_UP, months | {"over": str(over), "centres": list(here)}):
        found.setdefault((row.is_here, row.is_earlier), {})[row.way] = Counted(int(row.n), int(row.months))
    own, rest = found.get((1, 0), {}), found.get((0, 0), {})
    together = {way: own.get(way, Counted()) + rest.get(way, Counted()) for way in (*own, *rest)}
    begun, before = _over(period, over), _over(period.before, over)
    return (
        ByHand(own, begun * len(here)),
        ByHand(found.get((1, 1), {}), before * len(here)),
        ByHand(together, begun * every),
    )


def _over(period: Period, over: Month) -> int:
    """How many months of a period are over."""
    return max(period.first.until(min(period.last, over)), 0)


def _of_month(conn: Connection, centre_id: str, month: Month) -> dict[Way, int | None]:
    wanted = _IN_FORCE.where(WayCount.centre_id == centre_id)
    return {row.way: row.n for row in conn.execute(wanted, {"first": str(month), "last": str(month)})}


def _before(told: Sequence[Any], last: Any) -> int | None:
    """What was said of a way before its last word; none where nothing was."""
    return next((each.n for each in told if each.way is last.way and each.set_at < last.set_at), None)

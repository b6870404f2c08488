"""What centres are to reach: set by the network's owner for some months, held against what the figures say of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, select

from audit.entry import Actor
from audit.events import EventName
from gateway.database.base import lock
from gateway.people.tables import Centre, Staff
from gateway.reports import cost_sheets, figures, kpi
from gateway.reports.book import Book
from gateway.reports.kpi import Share
from gateway.reports.periods import Month, Period
from gateway.reports.sheets import Missing, Value
from gateway.reports.target_tables import Aim, Target

AT_MOST: Final = frozenset({Aim.TIME, Aim.COST})
"""Aims that are reached from above: less is better."""
SHARES: Final = frozenset({Aim.SATISFIED, Aim.COMPLETED})
LARGEST: Final = {Aim.SATISFIED: 100_00, Aim.COMPLETED: 100_00, Aim.TIME: 24 * 60_00, Aim.COST: 10_000_00}
"""The greatest value that a target can have, in hundredths."""
_BOOK: Final = Book(Target, "target", EventName.TARGET_SET, EventName.TARGET_WITHDRAWN)
_STANDING: Final = (
    select(Target.__table__, Centre.name.label("centre"), Staff.display_name.label("who"))
    .join(Centre, Centre.id == Target.centre_id)
    .outerjoin(Staff, Staff.id == Target.set_by)
    .where(_BOOK.in_force)
    .order_by(Centre.name, Target.last_month.desc(), Target.aim)
)


class TargetError(Exception):
    """A target cannot be set so; the message says why."""


class TargetOverlapError(TargetError):
    """Another target of the same kind stands for some of these months."""


@dataclass(frozen=True, slots=True)
class Held:
    """A target, held against what was reached in its months so far."""

    row: Any
    period: Period
    value: Decimal
    """As `Value` of its kind: a part of one, minutes or euros."""
    actual: Value
    is_over: bool
    """Whether all of its months are."""

    @property
    def is_reached(self) -> bool | None:
        """Whether it is reached; none where that is not known."""
        if isinstance(self.actual, Missing):
            return None
        found = Decimal(str(self.actual))
        return found <= self.value if self.row.aim in AT_MOST else found >= self.value


def set_target(
    conn: Connection, centre_id: str, aim: Aim, hundredths: int, period: Period, *, by: Actor, now: datetime
) -> str:
    """Say what a centre is to reach in some months; return the target's id.

    Raises:
        TargetError: there is no such centre, or the value cannot be.
        TargetOverlapError: see there.
    """
    if not 0 < hundredths <= LARGEST[aim]:
        raise TargetError("a target lies between nothing and what can be")
    if conn.execute(lock(conn, select(Centre.id).where(Centre.id == centre_id))).first() is None:
        raise TargetError("there is no such centre")
    first, last = str(period.first), str(period.last)
    of_aim = (Target.centre_id == centre_id, Target.aim == aim)
    if _BOOK.meets(conn, (Target.first_month, Target.last_month), (first, last), *of_aim):
        raise TargetOverlapError("another target of this kind stands for some of these months")
    values = {"centre_id": centre_id, "aim": aim, "value": hundredths, "first_month": first, "last_month": last}
    said = {"centre": centre_id, "aim": aim.value, "hundredths": hundredths, "first": first, "last": last}
    return _BOOK.enter(conn, values, said, by=by, now=now)


def withdraw(conn: Connection, target_id: str, *, by: Actor, now: datetime) -> None:
    """Put a target out of force, as if it had never been.

    Raises:
        NotInForceError: no such target is in force.
    """
    _BOOK.withdraw(conn, target_id, by=by, now=now)


def held(conn: Connection, centres: Mapping[str, str], now: datetime, within: Period | None = None) -> list[Held]:
    """The targets of these centres (names by id), each with what was reached; `within`: of those months alone."""
    rows = [row for row in _standing(conn, centres) if within is None or _touches(row, within)]
    reached = {period: _reached(conn, centres, period, now) for period in {_period(row) for row in rows}}
    return [_held(row, reached[_period(row)], now) for row in rows]


def _held(row: Any, reached: Mapping[tuple[str, Aim], Value], now: datetime) -> Held:
    period = _period(row)
    actual = reached.get((row.centre_id, row.aim), Missing.UNKNOWN)
    return Held(row, period, _value(row), actual, is_over=period.last < Month.of(now))


def _standing(conn: Connection, centres: Mapping[str, str]) -> Sequence[Any]:
    only = next(iter(centres)) if len(centres) == 1 else None
    wanted = _STANDING if only is None else _STANDING.where(Target.centre_id == only)
    return [row for row in conn.execute(wanted) if row.centre_id in centres]


def _reached(
    conn: Connection, centres: Mapping[str, str], period: Period, now: datetime
) -> dict[tuple[str, Aim], Value]:
    """What each centre reached of each aim in a period."""
    found: dict[tuple[str, Aim], Value] = {}
    for line in figures.lines(conn, figures.compare(conn, period)):
        found[line.centre.id, Aim.SATISFIED] = _share(line.satisfied)
        found[line.centre.id, Aim.COMPLETED] = _share(line.completed)
    for cost in cost_sheets.read(conn, centres, period, now):
        found[cost.centre_id, Aim.COST] = Missing.UNKNOWN if cost.each is None else cost.each
        found[cost.centre_id, Aim.TIME] = _median(cost.given.helped if cost.given else {})
    return found


def _share(share: Share) -> Value:
    if not share.n:
        return Missing.UNKNOWN
    return Missing.TOO_FEW if share.value is None or share.is_few else share.value


def _median(buckets: Mapping[int, int]) -> Value:
    if not buckets:
        return Missing.UNKNOWN
    found = kpi.quantile(buckets, 0.5) if sum(buckets.values()) >= kpi.FEWEST_SHOWN else None
    return Missing.TOO_FEW if found is None else found


def _value(row: Any) -> Decimal:
    return Decimal(row.value) / (100_00 if row.aim in SHARES else 100)


def _period(row: Any) -> Period:
    return Period(Month.parse(row.first_month), Month.parse(row.last_month))


def _touches(row: Any, period: Period) -> bool:
    return bool(row.first_month <= str(period.last) and str(period.first) <= row.last_month)


def of_aim(found: Iterable[Held], aim: Aim) -> list[Held]:
    """Those of one kind."""
    return [each for each in found if each.row.aim is aim]

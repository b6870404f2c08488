"""What services cost: subsidies of centres by day, shared out over the services that were given meanwhile.

A subsidy counts day by day, so that a period takes its part of it. Where a day of a period is covered by no subsidy of
a kind, that kind is not known for it: what nobody wrote down is never nought. A kind that is not paid is written down
as a subsidy of 0.00.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.database.base import lock
from gateway.ids import new_id
from gateway.ledger import outbox
from gateway.people.tables import Centre, Staff
from gateway.reports.cost_tables import Subsidy, SubsidyKind
from gateway.reports.periods import Month, Period

MOST: Final = Decimal(10_000_000)
"""Euros of one subsidy: above it somebody slipped."""
LONGEST_SOURCE: Final = 200
_MOST_DAYS: Final = 3660
_IN_FORCE: Final = Subsidy.withdrawn_at.is_(None)
_STANDING: Final = (
    select(Subsidy.__table__, Staff.display_name.label("who"))
    .outerjoin(Staff, Staff.id == Subsidy.set_by)
    .where(_IN_FORCE)
    .order_by(Subsidy.centre_id, Subsidy.from_day.desc(), Subsidy.kind)
)
_OVERLAPPING: Final = select(Subsidy.id).where(
    Subsidy.centre_id == bindparam("centre"),
    Subsidy.kind == bindparam("of_kind"),
    Subsidy.from_day <= bindparam("last"),
    Subsidy.until_day >= bindparam("first"),
    _IN_FORCE,
)


class SubsidyError(Exception):
    """A subsidy cannot be written down or withdrawn so; the message says why."""


class OverlapError(SubsidyError):
    """Another subsidy of the same kind stands for some of these days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubsidy:
    """A subsidy to be written down; both days are included."""

    centre_id: str
    kind: SubsidyKind
    euros: Decimal
    from_day: date
    until_day: date
    source: str


def write_down(conn: Connection, new: NewSubsidy, *, by: Actor, now: datetime) -> str:
    """Write down a subsidy and return its id.

    Raises:
        SubsidyError: it ends before it begins, is longer than ten years, or its amount or source cannot be.
        OverlapError: see there.
    """
    if new.until_day < new.from_day or (new.until_day - new.from_day).days > _MOST_DAYS:
        raise SubsidyError("it ends before it begins, or is longer than ten years")
    if not 0 <= new.euros <= MOST or new.euros * 100 != int(new.euros * 100):
        raise SubsidyError("an amount is from 0 to 10,000,000 euros, in whole cents")
    if not 0 < len(new.source) <= LONGEST_SOURCE:
        raise SubsidyError("a source has 1 to 200 characters")
    if conn.execute(lock(conn, select(Centre.id).where(Centre.id == new.centre_id))).first() is None:
        raise SubsidyError("there is no such centre")
    days = {"centre": new.centre_id, "of_kind": new.kind, "first": new.from_day, "last": new.until_day}
    if conn.execute(_OVERLAPPING, days).first() is not None:
        raise OverlapError("another subsidy of this kind stands for some of these days")
    subsidy_id = new_id()
    cents = int(new.euros * 100)
    values = {"id": subsidy_id, "centre_id": new.centre_id, "kind": new.kind, "cents": cents, "source": new.source}
    values |= {"from_day": new.from_day, "until_day": new.until_day, "set_at": now, "set_by": by.id}
    conn.execute(insert(Subsidy).values(values))
    said = {"subsidy": subsidy_id, "centre": new.centre_id, "kind": new.kind.value, "cents": cents}
    said |= {"from": new.from_day.isoformat(), "until": new.until_day.isoformat()}
    outbox.record(conn, chain="system", type=EventName.SUBSIDY_SET, actor=by, data=said, at=now)
    return subsidy_id


def withdraw(conn: Connection, subsidy_id: str, *, centre_id: str | None, by: Actor, now: datetime) -> None:
    """Put a subsidy out of force, as if it had never been; with `centre_id` only one of that centre.

    Raises:
        SubsidyError: no such subsidy is in force.
    """
    changed = update(Subsidy).where(Subsidy.id == subsidy_id, _IN_FORCE)
    if centre_id is not None:
        changed = changed.where(Subsidy.centre_id == centre_id)
    if conn.execute(changed.values(withdrawn_at=now, withdrawn_by=by.id)).rowcount != 1:
        raise SubsidyError("no such subsidy is in force")
    said = {"subsidy": subsidy_id}
    outbox.record(conn, chain="system", type=EventName.SUBSIDY_WITHDRAWN, actor=by, data=said, at=now)


def standing(conn: Connection, centre_id: str | None = None) -> Sequence[Any]:
    """Every subsidy in force and who wrote it down (`who`), of one centre or of all; the latest first."""
    wanted = _STANDING if centre_id is None else _STANDING.where(Subsidy.centre_id == centre_id)
    return conn.execute(wanted).all()


def first_day(period: Period) -> date:
    """The first day of a period."""
    return period.first.first_day


def end_day(period: Period) -> date:
    """The last day of a period."""
    return period.last.plus(1).first_day - timedelta(days=1)


def so_far(period: Period, now: datetime) -> Period | None:
    """The months of a period that are over; none where none is: money of days to come meets no services yet."""
    last = min(period.last, Month.of(now).plus(-1))
    return Period(period.first, last) if period.first <= last else None


def of_period(subsidies: Iterable[Any], kind: SubsidyKind, period: Period) -> Decimal | None:
    """Euros of a kind that a centre's subsidies give to a period, in whole cents; none unless every day is covered."""
    first, last = first_day(period), end_day(period)
    covered, cents = 0, Decimal(0)
    for each in subsidies:
        days = (min(last, each.until_day) - max(first, each.from_day)).days + 1
        if each.kind is kind and days > 0:
            covered += days
            cents += Decimal(each.cents) * days / ((each.until_day - each.from_day).days + 1)
    whole = (last - first).days + 1
    return (cents / 100).quantize(Decimal("0.01")) if covered == whole else None


def in_all(parts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known; none where anything is not."""
    total = Decimal(0)
    for part in parts:
        if part is None:
            return None
        total += part
    return total


def each(euros: Decimal | None, services: int | None) -> Decimal | None:
    """Euros for one service given; none where either is not known, or no service was given."""
    return None if euros is None or not services else euros / services

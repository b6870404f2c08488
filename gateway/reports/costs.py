"""What services cost: subsidies of centres by day, shared out over the services that were given meanwhile.

A subsidy counts day by day, so that a period takes its part of it. Where a day of a period is covered by no subsidy of
a kind, that kind is not known for it: what nobody wrote down is never nought. A kind that is not paid is written down
as a subsidy of 0.00.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, select

from audit.entry import Actor
from audit.events import EventName
from gateway.database.base import lock
from gateway.people.tables import Centre, Staff
from gateway.reports.book import Book
from gateway.reports.cost_tables import Subsidy, SubsidyKind
from gateway.reports.periods import Period

MOST: Final = Decimal(10_000_000)
"""Euros of one subsidy: above it somebody slipped."""
LONGEST_SOURCE: Final = 200
_MOST_DAYS: Final = 3660
_BOOK: Final = Book(Subsidy, "subsidy", EventName.SUBSIDY_SET, EventName.SUBSIDY_WITHDRAWN)
_STANDING: Final = (
    select(Subsidy.__table__, Staff.display_name.label("who"))
    .outerjoin(Staff, Staff.id == Subsidy.set_by)
    .where(_BOOK.in_force)
    .order_by(Subsidy.centre_id, Subsidy.from_day.desc(), Subsidy.kind)
)


class SubsidyError(Exception):
    """A subsidy cannot be written down so; the message says why."""


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
    of_kind = (Subsidy.centre_id == new.centre_id, Subsidy.kind == new.kind)
    if _BOOK.meets(conn, (Subsidy.from_day, Subsidy.until_day), (new.from_day, new.until_day), *of_kind):
        raise OverlapError("another subsidy of this kind stands for some of these days")
    cents = int(new.euros * 100)
    values = {"centre_id": new.centre_id, "kind": new.kind, "cents": cents, "source": new.source}
    values |= {"from_day": new.from_day, "until_day": new.until_day}
    said = {"centre": new.centre_id, "kind": new.kind.value, "cents": cents}
    said |= {"from": new.from_day.isoformat(), "until": new.until_day.isoformat()}
    return _BOOK.enter(conn, values, said, by=by, now=now)


def withdraw(conn: Connection, subsidy_id: str, *, centre_id: str | None, by: Actor, now: datetime) -> None:
    """Put a subsidy out of force, as if it had never been; with `centre_id` only one of that centre.

    Raises:
        NotInForceError: no such subsidy is in force.
    """
    only = () if centre_id is None else (Subsidy.centre_id == centre_id,)
    _BOOK.withdraw(conn, subsidy_id, *only, by=by, now=now)


def standing(conn: Connection, centre_id: str | None = None) -> Sequence[Any]:
    """Every subsidy in force and who wrote it down (`who`), of one centre or of all; the latest first."""
    wanted = _STANDING if centre_id is None else _STANDING.where(Subsidy.centre_id == centre_id)
    return conn.execute(wanted).all()


def of_period(subsidies: Iterable[Any], kind: SubsidyKind, period: Period) -> Decimal | None:
    """Euros of a kind that a centre's subsidies give to a period, in whole cents; none unless every day is covered."""
    first, last = period.first_day, period.last_day
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

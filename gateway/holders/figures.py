"""How many filings a holder's services had: by month, service, centre and outcome. One statement, whatever the size.

A filing counts in the month in which it was sent, or begun where it never was (`filing.counted_at`), by days of Latvia.
A service counts as its holder's who holds it now: with it go the filings of earlier times.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Integer, Text, case, cast, func, literal, select, union_all

from gateway.holders.months import Month, Span
from gateway.holders.outcomes import OUTCOME, Outcome, is_one
from gateway.people.tables import Centre
from gateway.services import catalogue
from gateway.services.tables import Service
from gateway.visits.tables import Filing, Visit

MOST_SERVICES: Final = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """So many filings."""

    month: Month
    service: str
    """Its id."""
    centre: str
    """Its name."""
    centre_id: str
    outcome: Outcome
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """Which filings are meant; what is `None` does not matter."""

    span: Span
    service: str | None = None
    centre: str | None = None
    outcome: Outcome | None = None


def choices(conn: Connection, holder: str, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """Titles of a holder's services and names of all centres, by id; by title and by name. One statement."""
    services = (
        select(literal("service").label("kind"), Service.id, cast(Service.cards, Text()).label("name"))
        .where(Service.holder == holder)
        .order_by(Service.id)
        .limit(MOST_SERVICES)
        .subquery()
    )
    rows = conn.execute(union_all(select(services), select(literal("centre"), Centre.id, Centre.name))).all()
    titles = {
        row.id: catalogue.title_of(msgspec.json.decode(row.name), language) for row in rows if row.kind == "service"
    }
    return _by_name(titles), _by_name({row.id: row.name for row in rows if row.kind == "centre"})


def titles(conn: Connection, holder: str) -> dict[str, dict[str, str]]:
    """Titles of a holder's services, by id and by language of their cards."""
    wanted = select(Service.id, Service.cards).where(Service.holder == holder).order_by(Service.id)
    rows = conn.execute(wanted.limit(MOST_SERVICES)).all()
    return {row.id: {language: str(card["title"]) for language, card in row.cards.items()} for row in rows}


def _by_name(found: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(found.items(), key=lambda each: (each[1].casefold(), each[0])))


def cells(conn: Connection, services: Iterable[str], narrowed: Narrowed) -> list[Cell]:
    """The filings of these services, counted; by month, service, centre and outcome."""
    months = narrowed.span.months
    month = _month_of(months)
    groups: tuple[Any, ...] = (month, Filing.service_id, Visit.centre_id, Centre.name, OUTCOME)
    rows = conn.execute(
        select(*(each.label(name) for each, name in zip(groups, _NAMES, strict=True)), func.count().label("number"))
        .join(Visit, Visit.id == Filing.visit_id)
        .join(Centre, Centre.id == Visit.centre_id)
        .where(*conditions(services, narrowed))
        .group_by(*_NAMES)
    )
    found = [
        Cell(months[row.month], row.service, row.centre, row.centre_id, Outcome(row.outcome), row.number)
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.month, each.service, each.centre, each.centre_id, each.outcome))


_NAMES: Final = ("month", "service", "centre_id", "centre", "outcome")


def conditions(services: Iterable[str], narrowed: Narrowed) -> list[ColumnElement[bool]]:
    """What a filing fulfils that is meant; its `Visit` has to be joined."""
    wanted = set(services)
    wanted &= {narrowed.service} if narrowed.service is not None else wanted
    found: list[ColumnElement[bool]] = [
        Filing.service_id.in_(sorted(wanted)),
        Filing.counted_at >= narrowed.span.begins_at,
        Filing.counted_at < narrowed.span.ends_at,
    ]
    if narrowed.centre is not None:
        found.append(Visit.centre_id == narrowed.centre)
    if narrowed.outcome is not None:
        found.append(is_one(narrowed.outcome))
    return found


def _month_of(months: Sequence[Month]) -> ColumnElement[int]:
    """The place among these months of the one in which a filing counts."""
    later = [(Filing.counted_at < month.ends_at, literal(place, Integer())) for place, month in enumerate(months[:-1])]
    last = literal(len(months) - 1, Integer())
    return case(*later, else_=last) if later else last


def table_by(counted: Sequence[Cell], key: Callable[[Cell], Any]) -> Mapping[Any, Counter[Outcome]]:
    """Counts by outcome, for each value of `key`, in the order in which they come."""
    found: dict[Any, Counter[Outcome]] = {}
    for each in counted:
        found.setdefault(key(each), Counter())[each.outcome] += each.count
    return found

"""The first months of Pilnvara beside a month of what was published: of the network, and of each centre."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select

from gateway.reports.periods import Month, Period
from gateway.reports.places import NETWORK, Place, PlaceKind
from gateway.reports.sheets import Column, Kind, Missing, Note, NoteKind, Sheet, Value
from gateway.reports.tables import FigureSum
from ui.i18n import message

_FIRST_MONTHS: Final = (
    select(FigureSum.period, func.sum(FigureSum.given).label("given"))
    .where(FigureSum.place == str(NETWORK), FigureSum.period.like("____-__"), FigureSum.period.not_like("%Q%"))
    .group_by(FigureSum.period)
    .order_by(FigureSum.period)
    .limit(21)
)
"""As many months as were published."""
_FIRST_OF_CENTRES: Final = (
    select(
        FigureSum.place,
        func.sum(FigureSum.given).label("given"),
        func.count(FigureSum.period.distinct()).label("months"),
    )
    .where(
        FigureSum.period.in_(bindparam("months", expanding=True)),
        FigureSum.place.in_(bindparam("places", expanding=True)),
    )
    .group_by(FigureSum.place)
)


def of_network(conn: Connection) -> list[tuple[str, int]]:
    """Services that were given in each of the first months."""
    return [(row.period, int(row.given)) for row in conn.execute(_FIRST_MONTHS)]


def of_centres(conn: Connection, centres: Collection[str], months: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Services that each of these centres gave in these months, by its id, and in how many of them it gave any."""
    if not centres:
        return {}
    asked = {"months": list(months), "places": [str(Place(PlaceKind.CENTRE, each)) for each in sorted(centres)]}
    found = {Place.parse(row.place).name: row for row in conn.execute(_FIRST_OF_CENTRES, asked)}
    return {each: (int(found[each].given), found[each].months) if each in found else (0, 0) for each in centres}


def by_month(services: Sequence[Any], since: Sequence[tuple[str, int]], source: Sequence[Note]) -> Sheet:
    """The first months of Pilnvara beside a month of those that were published."""
    months = {month for row in services for month in (row.first_month, row.last_month)}
    period = Period(Month.parse(min(months)), Month.parse(max(months)))
    usual = sum(row.services for row in services) / period.months
    rows: list[tuple[Value, ...]] = [
        (month, given, given / usual if usual else Missing.UNKNOWN) for month, given in since
    ]
    return Sheet(
        message("Pilnvara’s first months beside a published one"),
        (
            Column("month", message("Month")),
            Column("given", message("Services given"), Kind.COUNT, bar=True),
            Column("beside", message("Beside a published month"), Kind.SHARE),
        ),
        tuple(rows),
        (
            Note(
                NoteKind.DEFINITION,
                message(
                    "A published month: services from %(first)s to %(last)s / %(num)s months, as if all were alike. "
                    "The published ones were given in person in all centres; those here are what Pilnvara counted.",
                    first=str(period.first),
                    last=str(period.last),
                    num=period.months,
                ),
            ),
            *source,
        ),
        name="since",
    )


def by_centre(
    services: Sequence[Any], since_of: Mapping[str, tuple[int, int]], source: Sequence[Note]
) -> tuple[Sheet, ...]:
    """The same of each centre that a published one is: nothing where none is, or where none may be told of."""
    usual: dict[str, Decimal] = {}
    names: dict[str, str] = {}
    for row in services:
        if row.centre_id in since_of:
            months = Month.parse(row.first_month).until(Month.parse(row.last_month))
            usual[row.centre_id] = usual.get(row.centre_id, Decimal(0)) + Decimal(row.services) / months
            names[row.centre_id] = row.centre
    rows: list[tuple[Value, ...]] = []
    for centre_id, name in sorted(names.items(), key=lambda each: each[1]):
        (given, months), before = since_of[centre_id], usual[centre_id]
        here = Decimal(given) / months if months else None
        beside: Value = here / before if here is not None and before else Missing.UNKNOWN
        rows.append((name, before, months, Missing.UNKNOWN if here is None else here, beside))
    if not rows:
        return ()
    columns = (
        Column("centre", message("Centre here")),
        Column("before", message("A published month"), Kind.NUMBER),
        Column("months", message("Months here"), Kind.COUNT),
        Column("here", message("A month here"), Kind.NUMBER, bar=True),
        Column("beside", message("Beside a published month"), Kind.SHARE),
    )
    definition = Note(
        NoteKind.DEFINITION,
        message(
            "Services given in a month, on average: as published, and in the first months of Pilnvara in which the "
            "centre gave any. Of centres that were matched to a published name alone."
        ),
    )
    title = message("Each centre’s first months beside its published ones")
    return (Sheet(title, columns, tuple(rows), (definition, *source), name="since_by_centre"),)

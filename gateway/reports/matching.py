"""Which published name is which of our centres: what is said already, what is left over, and what may be meant.

A suggestion is never more than that: a person says which centre a name is, and may take it back.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from sqlalchemy import Connection, func, select

from gateway.people.tables import Centre
from gateway.reports import places
from gateway.reports.history_tables import HistoryImport, HistoryRow
from gateway.reports.places import CentrePlaces
from gateway.services.words import fold

_LIKE: Final = 0.8
"""How alike two names have to be, from 0 to 1, for one to be suggested by its letters alone."""
_NAMES: Final = (
    select(
        HistoryRow.name,
        func.max(HistoryRow.municipality).label("municipality"),
        func.max(HistoryRow.region).label("region"),
        func.count().label("rows"),
        func.max(HistoryRow.matched_by).label("matched_by"),
        func.max(HistoryRow.centre_id).label("centre_id"),
        func.max(Centre.name).label("centre"),
    )
    .join(HistoryImport, HistoryImport.id == HistoryRow.import_id)
    .outerjoin(Centre, Centre.id == HistoryRow.centre_id)
    .where(HistoryImport.taken_back_at.is_(None))
    .group_by(HistoryRow.name)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One published name, in every table that stands."""

    name: str
    municipality: str | None
    region: str | None
    """As it was published, if it was."""
    rows: int
    centre_id: str | None
    centre: str | None
    """Our name of it."""
    is_said: bool
    """Whether a person said so, and not the name alone; also that it is none of ours."""
    suggested: CentrePlaces | None = None


def names(conn: Connection) -> list[Name]:
    """Every published name, each that is left over with the centre that it may be."""
    every = places.centres(conn)
    rows = sorted(conn.execute(_NAMES), key=lambda row: (fold(row.name), row.name))
    free = [each for each in every.values() if each.id not in {row.centre_id for row in rows}]
    return [
        Name(
            name=row.name,
            municipality=row.municipality,
            region=row.region,
            rows=row.rows,
            centre_id=row.centre_id,
            centre=row.centre,
            is_said=row.matched_by is not None,
            suggested=suggestion(row.name, free) if row.centre_id is None else None,
        )
        for row in rows
    ]


def suggestion(name: str, among: Iterable[CentrePlaces]) -> CentrePlaces | None:
    """The one centre whose name or municipality has all words of a published name, else the one that is much alike.

    None where there are several: then nothing says which.
    """
    free = list(among)
    wanted = set(fold(name).split())
    having = [each for each in free if wanted <= set(fold(f"{each.name} {each.municipality}").split())]
    if having:
        return having[0] if len(having) == 1 else None
    alike = [each for each in free if _likeness(fold(name), fold(each.name)) >= _LIKE]
    return alike[0] if len(alike) == 1 else None


def regions(every: Collection[Name], centres: Mapping[str, CentrePlaces]) -> list[str]:
    """Every region that was published or that a centre is in."""
    return sorted({each.region for each in every if each.region} | {c.region for c in centres.values() if c.region})


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()

"""The visits of all centres, as an auditor lists them: when, where, who served, what for, how it ended; no names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from gateway.paging import Key, follows
from gateway.people.tables import Centre, Staff
from gateway.services import catalogue
from gateway.services.tables import Service
from gateway.visits.tables import Channel, Ending, Filing, Visit

_CENTRES = select(Centre.id, Centre.name).order_by(Centre.name)
_LINES = (
    select(
        Visit.id,
        Visit.opened_at,
        Visit.closed_at,
        Visit.channel,
        Visit.ending,
        Visit.assistant_id,
        Staff.display_name,
        Centre.name.label("centre"),
        Service.cards,
    )
    .join(Staff, Staff.id == Visit.assistant_id)
    .join(Centre, Centre.id == Visit.centre_id)
    .outerjoin(Service, Service.id == Visit.service_id)
    .order_by(Visit.opened_at.desc(), Visit.id.desc())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which visits are wanted; what is `None` does not matter."""

    centre: str | None = None
    ending: Ending | None = None
    number: str | None = None
    """A visit's number, or a reference that a portal gave."""
    after: Key | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is looked for, rather than the newest visits."""
        return any((self.centre, self.ending, self.number, self.after))


@dataclass(frozen=True, slots=True)
class Registered:
    """A visit in the list."""

    id: str
    opened_at: datetime
    closed_at: datetime | None
    channel: Channel
    ending: Ending | None
    """`None` while it is open."""
    assistant_id: str
    assistant: str
    centre: str
    service: str | None

    @property
    def key(self) -> Key:
        """Where a page that ends with it ends."""
        return Key(self.opened_at, self.id)


def find(conn: Connection, search: Search, *, language: str, most: int) -> list[Registered]:
    """The newest visits that `search` wants; service titles in `language`."""
    begin = search.after.values if search.after else {}
    rows = conn.execute(_LINES.where(*_conditions(search)).limit(most), begin)
    return [
        Registered(
            id=row.id,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            channel=row.channel,
            ending=row.ending,
            assistant_id=row.assistant_id,
            assistant=row.display_name,
            centre=row.centre,
            service=None if row.cards is None else catalogue.title_of(row.cards, language),
        )
        for row in rows
    ]


def centres(conn: Connection) -> list[tuple[str, str]]:
    """Every centre's id and name, by name."""
    return [(row.id, row.name) for row in conn.execute(_CENTRES)]


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    found: list[Any] = []
    if search.centre:
        found.append(Visit.centre_id == search.centre)
    if search.ending:
        found.append(Visit.ending == search.ending)
    if search.number:
        of_reference = select(Filing.visit_id).where(Filing.reference == search.number)
        found.append(or_(Visit.id == search.number, Visit.id.in_(of_reference)))
    if search.after:
        found.append(follows(Visit.opened_at, Visit.id))
    return found

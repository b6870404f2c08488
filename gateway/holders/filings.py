"""The filings of a holder's services as they are listed, the newest first; no name and no value of a resident.

Each service is read by an index that has its newest first, and only as far as one page goes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, exists, select, tuple_, union_all

from delegation.assurance import Assurance, Route
from gateway.holders import outcomes
from gateway.holders.figures import Narrowed, conditions
from gateway.holders.outcomes import Outcome
from gateway.paging import Key
from gateway.people.tables import Centre
from gateway.visits.tables import DelegationRow, Filing, SecondLook, Visit

LONGEST_REFERENCE: Final = 64
_LOOKED: Final = exists().where(SecondLook.visit_id == Filing.visit_id, SecondLook.filing_id == Filing.id)
_LINE: Final[Select[Any]] = (
    select(
        Filing.id,
        Filing.service_id,
        Filing.reference,
        Filing.state,
        Filing.counted_at,
        Filing.sent_at,
        Filing.connector_version,
        Centre.name.label("centre"),
        DelegationRow.approvals,
        _LOOKED.label("looked"),
    )
    .join(Visit, Visit.id == Filing.visit_id)
    .join(Centre, Centre.id == Visit.centre_id)
    .join(DelegationRow, DelegationRow.id == Filing.delegation_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One filing, as its holder is told of it."""

    id: str
    service: str
    """Its id."""
    reference: str | None
    """Under which the holder has it."""
    counted_at: datetime
    """When it was sent, or begun."""
    sent_at: datetime | None
    outcome: Outcome
    centre: str
    route: Route | None
    """By which the permission was given; none where none was."""
    assurance: Assurance | None
    second_look: bool
    """Whether a colleague was asked to look first."""
    connector_version: str

    @property
    def key(self) -> Key:
        """Where a page that ends with it ends."""
        return Key(self.counted_at, self.id)


def newest(
    conn: Connection, services: Collection[str], narrowed: Narrowed, *, most: int, after: Key | None = None
) -> list[Line]:
    """The newest of these services that are meant, from the line after `after`."""
    wanted = sorted(set(services) & ({narrowed.service} if narrowed.service else set(services)))
    if not wanted:
        return []
    parts = [_of_service(each, narrowed, most, after).subquery() for each in wanted]
    every = union_all(*(select(each) for each in parts)).subquery()
    place = (every.c.counted_at.desc(), every.c.id.desc())
    keys = select(every.c.id).order_by(*place).limit(most).subquery()
    rows = conn.execute(
        _LINE.where(Filing.id.in_(select(keys.c.id))).order_by(Filing.counted_at.desc(), Filing.id.desc())
    )
    return [_line(row) for row in rows]


def of_reference(conn: Connection, services: Collection[str], reference: str) -> list[Line]:
    """The filings of these services that a portal gave this number; one, or none."""
    if not reference or not services:
        return []
    typed = sorted({reference, reference.upper()})
    rows = conn.execute(_LINE.where(Filing.reference.in_(typed), Filing.service_id.in_(sorted(services))).limit(10))
    return [_line(row) for row in rows]


def _of_service(service: str, narrowed: Narrowed, most: int, after: Key | None) -> Select[Any]:
    ids: Any = select(Filing.counted_at, Filing.id).where(*conditions((service,), narrowed))
    if narrowed.centre is not None:
        ids = ids.join(Visit, Visit.id == Filing.visit_id)
    if after is not None:
        ids = ids.where(tuple_(Filing.counted_at, Filing.id) < tuple_(*_key(after)))
    newest_first: Select[Any] = ids.order_by(Filing.counted_at.desc(), Filing.id.desc()).limit(most)
    return newest_first


def _key(after: Key) -> Sequence[Any]:
    return (bindparam(None, after.at, Filing.counted_at.type), bindparam(None, after.id))


def _line(row: Any) -> Line:
    said = row.approvals[0] if row.approvals else None
    return Line(
        id=row.id,
        service=row.service_id,
        reference=row.reference,
        counted_at=row.counted_at,
        sent_at=row.sent_at,
        outcome=outcomes.of(row.state, was_sent=row.sent_at is not None),
        centre=row.centre,
        route=Route(said["route"]) if said else None,
        assurance=Assurance(said["assurance"]) if said else None,
        second_look=row.looked,
        connector_version=row.connector_version,
    )

"""Who works in a centre, for those who answer for it."""

from dataclasses import dataclass

from sqlalchemy import Connection, Select, select

from gateway.people.errors import UnknownPersonError
from gateway.people.tables import Staff, StaffState


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of a centre's staff."""

    id: str
    name: str


def of_centre(conn: Connection, centre_id: str, *, most: int, after: int = 0) -> list[Colleague]:
    """The accounts of a centre that can be used, by name: `most` of them, from the one numbered `after`."""
    rows = conn.execute(_of(centre_id).order_by(Staff.display_name, Staff.id).limit(most).offset(after))
    return [Colleague(row.id, row.display_name) for row in rows]


def one(conn: Connection, centre_id: str, staff_id: str) -> Colleague:
    """One of a centre's accounts. Raises `UnknownPersonError` for another centre's, as if there were none."""
    row = conn.execute(_of(centre_id).where(Staff.id == staff_id)).one_or_none()
    if row is None:
        raise UnknownPersonError("no such account")
    return Colleague(row.id, row.display_name)


def _of(centre_id: str) -> Select[str, str]:
    return select(Staff.id, Staff.display_name).where(Staff.centre_id == centre_id, Staff.state == StaffState.ACTIVE)

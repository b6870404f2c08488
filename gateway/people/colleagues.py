"""A member of a centre's staff, for those who note what is theirs; the list of all is `gateway.people.directory`."""

from dataclasses import dataclass

from sqlalchemy import Connection, Select, select

from gateway.people.errors import UnknownPersonError
from gateway.people.tables import Staff, StaffState


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of a centre's staff."""

    id: str
    name: str


def one(conn: Connection, centre_id: str, staff_id: str) -> Colleague:
    """One of a centre's accounts. Raises `UnknownPersonError` for another centre's, as if there were none."""
    row = conn.execute(_of(centre_id).where(Staff.id == staff_id)).one_or_none()
    if row is None:
        raise UnknownPersonError("no such account")
    return Colleague(row.id, row.display_name)


def _of(centre_id: str) -> Select[str, str]:
    return select(Staff.id, Staff.display_name).where(Staff.centre_id == centre_id, Staff.state != StaffState.CLOSED)

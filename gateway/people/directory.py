"""The list of people, as those who answer for them read it: found by name, a page at a time, in one statement."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, bindparam, func, select, type_coerce
from sqlalchemy.orm import aliased

from audit.entry import ActorKind
from gateway.people.errors import UnknownPersonError
from gateway.people.roles import Role
from gateway.people.staff import fold
from gateway.people.tables import Centre, Staff, StaffRole, StaffState, StateWhy

LONGEST_SEARCH: Final = 80
_MOST_WORDS: Final = 4
_DECIDED = aliased(Staff)
_ROLES = (
    select(func.aggregate_strings(type_coerce(StaffRole.role, Text), ","))
    .where(StaffRole.staff_id == Staff.id)
    .correlate(Staff)
    .scalar_subquery()
)
_PEOPLE: Select[*tuple[Any, ...]] = (
    select(
        Staff.id,
        Staff.login,
        Staff.display_name,
        Staff.centre_id,
        Centre.name.label("centre"),
        Staff.holder,
        Staff.state,
        Staff.state_at,
        Staff.state_why,
        Staff.state_by,
        Staff.state_kind,
        _DECIDED.display_name.label("decided_by"),
        Staff.signed_in_at,
        Staff.created_at,
        _ROLES.label("roles"),
    )
    .join(Centre, Centre.id == Staff.centre_id)
    .outerjoin(_DECIDED, _DECIDED.id == Staff.state_by)
)
_ONE = _PEOPLE.where(Staff.id == bindparam("staff"))


class Shown(StrEnum):
    """Which people a list shows."""

    HERE = "here"
    """Who works with an account, or is suspended."""
    SUSPENDED = "suspended"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who has an account."""

    id: str
    login: str
    name: str
    centre_id: str
    centre: str
    holder: str | None
    """Whose officer."""
    roles: tuple[Role, ...]
    """In the order of `Role`."""
    state: StaffState
    state_at: datetime | None
    state_why: StateWhy | None
    decided_as: ActorKind | None
    decided_by: str | None
    """Who last decided about the state: a name, or `command line`; none: nobody ever has."""
    signed_in_at: datetime | None
    created_at: datetime


def find(
    conn: Connection, *, centre_id: str | None, words: str, shown: Shown, most: int, after: int = 0
) -> list[Person]:
    """People by name, `most` of them from the one numbered `after`: of one centre, or of all.

    Every word of `words` has to stand in the name or the login, whatever its marks and capitals.
    """
    conditions: list[ColumnElement[bool]] = [_is_shown(shown)]
    if centre_id is not None:
        conditions.append(Staff.centre_id == centre_id)
    conditions += [Staff.folded.contains(word, autoescape=True) for word in words_of(words)]
    ordered = _PEOPLE.where(*conditions).order_by(Staff.folded, Staff.id).limit(most).offset(after)
    return [_made(row) for row in conn.execute(ordered)]


def one(conn: Connection, staff_id: str, *, centre_id: str | None) -> Person:
    """One of them. Raises `UnknownPersonError` for another centre's too, as if there were none."""
    row = conn.execute(_ONE, {"staff": staff_id}).one_or_none()
    if row is None or centre_id not in {None, row.centre_id}:
        raise UnknownPersonError("no such account")
    return _made(row)


def words_of(typed: str) -> list[str]:
    """What is looked for, as names are kept."""
    return fold(typed[:LONGEST_SEARCH]).split()[:_MOST_WORDS]


def _is_shown(shown: Shown) -> ColumnElement[bool]:
    if shown is Shown.HERE:
        return Staff.state != StaffState.CLOSED
    return Staff.state == (StaffState.SUSPENDED if shown is Shown.SUSPENDED else StaffState.CLOSED)


def _made(row: Row[Any]) -> Person:
    held = set((row.roles or "").split(","))
    return Person(
        id=row.id,
        login=row.login,
        name=row.display_name,
        centre_id=row.centre_id,
        centre=row.centre,
        holder=row.holder,
        roles=tuple(role for role in Role if role.value in held),
        state=row.state,
        state_at=row.state_at,
        state_why=row.state_why,
        decided_as=row.state_kind,
        decided_by=row.decided_by or row.state_by,
        signed_in_at=row.signed_in_at,
        created_at=row.created_at,
    )

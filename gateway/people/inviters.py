"""Who may be whose second pair of eyes, as far as it depends on who invited whom.

Whoever invites somebody alone makes the link that opens the account, and could open it themselves, for a person whom
they made up. An account that two people agreed on neither of them opens alone: it hangs on nobody. Two rules:

- Where two look at one resident's matter (`line_of`): whoever invited somebody, or whom they invited, directly and over
  one person between. Two whom one manager invited may, or no centre could work; auditors see it as a sign.
- Where two decide about the gateway or about auditors' looks (`are_bound`): everybody on one tree of such invitations,
  also two whom one inviter made up both.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import CompoundSelect, Connection, bindparam, case, or_, select, union
from sqlalchemy.orm import aliased

from gateway.people.tables import Staff, StaffInvitation

_one, _next = aliased(StaffInvitation), aliased(StaffInvitation)
_ALONE = _one.change_id.is_(None)
_BOTH_ALONE = (_ALONE, _next.change_id.is_(None), _next.invited_by == _one.staff_id)
_tree = select(bindparam("staff", type_=StaffInvitation.staff_id.type).label("id")).cte("tree", recursive=True)
_TREE = select(
    _tree.union(
        select(case((_one.staff_id == _tree.c.id, _one.invited_by), else_=_one.staff_id)).where(
            _ALONE, _one.invited_by.is_not(None), or_(_one.staff_id == _tree.c.id, _one.invited_by == _tree.c.id)
        )
    ).c.id
)
_INVITED = (
    select(Staff.display_name, StaffInvitation.change_id)
    .select_from(StaffInvitation)
    .join(Staff, Staff.id == StaffInvitation.invited_by)
    .where(StaffInvitation.staff_id == bindparam("staff"))
)


@dataclass(frozen=True, slots=True)
class Inviter:
    """By whose word an account came to be."""

    name: str
    change_id: str | None
    """The change on which two people agreed; none: it was this one person."""


def inviter_of(conn: Connection, staff_id: str) -> Inviter | None:
    """Who invited somebody; none: the account was made on the command line."""
    row = conn.execute(_INVITED, {"staff": staff_id}).one_or_none()
    return None if row is None else Inviter(row.display_name, row.change_id)


def line_of(conn: Connection, staff_id: str) -> frozenset[str]:
    """Whoever invited somebody, or whom they invited, each directly and over one person between."""
    up, down = _one.invited_by == staff_id, _next.staff_id == staff_id
    found: CompoundSelect[str | None] = union(
        select(_one.staff_id).where(_ALONE, up),
        select(_next.staff_id).where(*_BOTH_ALONE, up),
        select(_one.invited_by).where(_ALONE, _one.staff_id == staff_id),
        select(_one.invited_by).where(*_BOTH_ALONE, down),
    )
    return frozenset(each for each in conn.execute(found).scalars() if each is not None)


def tree_of(conn: Connection, staff_id: str) -> frozenset[str]:
    """Everybody whom invitations by one person alone tie to somebody, however many lie between; also themselves."""
    return frozenset(conn.execute(_TREE, {"staff": staff_id}).scalars())


def are_bound(conn: Connection, one: str | None, other: str) -> bool:
    """Whether two people are on one tree of invitations; the command line invites nobody."""
    return one is not None and one in tree_of(conn, other)


def has_two(conn: Connection, staff_ids: Collection[str]) -> bool:
    """Whether there are two among some people who may be each other's second pair of eyes."""
    first = next(iter(staff_ids), None)
    return first is not None and not set(staff_ids) <= tree_of(conn, first)

"""Who invited whom: two people of whom one invited the other, also over one link between, are no two pairs of eyes.

Whoever invites somebody alone makes the link that opens the account, and could open it themselves, for a person whom
they made up. An account that two people agreed on neither of them opens alone: it is bound to nobody.
"""

from sqlalchemy import CompoundSelect, Connection, select, union
from sqlalchemy.orm import aliased

from gateway.people.tables import StaffInvitation

_one, _next = aliased(StaffInvitation), aliased(StaffInvitation)
_ALONE = _one.change_id.is_(None)
_BOTH_ALONE = (_ALONE, _next.change_id.is_(None), _next.invited_by == _one.staff_id)


def bound_to(conn: Connection, staff_id: str) -> frozenset[str]:
    """Whoever invited somebody, or whom they invited, each directly and over one person between."""
    up, down = _one.invited_by == staff_id, _next.staff_id == staff_id
    found: CompoundSelect[str | None] = union(
        select(_one.staff_id).where(_ALONE, up),
        select(_next.staff_id).where(*_BOTH_ALONE, up),
        select(_one.invited_by).where(_ALONE, _one.staff_id == staff_id),
        select(_one.invited_by).where(*_BOTH_ALONE, down),
    )
    return frozenset(each for each in conn.execute(found).scalars() if each is not None)


def are_bound(conn: Connection, one: str | None, other: str) -> bool:
    """Whether one of two people invited the other, or over one person between; the command line invites nobody."""
    return one is not None and one in bound_to(conn, other)

"""Whether a message of a visit came back: by which way nobody is reached, and neither who, nor what was sent."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, or_, select
from sqlalchemy.sql import ColumnElement

from gateway.database.base import written_out
from gateway.keys.errors import KeyDestroyedError
from gateway.notifications.errors import UnreachableError
from gateway.notifications.tables import FIELDS, Channel, Message, MessageState, Report
from gateway.parts import Store
from gateway.people import residents
from gateway.visits.approvals import CODE_TEMPLATES
from gateway.visits.view import VisitView

CAME_BACK: Final[ColumnElement[bool]] = or_(
    Message.report == written_out(Report.HARD),
    and_(Message.state == written_out(MessageState.FAILED), Message.reason == UnreachableError.code),
)
"""Of a message: that nobody is reached where it was sent."""
_OF_VISIT: Final = (
    select(Message.resident_id, Message.channel, Message.template, CAME_BACK.label("came_back"))
    .where(Message.visit_id == bindparam("visit"))
    .order_by(Message.created_at, Message.id)
)


@dataclass(frozen=True, slots=True)
class CameBack:
    """What of a visit's messages came back."""

    ways: frozenset[Channel] = frozenset()
    """By which its people are not reached any more; one that has been set anew since is well again."""
    code: bool = False
    """The newest code that was sent for a yes: nobody can type it."""


def came_back(conn: Connection, store: Store, view: VisitView) -> CameBack:
    """Look what of a visit's messages came back. One statement, and none where nothing did."""
    if not view.has_come_back:
        return CameBack()
    every = conn.execute(_OF_VISIT, {"visit": view.id}).all()
    codes = [row for row in every if row.template in CODE_TEMPLATES]
    newest = {(row.resident_id, row.channel): row for row in every if row.template not in CODE_TEMPLATES}
    return CameBack(
        ways=frozenset(row.channel for row in newest.values() if row.came_back and _is_still(conn, store, row)),
        code=bool(codes) and codes[-1].came_back,
    )


def _is_still(conn: Connection, store: Store, row: Any) -> bool:
    """Whether the address is still what is known; of a number that was only typed here nothing is known."""
    if row.resident_id is None:
        return True
    try:
        return FIELDS[row.channel] in residents.open_resident(conn, store, row.resident_id).dead
    except KeyDestroyedError:
        return False

"""Whether a message of a visit came back: by which way nobody is reached, and neither who, nor what was sent."""

from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, or_, select
from sqlalchemy.sql import ColumnElement

from gateway.database.base import written_out
from gateway.keys.errors import KeyDestroyedError
from gateway.notifications.errors import UnreachableError
from gateway.notifications.tables import FIELDS, Channel, Message, MessageState, Report
from gateway.parts import Store
from gateway.people import residents
from gateway.visits.view import VisitView

CAME_BACK: Final[ColumnElement[bool]] = or_(
    Message.report == written_out(Report.HARD),
    and_(Message.state == written_out(MessageState.FAILED), Message.reason == UnreachableError.code),
)
"""Of a message: that nobody is reached where it was sent."""
_OF_VISIT: Final = (
    select(Message.resident_id, Message.channel, CAME_BACK.label("came_back"))
    .where(Message.visit_id == bindparam("visit"))
    .order_by(Message.created_at, Message.id)
)


def not_reached(conn: Connection, store: Store, view: VisitView) -> frozenset[Channel]:
    """By which ways a visit's people are not reached any more; one that has been set anew since is well again."""
    if not view.has_come_back:
        return frozenset()
    newest = {(row.resident_id, row.channel): row for row in conn.execute(_OF_VISIT, {"visit": view.id})}
    return frozenset(row.channel for row in newest.values() if row.came_back and _is_still(conn, store, row))


def _is_still(conn: Connection, store: Store, row: Any) -> bool:
    """Whether the address is still what is known; of a number that was only typed here nothing is known."""
    if row.resident_id is None:
        return True
    try:
        return FIELDS[row.channel] in residents.open_resident(conn, store, row.resident_id).dead
    except KeyDestroyedError:
        return False

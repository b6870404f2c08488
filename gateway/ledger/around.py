"""What was done around visits: accounts, keys, settings, computers, and what was refused at their doors.

Whoever may do it is whom an auditor asks about.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, or_, select

from audit.entry import Entry, decode
from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.paging import Key, follows

_ALSO: Final = frozenset(
    {
        EventName.STAFF_LOCKED_OUT,
        EventName.STAFF_VALUE_SET,
        EventName.STAFF_VALUE_REMOVED,
        EventName.KEY_CREATED,
        EventName.KEY_DESTROYED,
        EventName.SETTINGS_LAPSED,
        EventName.SETTINGS_BARRED,
        EventName.AGREEMENT_CHANGED,
        EventName.BASKET_CHANGED,
        EventName.HOLD_PLACED,
        EventName.HOLD_REVIEWED,
        EventName.REPORT_EXPORTED,
        EventName.LOG_STARTED,
        EventName.LOG_CONTINUED,
        EventName.LOG_WITNESSES_CHANGED,
        EventName.LOG_WITNESS_OBJECTED,
    }
)
KINDS: Final = frozenset(each for each in EventName if each.value.startswith("admin:")) | _ALSO
"""Everything that an administrator or the command line does, and what else changes who may do what."""
REFUSED: Final = frozenset(
    {
        EventName.STAFF_SIGN_IN_FAILED,
        EventName.STAFF_SESSION_REFUSED,
        EventName.STAFF_INVITATION_REFUSED,
        EventName.ACCESS_REFUSED,
        EventName.CODE_REFUSED,
        EventName.TERMINAL_PROOF_REFUSED,
        EventName.DISPLAY_REFUSED,
        EventName.DISPLAY_NOT_PAIRED,
    }
)
"""Who was not let in, or to something that is for others."""

_IS_OF_GATEWAY = or_(AuditEvent.type != EventName.KEY_DESTROYED.value, AuditEvent.chain == "system")
"""Visits' keys are destroyed by time, many a day: that stands in each visit's own trail."""
_NEWEST = (
    select(AuditEvent.id, AuditEvent.at, AuditEvent.leaf)
    .where(AuditEvent.type.in_(bindparam("kinds", expanding=True)), _IS_OF_GATEWAY)
    .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    .limit(bindparam("most"))
)
_AFTER = _NEWEST.where(follows(AuditEvent.at, AuditEvent.id))


@dataclass(frozen=True, slots=True)
class Line:
    """One of these events."""

    id: str
    at: datetime
    entry: Entry

    @property
    def key(self) -> Key:
        """Where a page that ends with it ends."""
        return Key(self.at, self.id)


def newest(
    conn: Connection, *, most: int, after: Key | None = None, kinds: Collection[EventName] = KINDS
) -> Sequence[Line]:
    """The newest events of these kinds: `most` of them, from the one after `after`."""
    values = {"most": most, "kinds": sorted(each.value for each in kinds)}
    rows = conn.execute(_NEWEST, values) if after is None else conn.execute(_AFTER, values | after.values)
    return [Line(row.id, row.at, decode(bytes(row.leaf))) for row in rows]

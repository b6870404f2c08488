"""The row of a change: found, locked and put; and what is said of it in the log."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.changes.errors import ChangeOverError, ChangeUnknownError
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.database.base import lock
from gateway.ledger import outbox

OPEN: Final = (ChangeState.PROPOSED, ChangeState.CONFIRMED)
"""States in which a change can still be refused or withdrawn."""
_FIND = select(SecurityChange.__table__).where(SecurityChange.id == bindparam("id"))


def is_open(conn: Connection, subject: str) -> bool:
    """Whether a change of the same is open."""
    same = (SecurityChange.subject == subject, SecurityChange.state.in_(OPEN))
    return conn.execute(select(SecurityChange.id).where(*same)).first() is not None


def find(conn: Connection, change_id: str) -> Any:
    """The change's row. Raises `ChangeUnknownError`."""
    row = conn.execute(_FIND, {"id": change_id}).one_or_none()
    if row is None:
        raise ChangeUnknownError("no such change")
    return row


def locked(conn: Connection, change_id: str, states: tuple[ChangeState, ...] | None) -> Any:
    """The change's row, locked, in one of `states`; none takes it in any.

    Raises:
        ChangeUnknownError, ChangeOverError: there is no such change, or it is in another state.
    """
    row = conn.execute(lock(conn, _FIND), {"id": change_id}).one_or_none()
    if row is None:
        raise ChangeUnknownError("no such change")
    if states is not None and row.state not in states:
        raise ChangeOverError(f"the change is {row.state.value}")
    return row


def put(conn: Connection, row: Any, **values: Any) -> None:
    """Put values into a locked row."""
    conn.execute(update(SecurityChange).where(SecurityChange.id == row.id).values(values))


def record(
    conn: Connection, event: EventName, actor: Actor, change_id: str, kind: ChangeKind, at: datetime, **data: Any
) -> None:
    """Record a step of a change, on the chain of the system."""
    facts = {"change": change_id, "kind": kind.value, **data}
    outbox.record(conn, chain="system", type=event, actor=actor, data=facts, at=at)

"""What a resident was shown is on the record: a read-back once for each asking, the receipt each time it is opened."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from audit.entry import Actor
from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.parts import Parts
from gateway.visits.rows import find_receipt, lock_filing
from gateway.visits.trail import say
from gateway.visits.view import VisitView

_SHOWN = select(func.max(AuditEvent.at)).where(
    AuditEvent.chain == bindparam("visit"), AuditEvent.type == EventName.READBACK_SHOWN.value
)


def is_on_record(conn: Connection, view: VisitView) -> bool:
    """Whether the trail says already that this asking's read-back was shown."""
    shown_at: datetime | None = conn.execute(_SHOWN, {"visit": view.id}).scalar_one()
    return shown_at is not None and view.approval is not None and bool(shown_at >= view.approval["asked_at"])


def record_readback(conn: Connection, parts: Parts, view: VisitView, by: Actor) -> None:
    """Record that `by` was shown the read-back that is asked about, unless somebody was before."""
    if view.approval is None or view.filing is None:
        return
    now = parts.clock.database_now(conn)
    lock_filing(conn, view.filing["id"])
    if is_on_record(conn, view):
        return
    data = {
        "approval": view.approval["id"],
        "filing": view.filing["id"],
        "payload": view.approval["subject_hash"],
    }
    say(conn, view.id, EventName.READBACK_SHOWN, by, now, **data)


def record_receipt(conn: Connection, parts: Parts, view: VisitView, by: Actor) -> None:
    """Record that `by` opened the portal's receipt."""
    receipt = None if view.filing is None else find_receipt(conn, view.filing["id"])
    if receipt is not None:
        say(conn, view.id, EventName.RECEIPT_OPENED, by, parts.clock.database_now(conn), receipt=receipt.id)

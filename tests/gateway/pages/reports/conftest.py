"""What pages of reports stand on."""

from typing import Any

from sqlalchemy import select

from audit.entry import decode
from gateway.ledger.tables import AuditEvent
from tests.gateway.callers import Callers, callers, parts, renderer

__all__ = ["callers", "parts", "renderer"]


def events(callers: Callers, kind: str) -> list[dict[str, Any]]:
    """What was recorded of a kind, in its order."""
    found = select(AuditEvent.leaf).where(AuditEvent.type == kind).order_by(AuditEvent.at, AuditEvent.n)
    leaves = callers.parts.database.read_now(lambda conn: conn.execute(found).scalars().all())
    return [dict(decode(leaf).data) for leaf in leaves]

"""What the desk shows of a resident who acts alone: the code, or where and until when they sit."""

from typing import Any

from sqlalchemy import Connection

from gateway.parts import Parts
from gateway.people import guest_sessions
from gateway.terminals import pairing
from gateway.visits.reading import VisitView


def gather(conn: Connection, parts: Parts, view: VisitView) -> dict[str, Any]:
    """The newest guest's session of the visit, and the code that waits to be typed."""
    guest = guest_sessions.of_visit(conn, view.id)
    is_on = guest is not None and guest.is_on(view.now)
    return {
        "guest": guest,
        "is_on": is_on,
        "is_here": guest is not None and guest.terminal_id == view.visit["terminal_id"],
        "can_extend": guest is not None and guest.can_extend(view.now),
        "over_since": None if guest is None or is_on else min(guest.ended_at or guest.ends_at, guest.ends_at),
        "code": None if is_on else pairing.code_of_visit(conn, parts.sealer, view.id, view.now),
        "address": f"{parts.settings.url}/guest",
    }

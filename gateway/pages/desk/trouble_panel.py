"""What the desk says of a portal that is out of order, or of a form that has changed, before anything is filed."""

from sqlalchemy import Connection

from gateway.visits import troubles
from gateway.visits.reading import Stage
from gateway.visits.troubles import Trouble
from gateway.visits.view import VisitView

_BEFORE_FILING = frozenset(
    {
        "request",
        "preconditions",
        "plan_preconditions",
        "plan_questions",
        "plan_waiting",
        Stage.QUESTIONS.value,
        Stage.FILLING.value,
        Stage.FAILED.value,
    }
)
"""Where it matters that a portal is away or a form has changed."""


def of(conn: Connection, view: VisitView, panel: str) -> Trouble | None:
    """Why the service of a visit cannot be filed just now; none where it can, or where it does not matter any more."""
    service_id = view.visit["service_id"]
    if not view.in_trouble or panel not in _BEFORE_FILING or not service_id:
        return None
    return troubles.of_services(conn, [service_id]).get(service_id)

"""What was filed of the same matter before, or is under way: whoever may not file it again is told which it is."""

from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from delegation.filing import BLOCKS_ANOTHER, FilingState
from gateway.people.tables import Centre
from gateway.visits.errors import Earlier
from gateway.visits.states import Late
from gateway.visits.tables import Filing, Visit

_SAME: Any = (
    select(
        Filing.service_id,
        Filing.state,
        Filing.reference,
        Filing.sent_at,
        Filing.visit_id,
        Visit.assistant_id,
        Visit.terminal_id,
        Centre.name,
    )
    .join(Visit, Visit.id == Filing.visit_id)
    .join(Centre, Centre.id == Visit.centre_id)
    .where(
        Filing.principal_id == bindparam("principal"),
        Filing.service_id == bindparam("service"),
        Filing.service_key == bindparam("key"),
        # What arrived late beside another bars a third, although the other may come to nothing yet.
        or_(Filing.state.in_(BLOCKS_ANOTHER), Filing.reason.in_((Late.BOTH, Late.BOTH_KNOWN))),
    )
    .order_by(Filing.sent_at)
)


def of_matter(conn: Connection, principal_id: str, service_id: str, key: bytes) -> Earlier | None:
    """What keeps a filing of this matter from beginning; `None` where nothing does."""
    row = conn.execute(_SAME, {"principal": principal_id, "service": service_id, "key": key}).first()
    if row is None:
        return None
    return Earlier(
        service_id=row.service_id,
        visit_id=row.visit_id,
        assistant_id=row.assistant_id,
        terminal_id=row.terminal_id,
        centre=row.name,
        is_filed=row.state is FilingState.FILED,
        sent_at=row.sent_at,
        reference=row.reference,
    )

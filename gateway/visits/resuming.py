"""An assistant goes on with a visit in another session than the last: after a lock, a new sign-in, a change of role."""

from sqlalchemy import Connection, update

from audit.events import EventName
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits.rows import lock_visit
from gateway.visits.tables import Visit, VisitState
from gateway.visits.trail import say
from gateway.visits.view import VisitView


def is_new(view: VisitView, by: StaffSession) -> bool:
    """Whether an open visit was last gone on with in another session than that of `by`, who looks at it now."""
    return view.visit["state"] is VisitState.OPEN and view.visit["session_hash"] != by.token_hash


def resume(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> None:
    """Go on with a visit; said once for each session, however often its page is looked at, and not of one that is over.

    Raises:
        NotFoundError: as `lock_visit`.
    """
    visit = lock_visit(conn, by, visit_id)
    if visit.state is not VisitState.OPEN or visit.session_hash == by.token_hash:
        return
    conn.execute(update(Visit).where(Visit.id == visit_id).values(session_hash=by.token_hash))
    say(conn, visit_id, EventName.VISIT_RESUMED, by.actor, parts.clock.database_now(conn))

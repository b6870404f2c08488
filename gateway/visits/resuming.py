"""An assistant goes on with a visit in another session than the last: after a lock, a new sign-in, a change of role."""

from sqlalchemy import Connection, bindparam, select, update

from audit.events import EventName
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits.rows import lock_open_visit
from gateway.visits.tables import Visit, VisitState
from gateway.visits.trail import say

_IS_NEW = select(Visit.id).where(
    Visit.id == bindparam("visit"),
    Visit.assistant_id == bindparam("assistant"),
    Visit.terminal_id == bindparam("terminal"),
    Visit.state == VisitState.OPEN,
    Visit.session_hash.is_distinct_from(bindparam("session")),
)


def is_new(conn: Connection, _parts: Parts, by: StaffSession, visit_id: str) -> bool:
    """Whether `by` serves this open visit, and it was last gone on with in another session."""
    of = {"visit": visit_id, "assistant": by.staff_id, "terminal": by.terminal_id, "session": by.token_hash}
    return conn.execute(_IS_NEW, of).first() is not None


def resume(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> None:
    """Go on with a visit; said once for each session, however often its page is looked at.

    Raises:
        NotFoundError, VisitClosedError: as `lock_open_visit`.
    """
    visit = lock_open_visit(conn, by, visit_id)
    if visit.session_hash == by.token_hash:
        return
    conn.execute(update(Visit).where(Visit.id == visit_id).values(session_hash=by.token_hash))
    say(conn, visit_id, EventName.VISIT_RESUMED, by.actor, parts.clock.database_now(conn))

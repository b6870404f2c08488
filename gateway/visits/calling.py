"""A yes on a call: the resident is called back on a number known before, and says the code that was sent to it.

The code fits one asking and one text only. What would be sent is read aloud, or opened on the resident's own phone by
the link that came with the code, after the number that the caller says.
"""

from datetime import datetime

import msgspec
from sqlalchemy import Connection

from delegation.assurance import NumberSource, Route, RouteFacts
from gateway.parts import Parts
from gateway.people.access import ResidentSession, StaffSession
from gateway.visits import approvals, confirming, documents
from gateway.visits.approvals import Answer
from gateway.visits.errors import NotFoundError
from gateway.visits.rows import AnyRow, ensure, lock_approval, lock_delegation_asked, lock_open_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import ApprovalState


def take_code(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, approval_id: str, code: str) -> Answer:
    """Count the code that the resident said as their yes; a wrong one is counted too.

    Raises:
        NotFoundError: no such visit or approval of this assistant's.
        OutOfOrderError, ExpiredError: it came too late, or is not asked on a call.
    """
    lock_open_visit(conn, by, visit_id)
    row, approval = lock_delegation_asked(conn, approval_id), lock_approval(conn, approval_id)
    now = parts.clock.database_now(conn)
    ensure(approval.visit_id == visit_id and approval.route is Route.CALL, "say a code where none was sent to be said")
    answer = approvals.check_display_code(conn, parts, approval, code, now)
    if answer is Answer.RIGHT:
        _answer_yes(conn, parts, row, approval, now)
    return answer


def approve_on_phone(conn: Connection, parts: Parts, session: ResidentSession, approval_id: str) -> None:
    """Count a yes on the phone that was called: it opened the link that came there, and typed the number that was said.

    Raises:
        NotFoundError: the approval is not this phone's, or the number was not matched.
        ApprovalOverError, OutOfOrderError, ExpiredError: it came too late.
    """
    row, approval = lock_delegation_asked(conn, approval_id), lock_approval(conn, approval_id)
    now = parts.clock.database_now(conn)
    if session.approval_id != approval.id or approval.route is not Route.CALL:
        raise NotFoundError("no such approval")
    approvals.ensure_open(approval, now)
    ensure(approval.state is ApprovalState.MATCHED, "say yes before the number is matched")
    _answer_yes(conn, parts, row, approval, now)


def _answer_yes(conn: Connection, parts: Parts, row: AnyRow, approval: AnyRow, now: datetime) -> None:
    kept = documents.kept(VisitVault.of(conn, parts.sealer, row.visit_id), row.id, approval.id)
    facts = RouteFacts(number_source=NumberSource(msgspec.json.decode(kept)["number_source"]))
    confirming.answer_yes(conn, parts, row, approval, facts, kept, now)

"""A one-time code is sent anew: the message did not come, or was wiped away before anybody read it."""

from sqlalchemy import Connection

from audit.events import EventName
from delegation.assurance import Route
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits import approvals, documents
from gateway.visits.approvals import Asking
from gateway.visits.errors import CodesUsedUpError
from gateway.visits.rows import AnyRow, ensure, lock_approval, lock_delegation_asked, lock_open_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import ApprovalState
from gateway.visits.trail import say


def renew(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, approval_id: str) -> None:
    """Send a new code for the display to the number that the old one went to; the old one is void, no try comes back.

    Raises:
        OutOfOrderError, ApprovalOverError: it is not asked on the display, or not any more.
        CodesUsedUpError: enough were sent; the last one stays good.
    """
    now = parts.clock.database_now(conn)
    lock_open_visit(conn, by, visit_id)
    row, approval = lock_delegation_asked(conn, approval_id), lock_approval(conn, approval_id)
    is_here = approval.visit_id == visit_id and approval.route is Route.DISPLAY
    ensure(is_here and approval.state is ApprovalState.WAITING, "send a code for what is not asked on the display")
    approvals.ensure_open(approval, now)
    vault = VisitVault.of(conn, parts.sealer, visit_id)
    asking = _asking(vault, row, approval)
    if not approvals.may_send_code(conn, parts, asking, now):
        raise CodesUsedUpError("enough codes were sent")
    say(conn, visit_id, EventName.APPROVAL_REQUESTED, by.actor, now, approval=approval_id, again=True)
    approvals.send_code(conn, parts, vault, approval_id, asking, now)


def number_of(vault: VisitVault, delegation_id: str, approval_id: str) -> str:
    """The number to which the code of an asking went."""
    return str(documents.checked(vault, delegation_id, approval_id)["number"])


def _asking(vault: VisitVault, row: AnyRow, approval: AnyRow) -> Asking:
    return Asking(
        visit_id=approval.visit_id,
        delegation_id=row.id,
        filing_id=approval.filing_id,
        attempt=approval.attempt,
        kind=approval.kind,
        route=approval.route,
        subject_hash=approval.subject_hash,
        number=number_of(vault, row.id, approval.id),
        approver_id=approval.approver_id,
    )

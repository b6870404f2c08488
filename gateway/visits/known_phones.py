"""Phones on which the approver signed in during this visit: nobody asks them again whether they are at the counter."""

from typing import Final

from sqlalchemy import Connection, bindparam, select

from delegation.assurance import ON_PHONE
from gateway.people.access import ResidentSession
from gateway.visits.parties import approver_of
from gateway.visits.rows import AnyRow, find_delegation
from gateway.visits.tables import Approval, ApprovalState

_SAID_YES: Final = (
    select(Approval.id)
    .where(
        Approval.visit_id == bindparam("visit"),
        Approval.approver_id == bindparam("approver"),
        Approval.state == ApprovalState.GIVEN,
        Approval.route.in_(sorted(ON_PHONE)),
    )
    .limit(1)
)


def is_known(conn: Connection, approval: AnyRow, phone: ResidentSession) -> bool:
    """Whether a phone has signed in for this visit as whoever is asked: it was matched then, and is not again."""
    approver = approver_of(find_delegation(conn, approval.delegation_id), approval)
    return phone.visit_id == approval.visit_id and phone.resident_id == approver


def were_here(conn: Connection, visit_id: str, approver_id: str | None) -> bool:
    """Whether somebody has said yes on a phone in this visit, so that it shows the next question by itself."""
    return conn.execute(_SAID_YES, {"visit": visit_id, "approver": approver_id}).first() is not None

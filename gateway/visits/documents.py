"""Whose identity document was looked at before their yes at a counter counts.

Of whoever says yes first it is recorded with the request. Somebody who has to say yes too, such as a company's second
signatory, comes to the counter only then: the assistant records what they showed, else their yes is not taken.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection

from audit.events import EventName
from delegation.assurance import Route
from delegation.errors import InvalidRequestError
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.visits import approvals, parties
from gateway.visits.asked import NO_DOCUMENT
from gateway.visits.errors import DocumentNotCheckedError
from gateway.visits.rows import ensure, lock_approval, lock_delegation_asked, lock_open_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.trail import say

CHECKED = frozenset({"passport", "id_card", "other"})
"""Kinds of documents that were looked at."""
NOT_YET = "not_yet"
AT_COUNTER = frozenset({Route.PAPER, Route.DISPLAY})
"""Routes on which the assistant looks at a document."""

_ASKED = "asked"


def to_be_checked(route: Route) -> str:
    """What is noted of whoever is asked next, before anybody has seen their document."""
    return NOT_YET if route in AT_COUNTER else NO_DOCUMENT


def kept(vault: VisitVault, delegation_id: str, approval_id: str) -> bytes:
    """What was checked of whoever an asking is for, and where their code goes; as it is sealed."""
    return vault.find(approval_id, _ASKED) or vault.take(delegation_id, "evidence")


def checked(vault: VisitVault, delegation_id: str, approval_id: str) -> dict[str, Any]:
    """The same, opened: `document`, `number`, `number_source`."""
    found: dict[str, Any] = msgspec.json.decode(kept(vault, delegation_id, approval_id))
    return found


def is_missing(vault: VisitVault, delegation_id: str, approval_id: str) -> bool:
    """Whether a document is still to be looked at."""
    return bool(checked(vault, delegation_id, approval_id)["document"] == NOT_YET)


def ensure_checked(vault: VisitVault, delegation_id: str, approval_id: str) -> None:
    """Refuse a yes of somebody whose document the assistant has not looked at.

    Raises:
        DocumentNotCheckedError: it is still to be checked.
    """
    if is_missing(vault, delegation_id, approval_id):
        raise DocumentNotCheckedError("whoever is asked has shown no document yet")


def record(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, approval_id: str, document: str) -> None:
    """Record which document somebody showed who has to say yes too.

    Raises:
        InvalidRequestError: it is no kind of document.
        OutOfOrderError, ApprovalOverError: they are not asked any more, or it was recorded.
    """
    if document not in CHECKED:
        raise InvalidRequestError("not a kind of document")
    now = parts.clock.database_now(conn)
    lock_open_visit(conn, by, visit_id)
    row, approval = lock_delegation_asked(conn, approval_id), lock_approval(conn, approval_id)
    ensure(approval.visit_id == visit_id, "check a document of another visit")
    approvals.ensure_open(approval, now)
    vault = VisitVault.of(conn, parts.sealer, visit_id)
    found = checked(vault, row.id, approval_id)
    ensure(found["document"] == NOT_YET, "check a document twice")
    own_key = parties.own_key(conn, parts, row, approval)
    vault.keep(approval_id, _ASKED, msgspec.json.encode(found | {"document": document}), now, own_key=own_key)
    data = {"approval": approval_id, "document": document}
    say(conn, visit_id, EventName.DOCUMENT_CHECKED, by.actor, now, **data)

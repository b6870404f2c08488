"""What the desk shows of a yes that the assistant carries: the sheet and its witness, or the call."""

from typing import Any

from sqlalchemy import Connection

from delegation.assurance import ApprovalKind, Assurance, Route
from gateway.pages.desk.words import WITNESS_REASONS
from gateway.parts import Parts
from gateway.visits import paper
from gateway.visits.reading import VisitView
from gateway.visits.sealed import VisitVault
from ui.i18n import Message

_CARRIED = (Route.PAPER, Route.CALL)


def gather(view: VisitView, *, again: bool) -> dict[str, Any]:
    """What the panel of a question needs beside what all routes need; `again` to hand in another sheet."""
    approval, service = view.approval, view.service
    if approval is None or service is None or approval["route"] not in _CARRIED:
        return {}
    if approval["route"] is Route.CALL:
        return {"said_number": approval["match_number"]}
    is_permit = approval["kind"] is ApprovalKind.PERMIT
    return {
        "sheet_code": paper.sheet_code(approval["subject_hash"]),
        "is_handed_in": bool(view.looks_waiting) and not again,
        "may_be_unwitnessed": service.rules.least(approval["kind"]) is Assurance.LOW,
        "is_changed": is_permit and approval["attempt"] > 1,
    }


def why_refused(conn: Connection, parts: Parts, view: VisitView) -> Message | None:
    """Why a witness did not confirm the newest asking."""
    approval = view.approval
    if approval is None or approval["route"] is not Route.PAPER:
        return None
    vault = VisitVault.of(conn, parts.sealer, view.id, view.visit["key_id"])
    reason = paper.refusal_of(vault, approval["id"])
    return None if reason is None else WITNESS_REASONS[reason]

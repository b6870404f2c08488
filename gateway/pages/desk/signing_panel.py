"""What the desk shows of a yes that the assistant carries: the sheet and its witness, or the call."""

from typing import Any

from sqlalchemy import Connection

from delegation.assurance import ApprovalKind, Assurance, Route
from gateway.pages.desk.questions import masked
from gateway.pages.desk.words import DOCUMENTS, WITNESS_REASONS
from gateway.pages.rendering import DEFAULT_LANGUAGE, LANGUAGES
from gateway.parts import Parts
from gateway.visits import documents, paper, sent_codes
from gateway.visits.reading import VisitView
from gateway.visits.sealed import VisitVault
from ui.i18n import Message, message

_CARRIED = (Route.PAPER, Route.CALL)


def gather(conn: Connection, parts: Parts, view: VisitView, *, shown: bool, again: bool) -> dict[str, Any]:
    """What the panel of a question needs beside what all routes need.

    `shown` says that the look at the values has been recorded; `again` to hand in another sheet.
    """
    approval, service = view.approval, view.service
    if approval is None or service is None:
        return {}
    if _lacks_document(conn, parts, view):
        return {"documents": DOCUMENTS}
    if approval["route"] is Route.DISPLAY:
        return {"called": _called(conn, parts, view, shown=False)}
    if approval["route"] not in _CARRIED:
        return {}
    is_permit = approval["kind"] is ApprovalKind.PERMIT
    if approval["route"] is Route.CALL:
        return {
            "said_number": approval["match_number"],
            "script": _script(view, is_permit=is_permit),
            "called": _called(conn, parts, view, shown=shown),
            "is_called_shown": shown,
        }
    return {
        "sheet_code": paper.sheet_code(approval["subject_hash"]),
        "is_handed_in": bool(view.looks_waiting) and not again,
        "may_be_unwitnessed": service.rules.least(approval["kind"]) is Assurance.LOW,
        "is_changed": is_permit and approval["attempt"] > 1,
    }


def _lacks_document(conn: Connection, parts: Parts, view: VisitView) -> bool:
    """Whether somebody who has to say yes too is asked at the counter and has shown no document yet."""
    approval, delegation = view.approval or {}, view.delegation or {}
    if approval["approver_id"] in (None, delegation["approver_id"]) or approval["route"] not in documents.AT_COUNTER:
        return False
    vault = VisitVault.of(conn, parts.sealer, view.id, view.visit["key_id"])
    return documents.is_missing(vault, delegation["id"], approval["id"])


def _called(conn: Connection, parts: Parts, view: VisitView, *, shown: bool) -> str:
    """The number to which the code went, of which only so much can be read that the assistant knows which one it is."""
    vault = VisitVault.of(conn, parts.sealer, view.id, view.visit["key_id"])
    number = sent_codes.number_of(vault, (view.delegation or {})["id"], (view.approval or {})["id"])
    return number if shown else masked("phone", number)


def _script(view: VisitView, *, is_permit: bool) -> str:
    """What the assistant says, in the language of whoever is called."""
    if is_permit:
        said = message(
            "“I am calling from %(centre)s. I will read what would be sent in your name. If everything is right, tell "
            "me the six digits from the message. If anything is wrong, say no.”",
            centre=view.centre,
        )
    else:
        said = message(
            "“I am calling from %(centre)s. I will read what you would allow us to do. If you agree, tell me the six "
            "digits from the message. If you do not, say no: nothing is done then.”",
            centre=view.centre,
        )
    return said.text(next((known for known in LANGUAGES if known == view.language), DEFAULT_LANGUAGE))


def why_refused(conn: Connection, parts: Parts, view: VisitView) -> Message | None:
    """Why a witness did not confirm the newest asking."""
    approval = view.approval
    if approval is None or approval["route"] is not Route.PAPER:
        return None
    vault = VisitVault.of(conn, parts.sealer, view.id, view.visit["key_id"])
    reason = paper.refusal_of(vault, approval["id"])
    return None if reason is None else WITNESS_REASONS[reason]

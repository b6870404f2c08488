"""A yes that the assistant carries: a sheet that is printed, signed and handed in, or a code that is said on a call."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from sqlalchemy import Connection

from connectors.sdk.inputs import Upload
from connectors.sdk.rules import AnswerError
from delegation.assurance import Route
from gateway.pages import readback
from gateway.pages.desk.answering import AtVisit
from gateway.pages.desk.panels import Wish
from gateway.pages.desk.words import DOCUMENTS
from gateway.pages.forms import Form, field
from gateway.pages.one_file import one_file
from gateway.pages.qr import qr
from gateway.pages.rendering import DEFAULT_LANGUAGE, LANGUAGES, page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import calling, confirming, documents, looking, paper, reading
from gateway.visits.reading import OpenedVisit
from gateway.visits.sealed import VisitVault
from gateway.web.making import made
from gateway.web.redirects import see_other
from ui.i18n import Message, message

_NO_DOCUMENT: Final = message("Choose the document that you looked at")
_NO_FILE: Final = message("Choose the file with the signed sheet")
_NO_CODE: Final = message("Type the six digits that the resident says")
_NO_SHEET_CODE: Final = message("Type the code that stands on the sheet")


@post("/desk/visits/{visit_id:str}/approvals/{approval_id:str}/print", **allow(Who.ASSISTANT))
async def print_sheet(at: AtVisit, approval_id: FromPath[str]) -> Response[Any]:
    """Record that the sheet is printed, and lead to it."""
    return await at.take(at.doing(paper.print_sheet, approval_id), then="/sheet")


@post("/desk/visits/{visit_id:str}/approvals/{approval_id:str}/document", **allow(Who.ASSISTANT))
async def record_document(at: AtVisit, approval_id: FromPath[str], data: Form) -> Response[Any]:
    """Record which document somebody showed who has to say yes too."""
    document = field(data, "document", 16)
    if document not in DOCUMENTS:
        wish = Wish(errors={"document": _NO_DOCUMENT})
        return await at.show(wish, status=422)
    return await at.take(at.doing(documents.record, approval_id, document))


@get("/desk/visits/{visit_id:str}/sheet", **allow(Who.ASSISTANT))
async def show_sheet(at: AtVisit) -> Response[Any]:
    """The sheet to be signed, in the resident's language: the statement byte for byte, or what would be sent."""
    shown = await at.parts.database.read(at.doing(_sheet))
    if shown is None:
        return see_other(at.path)
    language = next((known for known in LANGUAGES if known == shown["view"].language), DEFAULT_LANGUAGE)
    return page(at.request, "pages/desk/sheet.html", language=language, here=at.path, **shown)


@post("/desk/visits/{visit_id:str}/approvals/{approval_id:str}/sheet", **allow(Who.ASSISTANT))
async def hand_in(at: AtVisit, approval_id: FromPath[str]) -> Response[Any]:
    """Hand in the signed sheet and ask for a witness."""
    form = await at.request.form()
    code, uploads = str(form.get("sheet_code", ""))[:40], await _uploads(form.getall("sheet", []))
    wish = Wish(panel="sheet", typed={"sheet_code": code})
    errors: dict[str, Message] = {} if code.strip() else {"sheet_code": _NO_SHEET_CODE}
    if not uploads:
        errors["sheet"] = _NO_FILE
    if errors:
        return await at.show(replace(wish, errors=errors), status=422)
    try:
        scan = uploads[0] if len(uploads) == 1 else await made(partial(one_file, uploads, at.parts.clock.now()))
        return await at.take(at.doing(paper.hand_in, approval_id, code, scan), wish=wish)
    except AnswerError as error:
        wrong = replace(wish, errors={"sheet": error.words.to(at.session.language)})
        return await at.show(wrong, status=422)


@post("/desk/visits/{visit_id:str}/approvals/{approval_id:str}/unwitnessed", **allow(Who.ASSISTANT))
async def accept_unwitnessed(at: AtVisit, approval_id: FromPath[str]) -> Response[Any]:
    """Count the sheet without a witness, where the service takes the low level that it is worth."""
    return await at.take(at.doing(paper.accept_unwitnessed, approval_id))


@post("/desk/visits/{visit_id:str}/approvals/{approval_id:str}/spoken", **allow(Who.ASSISTANT))
async def take_spoken_code(at: AtVisit, approval_id: FromPath[str], data: Form) -> Response[Any]:
    """Take the code that the resident said; the page says when it was wrong, and how many tries are left."""
    code = field(data, "code", 20)
    if not code.strip():
        return await at.show(Wish(errors={"code": _NO_CODE}), status=422)
    return await at.take(at.doing(calling.take_code, approval_id, code))


@post("/desk/visits/{visit_id:str}/approvals/{approval_id:str}/no", **allow(Who.ASSISTANT))
async def take_no(at: AtVisit, approval_id: FromPath[str]) -> Response[Any]:
    """Record the no of a resident who does not sign, or says so on the call."""
    return await at.take(at.doing(confirming.refuse_at_desk, approval_id))


async def _uploads(sent: Sequence[Any]) -> list[Upload]:
    """The files that were chosen, in the order in which they were sent."""
    files = [each for each in sent if isinstance(each, UploadFile) and each.filename]
    read = [Upload(each.filename, each.content_type, await each.read()) for each in files]
    return [each for each in read if each.content]


def _sheet(conn: Connection, parts: Parts, session: StaffSession, visit_id: str) -> dict[str, Any] | None:
    """What stands on the sheet, while it is asked for; one with values only after a look that is recorded."""
    view = reading.for_desk(conn, parts, session, visit_id)
    approval = view.approval
    delegation = view.delegation
    if delegation is None or approval is None or approval["route"] is not Route.PAPER or not view.is_asked:
        return None
    is_permit = reading.is_permit(view)
    if is_permit and not looking.is_noted(view.looked_at, view.now):
        return None
    opened, vault = OpenedVisit(conn, parts, view), VisitVault.of(conn, parts.sealer, visit_id)
    approver_id = approval["approver_id"] or delegation["approver_id"]
    stop_paper = opened.stop_paper()
    address = f"{parts.settings.url}/sheets/{approval['id']}"
    return {
        "view": view,
        "name": paper.signer_name(conn, parts, vault, delegation["id"], delegation["approver_id"], approver_id),
        "service": view.service,
        "statement": None if is_permit else opened.statement(),
        "shown": readback.shown(opened.readback(), view.service, view.language) if is_permit else None,
        "code": paper.sheet_code(approval["subject_hash"]),
        "address": address,
        "sheet_qr": qr(address),
        "stop_paper": stop_paper,
        "stop_qr": None if stop_paper is None else qr(stop_paper.link),
        "statement_qr": qr(f"{parts.settings.public_url}/statement"),
    }


HANDLERS = (record_document, print_sheet, show_sheet, hand_in, accept_unwitnessed, take_spoken_code, take_no)

"""An auditor's cases: what people say was not them or is wrong, until when it is answered, and the answer."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from audit.events import EventName
from gateway.ledger import outbox
from gateway.pages import audit_trail
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.pages.resident.disputing import KINDS
from gateway.paging import Key, end_of
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import case_list, cases, looking, reading
from gateway.visits.case_list import Search
from gateway.visits.case_tables import DisputeOutcome, DisputeState
from gateway.visits.cases import LONGEST_WORDS
from gateway.visits.looking import AuditReason
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_AUDITOR = allow(Who.AUDITOR)
_PAGE = 25
OVERDUE: Final = "overdue"
STATES: Final = {
    DisputeState.OPEN: message("Waits for an answer"),
    DisputeState.ANSWERED: message("Answered"),
    DisputeState.CLOSED: message("Finished"),
}
OUTCOMES: Final = {
    DisputeOutcome.UPHELD: message("It was as the person says"),
    DisputeOutcome.NOT_UPHELD: message("It was not as the person says"),
    DisputeOutcome.PASSED_ON: message("Somebody else decides it: the institution or the police"),
}
OPENED_BY: Final = {
    "resident": message("The resident, on the phone or their own page"),
    "receipt": message("Whoever has the code on the papers"),
}
_BY_STAFF: Final = message("Staff of a centre, for somebody who showed a document")
_NO_OUTCOME: Final = message("Choose what you found out")
_NO_NOTE: Final = message("Write what you found out, at most %(num)s characters", num=LONGEST_WORDS)


@get("/audit/cases", **_AUDITOR)
async def show_cases(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The newest cases, or those that are looked for."""
    wanted = request.query_params.get("state", "")
    search = Search(
        state=next((state for state in DisputeState if state.value == wanted), None),
        overdue=wanted == OVERDUE,
        after=Key.parse(request.query_params.get("after", "")),
    )

    def work(conn: Connection) -> dict[str, Any]:
        found = case_list.find(conn, parts, search, language=session.language, most=_PAGE + 1)
        older = end_of(found, _PAGE, lambda line: line.key)
        return {"cases": found[:_PAGE], "older": older, "waiting": case_list.waiting(conn, parts)}

    shown = await parts.database.read(work)
    if wanted or search.after:
        await parts.database.write(lambda conn: _record_search(conn, parts, session, wanted, search))
    return page(request, "pages/audit/cases.html", wanted=wanted, kinds=KINDS, states=STATES, **shown)


@get("/audit/cases/{case_id:str}", **_AUDITOR)
async def show_case(request: AnyRequest, session: StaffSession, parts: Parts, case_id: FromPath[str]) -> Response[Any]:
    """One case; what was said only after it is recorded that somebody reads it."""
    return await _show(request, session, parts, case_id)


@post("/audit/cases/{case_id:str}/read", **_AUDITOR)
async def read_case(session: StaffSession, parts: Parts, case_id: FromPath[str]) -> Response[Any]:
    """Record that the visit and what was said are looked at, because of a complaint."""

    def work(conn: Connection) -> None:
        looking.note_audit(conn, parts, session, cases.find_case(conn, case_id).visit_id, AuditReason.COMPLAINT)

    await parts.database.write(work)
    return see_other(f"/audit/cases/{case_id}")


@post("/audit/cases/{case_id:str}/answer", **_AUDITOR)
async def answer_case(
    request: AnyRequest, session: StaffSession, parts: Parts, case_id: FromPath[str], data: Form
) -> Response[Any]:
    """Keep what was found out."""
    outcome = next((each for each in DisputeOutcome if each.value == field(data, "outcome", 16)), None)
    note = field(data, "note", 4 * LONGEST_WORDS).replace("\r\n", "\n")
    faults: dict[str, Message] = {}
    if outcome is None:
        faults["outcome"] = _NO_OUTCOME
    if not 0 < len(note) <= LONGEST_WORDS:
        faults["note"] = _NO_NOTE
    if faults or outcome is None:
        typed = {"outcome": outcome.value if outcome else None, "note": note}
        return await _show(request, session, parts, case_id, typed=typed, faults=faults)
    await parts.database.write(lambda conn: cases.answer(conn, parts, session, case_id, outcome, note))
    return see_other(f"/audit/cases/{case_id}")


@post("/audit/cases/{case_id:str}/close", **_AUDITOR)
async def close_case(session: StaffSession, parts: Parts, case_id: FromPath[str]) -> Response[Any]:
    """Close the case and tell the resident."""
    await parts.database.write(lambda conn: cases.close(conn, parts, session, case_id))
    return see_other(f"/audit/cases/{case_id}")


async def _show(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    case_id: str,
    *,
    typed: dict[str, Any] | None = None,
    faults: dict[str, Message] | None = None,
) -> Response[Any]:
    def work(conn: Connection) -> dict[str, Any]:
        case = cases.find_case(conn, case_id)
        view = reading.for_auditor(conn, parts, case.visit_id)
        may_see = audit_trail.may_see(conn, session, view)
        words, answered = cases.texts_of(conn, parts, case) if may_see else (None, None)
        return {"case": case, "view": view, "may_see": may_see, "words": words, "answered": answered}

    shown = await parts.database.read(work)
    case = shown["case"]
    is_overdue = case.state is DisputeState.OPEN and parts.clock.now() > case.deadline
    return page(
        request,
        "pages/audit/case.html",
        status=422 if faults else 200,
        back=f"/audit/cases/{case_id}",
        is_overdue=is_overdue,
        opened_by=OPENED_BY.get(case.opened_by, _BY_STAFF),
        kinds=KINDS,
        states=STATES,
        outcomes=OUTCOMES,
        typed=typed or {"outcome": case.outcome.value if case.outcome else None, "note": shown["answered"] or ""},
        faults=faults or {},
        longest=LONGEST_WORDS,
        **shown,
    )


def _record_search(conn: Connection, parts: Parts, session: StaffSession, wanted: str, search: Search) -> None:
    known = {*map(str, DisputeState), OVERDUE}
    outbox.record(
        conn,
        chain=f"staff:{session.staff_id}",
        type=EventName.DISPUTES_SEARCHED,
        actor=session.actor,
        data={"state": wanted if wanted in known else None, "after": search.after and search.after.at.isoformat()},
        at=parts.clock.database_now(conn),
    )


HANDLERS = (show_cases, show_case, read_case, answer_case, close_case)

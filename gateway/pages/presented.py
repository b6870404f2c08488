"""A resident comes to a centre with a document: what is allowed in their name is listed, stopped, or made a case."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gateway.pages import outcome_words, readback, within
from gateway.pages.audit_cases import OUTCOMES, STATES
from gateway.pages.authority_words import RIGHTS
from gateway.pages.desk.words import DOCUMENTS, ROUTES, STOP_REASONS
from gateway.pages.forms import Form, field
from gateway.pages.mine import words
from gateway.pages.rendering import language_of, page
from gateway.pages.resident.disputing import HINTS, KINDS, Filled
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.people.errors import TriedTooOftenError
from gateway.people.personal_code import PersonalCodeError, normalise
from gateway.problem_texts import PROBLEMS
from gateway.visits import inquiries, outcomes, overviews, presenting
from gateway.visits.cases import LONGEST_WORDS
from gateway.visits.outcomes import HandedOverHow
from gateway.visits.overviews import OverviewReason
from gateway.visits.stopping import StopReason
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_STAFF = allow(Who.ASSISTANT, Who.MANAGER)
_DECISION: Final = message("The institution’s decision (PDF)")
_NO_DOCUMENT: Final = message("Choose which document was shown")
_NO_PRINT_REASON: Final = message("Choose why it is printed")
_NO_REASON: Final = message("Choose why it is stopped")
_NO_HOW: Final = message("Choose how it was handed over")


@get("/presented", **_STAFF)
async def show_form(request: AnyRequest) -> Response[Any]:
    """Ask for the personal code in the document."""
    return _form(request, {}, {})


@post("/presented", **_STAFF)
async def show_document(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Record that a document was shown; whoever was never here gets the same page, with nothing in it."""
    typed = {"code": field(data, "code", 20), "document": field(data, "document", 16)}
    faults = _faults(typed)
    if faults:
        return _form(request, typed, faults, 400 if "code" in faults else None)
    try:
        shown_id = await parts.database.write(
            lambda conn: presenting.show_document(conn, parts, session, typed["code"], typed["document"])
        )
    except TriedTooOftenError as error:
        return _form(request, typed, {"code": PROBLEMS[error.code].advice}, PROBLEMS[error.code].status)
    return see_other(f"/presented/{shown_id}")


@get("/presented/{shown_id:str}", **_STAFF)
async def show_list(request: AnyRequest, session: StaffSession, parts: Parts, shown_id: FromPath[str]) -> Response[Any]:
    """What is or was allowed, for a quarter of an hour."""
    return await _list(request, session, parts, shown_id)


async def _list(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    shown_id: str,
    fault: Message | None = None,
    status: int = 200,
) -> Response[Any]:
    found, told = await parts.database.read(
        lambda conn: (
            presenting.listed(conn, parts, session, shown_id),
            presenting.cases_of(conn, parts, session, shown_id),
        )
    )
    return page(
        request,
        "pages/presented/list.html",
        status=status,
        back=f"/presented/{shown_id}",
        print_reasons=words.PRINT_REASONS,
        rights=RIGHTS,
        fault=fault,
        delegations=found,
        cases=told,
        here=f"/presented/{shown_id}",
        kinds=KINDS,
        states=STATES,
        outcomes=OUTCOMES,
    )


@get("/presented/{shown_id:str}/overview", **_STAFF)
async def show_overview(
    request: AnyRequest, session: StaffSession, parts: Parts, shown_id: FromPath[str]
) -> Response[Any]:
    """The sheet with everything, once it was said why."""
    language = language_of(request)
    await inquiries.tell_what_is_due(parts)
    found = await parts.database.read(lambda conn: overviews.sheet(conn, parts, session, shown_id, language))
    return page(
        request,
        "pages/presented/overview.html",
        found=found,
        here=f"/presented/{shown_id}",
        shown={
            filing.id: readback.shown(filing.readback, filing.service, language)
            for one in found
            for filing in one.filings
            if filing.readback is not None
        },
        routes=ROUTES,
        words=words,
    )


@post("/presented/{shown_id:str}/overview", **_STAFF)
async def print_overview(
    request: AnyRequest, session: StaffSession, parts: Parts, shown_id: FromPath[str], data: Form
) -> Response[Any]:
    """Record why everything is printed for whoever showed the document."""
    reason = next((each for each in OverviewReason if each.value == field(data, "reason", 32)), None)
    if reason is None:
        return await _list(request, session, parts, shown_id, _NO_PRINT_REASON, 422)
    why: OverviewReason = reason
    try:
        await parts.database.write(lambda conn: overviews.say_why(conn, parts, session, shown_id, why))
    except TriedTooOftenError as error:
        return await _list(request, session, parts, shown_id, PROBLEMS[error.code].advice, PROBLEMS[error.code].status)
    return see_other(f"/presented/{shown_id}/overview")


@get("/presented/{shown_id:str}/{delegation_id:str}", **_STAFF)
async def show_one(
    request: AnyRequest, session: StaffSession, parts: Parts, shown_id: FromPath[str], delegation_id: FromPath[str]
) -> Response[Any]:
    """One of them, with the ways to stop it and to say what is wrong; afterwards whether it was in time."""
    return await _one(request, session, parts, shown_id, delegation_id)


@post("/presented/{shown_id:str}/{delegation_id:str}/outcome", **_STAFF)
async def show_outcome(
    session: StaffSession, parts: Parts, shown_id: FromPath[str], delegation_id: FromPath[str]
) -> Response[Any]:
    """Record that it is looked what became of it; the page then shows it."""
    await parts.database.write(lambda conn: outcomes.note_shown(conn, parts, session, shown_id, delegation_id))
    return see_other(f"/presented/{shown_id}/{delegation_id}#outcome")


@get("/presented/{shown_id:str}/{delegation_id:str}/decision/{filing_id:str}", **_STAFF)
async def decision_file(
    session: StaffSession,
    parts: Parts,
    shown_id: FromPath[str],
    delegation_id: FromPath[str],
    filing_id: FromPath[str],
) -> Response[bytes]:
    """The decision, for the page that shows it."""
    content = await parts.database.read(
        lambda conn: outcomes.decision_for_presented(conn, parts, session, shown_id, delegation_id, filing_id)
    )
    return within.pdf(content, f"decision-{filing_id[:8]}")


@get("/presented/{shown_id:str}/{delegation_id:str}/decision/{filing_id:str}/print", **_STAFF)
async def show_decision(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    shown_id: FromPath[str],
    delegation_id: FromPath[str],
    filing_id: FromPath[str],
) -> Response[Any]:
    """A page with the decision, to be printed: a file would stay on the shared computer."""
    await parts.database.read(lambda conn: presenting.one_of(conn, parts, session, shown_id, delegation_id))
    here = f"/presented/{shown_id}/{delegation_id}"
    source = f"{here}/decision/{filing_id}"
    return page(request, "pages/paper.html", heading=_DECISION, source=source, here=here)


@post("/presented/{shown_id:str}/{delegation_id:str}/handed-over", **_STAFF)
async def hand_over(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    shown_id: FromPath[str],
    delegation_id: FromPath[str],
    data: Form,
) -> Response[Any]:
    """Record how what became of it was handed over."""
    how = next((each for each in HandedOverHow if each.value == field(data, "how", 16)), None)
    if how is None:
        return await _one(request, session, parts, shown_id, delegation_id, {"how": _NO_HOW})
    way, filing_id = how, field(data, "filing", 32)
    await parts.database.write(
        lambda conn: outcomes.hand_over(conn, parts, session, shown_id, delegation_id, filing_id, way)
    )
    return see_other(f"/presented/{shown_id}/{delegation_id}?handed=1")


@post("/presented/{shown_id:str}/{delegation_id:str}/stop", **_STAFF)
async def stop(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    shown_id: FromPath[str],
    delegation_id: FromPath[str],
    data: Form,
) -> Response[Any]:
    """Stop it."""
    reason = next((each for each in STOP_REASONS if each.value == field(data, "reason", 32)), None)
    if reason is None:
        return await _one(request, session, parts, shown_id, delegation_id, {"reason": _NO_REASON})
    why: StopReason = reason
    await parts.database.write(lambda conn: presenting.stop(conn, parts, session, shown_id, delegation_id, why))
    return see_other(f"/presented/{shown_id}/{delegation_id}")


@post("/presented/{shown_id:str}/{delegation_id:str}/case", **allow(Who.ASSISTANT, Who.MANAGER, keeps=True))
async def open_case(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    shown_id: FromPath[str],
    delegation_id: FromPath[str],
    data: Form,
) -> Response[Any]:
    """Open a case in the words of whoever showed the document."""
    filled = Filled.of(data)
    if filled.faults or filled.kind is None:
        return await _one(request, session, parts, shown_id, delegation_id, filled.faults, filled)
    kind = filled.kind
    case_id = await parts.database.write(
        lambda conn: presenting.open_case(conn, parts, session, shown_id, delegation_id, kind, filled.words)
    )
    return see_other(f"/presented/{shown_id}/{delegation_id}?case={case_id}")


def _faults(typed: Mapping[str, str]) -> dict[str, Message]:
    """All that is missing at once, in the order of the form."""
    faults: dict[str, Message] = {}
    try:
        normalise(typed["code"])
    except PersonalCodeError as error:
        faults["code"] = PROBLEMS[error.code].advice
    if typed["document"] not in DOCUMENTS:
        faults["document"] = _NO_DOCUMENT
    return faults


def _form(
    request: AnyRequest, typed: dict[str, str], faults: dict[str, Message], status: int | None = None
) -> Response[Any]:
    return page(
        request,
        "pages/presented/form.html",
        status=status or (422 if faults else 200),
        back="/presented",
        typed=typed,
        faults=faults,
        documents=DOCUMENTS,
    )


async def _one(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    shown_id: str,
    delegation_id: str,
    faults: dict[str, Message] | None = None,
    filled: Filled | None = None,
) -> Response[Any]:
    found = await parts.database.read(
        lambda conn: outcomes.for_presented(conn, parts, session, shown_id, delegation_id)
    )
    here = f"/presented/{shown_id}/{delegation_id}"
    return page(
        request,
        "pages/presented/one.html",
        status=422 if faults else 200,
        back=here,
        one=found.one,
        answer=found.answer,
        here=here,
        all_of_them=f"/presented/{shown_id}",
        reasons=STOP_REASONS,
        rights=RIGHTS,
        kinds=KINDS,
        hints=HINTS,
        faults=faults or {},
        filled=filled or Filled(),
        longest=LONGEST_WORDS,
        opened=request.query_params.get("case", "")[:32],
        outlooks=found.outlooks,
        is_shown=found.is_shown,
        outcome_words=outcome_words,
        handed=request.query_params.get("handed") == "1",
    )


HANDLERS = (
    show_form,
    show_document,
    show_list,
    show_overview,
    print_overview,
    show_one,
    show_outcome,
    decision_file,
    show_decision,
    hand_over,
    stop,
    open_case,
)

"""Inquiries: proposed by one auditor, agreed to by another, ended by any; all of them listed for ever, and counted."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway import paging
from gateway.days import day_of, end_of, last_day
from gateway.ledger.trail import read_chain
from gateway.pages import audit_search, audit_trail, finding_words
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.paging import Key
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import inquiries, inquiry_list
from gateway.visits.audit_states import InquiryReason
from gateway.visits.errors import InquiryFaultError, InquirySecondError
from gateway.visits.inquiring import chain_of
from gateway.visits.inquiry_list import InquiryStanding, Line
from gateway.visits.inquiry_rules import Proposal
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_AUDITOR = allow(Who.AUDITOR)
_HOME: Final = "/audit/inquiries"
_ONE: Final = "/audit/inquiries/{inquiry_id:str}"
_PAGE: Final = 25
_STEPS: Final = 500
_USUAL: Final = timedelta(days=30)
_LONGEST: Final = 1000
_NO_REASON: Final = message("Choose why")


@get(_HOME, **_AUDITOR)
async def show_all(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Every inquiry that there ever was, the newest first."""
    after = Key.parse(request.query_params.get("after", ""))
    await inquiries.tell_what_is_due(parts)
    found = await parts.database.read(lambda conn: inquiry_list.find(conn, parts, after=after, most=_PAGE + 1))
    older = paging.end_of(found, _PAGE, lambda line: line.key)
    return page(request, "pages/audit/inquiries.html", inquiries=found[:_PAGE], older=older, words=finding_words)


@get("/inquiries/figures", **allow(Who.AUDITOR, Who.ADMINISTRATOR, Who.MANAGER))
async def show_figures(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """How many there were, for whoever answers for the network or a centre: no numbers of cases, nobody's names."""
    await inquiries.tell_what_is_due(parts)
    figures = await parts.database.read(lambda conn: inquiry_list.figures(conn, parts))
    most = parts.settings.inquiry_most_days.days
    return page(
        request, "pages/audit/inquiry_figures.html", figures=figures, words=finding_words, most=most, role=session.role
    )


@get(f"{_HOME}/new", **_AUDITOR)
async def show_form(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Ask for visits, case number, reason and last day."""
    return _form(request, parts, {"visits": request.query_params.get("visit", "")[:64]})


@post(_HOME, **_AUDITOR)
async def propose(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Propose an inquiry; until another auditor agrees nothing changes."""
    typed = {name: field(data, name, _LONGEST) for name in ("visits", "whole", "reference", "reason", "last")}
    reason = next((each for each in InquiryReason if each.value == typed["reason"]), None)
    last = audit_search.day(typed["last"])
    if reason is None:
        return _form(request, parts, typed, {"reason": _NO_REASON})
    if last is None:
        return _form(request, parts, typed, {"last": finding_words.FAULTS["days"]})
    wanted = Proposal(
        visits=tuple(dict.fromkeys(typed["visits"].split())),
        whole_person=bool(typed["whole"]),
        reference=typed["reference"],
        reason=reason,
        ends_at=end_of(last),
    )
    try:
        inquiry_id = await parts.database.write(lambda conn: inquiries.propose(conn, parts, session, wanted))
    except InquiryFaultError as error:
        return _form(request, parts, typed, {error.field: finding_words.FAULTS[error.fault]})
    return see_other(f"{_HOME}/{inquiry_id}")


@get(_ONE, **_AUDITOR)
async def show_one(
    request: AnyRequest, session: StaffSession, parts: Parts, inquiry_id: FromPath[str]
) -> Response[Any]:
    """One inquiry, with what the reader may do about it."""
    await inquiries.tell_what_is_due(parts)

    def work(conn: Connection) -> dict[str, Any]:
        line, visits, people = inquiry_list.one(conn, parts, inquiry_id)
        trail = read_chain(conn, chain_of(inquiry_id), most=_STEPS)
        return {"line": line, "visits": visits, "people": people, "steps": audit_trail.steps_of(conn, trail)}

    shown = await parts.database.read(work)
    line: Line = shown["line"]
    return page(
        request,
        "pages/audit/inquiry.html",
        may_agree=line.standing is InquiryStanding.PROPOSED and line.opened_by != session.staff_id,
        words=finding_words,
        **shown,
    )


@post(f"{_ONE}/agree", **_AUDITOR)
async def agree(session: StaffSession, parts: Parts, inquiry_id: FromPath[str]) -> Response[Any]:
    """Say as a second auditor that it is right; whoever may not is written down."""
    try:
        await parts.database.write(lambda conn: inquiries.agree(conn, parts, session, inquiry_id))
    except InquirySecondError:
        await parts.database.write(lambda conn: inquiries.note_barred(conn, parts, session, inquiry_id))
        raise
    return see_other(f"{_HOME}/{inquiry_id}")


@post(f"{_ONE}/end", **_AUDITOR)
async def end(session: StaffSession, parts: Parts, inquiry_id: FromPath[str]) -> Response[Any]:
    """End it, or refuse what is proposed: every look is shown from now on."""
    await parts.database.write(lambda conn: inquiries.end(conn, parts, session, inquiry_id))
    return see_other(f"{_HOME}/{inquiry_id}")


def _form(
    request: AnyRequest, parts: Parts, typed: Mapping[str, str], faults: dict[str, Message] | None = None
) -> Response[Any]:
    now = parts.clock.now()
    latest = last_day(now + parts.settings.inquiry_most_days) - timedelta(days=1)
    usual = {"visits": "", "whole": "", "reference": "", "reason": ""}
    usual["last"] = min(day_of(now) + _USUAL, latest).isoformat()
    return page(
        request,
        "pages/audit/inquiry_form.html",
        status=422 if faults else 200,
        back=f"{_HOME}/new",
        typed=usual | dict(typed),
        faults=faults or {},
        latest=latest,
        words=finding_words,
    )


HANDLERS = (show_all, show_figures, show_form, propose, show_one, agree, end)

"""Findings as auditors see them: what waits first, by deadline, with the cases beside it; one, read and ended."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from audit.events import EventName
from gateway.ledger import outbox
from gateway.pages import audit_search, audit_signs, finding_words
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.pages.resident.disputing import KINDS as CASE_KINDS
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import case_list, finding_list, findings, looking, notes
from gateway.visits.audit_states import FindingOutcome, FindingState
from gateway.visits.errors import NotFoundError
from gateway.visits.finding_list import Place, Search
from gateway.visits.notes import LONGEST
from gateway.visits.register import Choices
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_AUDITOR = allow(Who.AUDITOR)
_ONE = "/audit/findings/{finding_id:str}"
_PAGE: Final = 25
_CASES: Final = 5
_LONGEST_FIELD: Final = 64
OVERDUE: Final = "overdue"
_NO_TEXT: Final = message("Write why, at most %(num)s characters", num=LONGEST)
_NO_OUTCOME: Final = message("Choose how it ended")


def read(request: AnyRequest, choices: Choices) -> tuple[Search, dict[str, str]]:
    """What the address asks for, and the values of its form; what cannot be meant is left out."""
    names = ("state", "centre", "assistant", "service", "to")
    given = {name: request.query_params.get(name, "").strip()[:_LONGEST_FIELD] for name in names}
    typed = given["assistant"]
    staff = choices.assistants(typed) if typed else []
    search = Search(
        state=next((state for state in FindingState if state.value == given["state"]), None),
        overdue=given["state"] == OVERDUE,
        centre=choices.centre(given["centre"]),
        assistants=tuple(each for each, _login in staff) if typed else None,
        service=choices.service(given["service"]),
        until=audit_search.day(given["to"]),
        after=Place.parse(request.query_params.get("after", "")),
    )
    return search, given | {"assistant": staff[0][1] if len(staff) == 1 else typed}


@get("/audit/findings", **_AUDITOR)
async def show_findings(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What waits for somebody first, or what is looked for; and the cases that are due next."""

    def work(conn: Connection) -> dict[str, Any]:
        choices = audit_search.choices(conn, request, session.language)
        search, fields = read(request, choices)
        found = finding_list.find(conn, parts, search, language=session.language, most=_PAGE + 1)
        return {
            "search": search,
            "fields": fields,
            "findings": found[:_PAGE],
            "next_place": found[_PAGE - 1].place if len(found) > _PAGE else None,
            "centres": choices.centres,
            "services": choices.services,
            "cases": case_list.due_next(conn, parts, language=session.language, most=_CASES),
        }

    shown = await parts.database.read(work)
    search = shown["search"]
    if search.is_narrowed:
        await parts.database.write(lambda conn: _record_search(conn, parts, session, search))
    return page(request, "pages/audit/findings.html", words=finding_words, case_kinds=CASE_KINDS, **shown)


@get(_ONE, **_AUDITOR)
async def show_finding(
    request: AnyRequest, session: StaffSession, parts: Parts, finding_id: FromPath[str]
) -> Response[Any]:
    """One finding; what was written only after it is recorded that somebody reads it."""
    return await _show(request, session, parts, finding_id)


@post(f"{_ONE}/read", **_AUDITOR)
async def read_finding(session: StaffSession, parts: Parts, finding_id: FromPath[str]) -> Response[Any]:
    """Record that the visit, and what was written about it, is looked at to follow a finding up."""
    await parts.database.write(lambda conn: findings.look(conn, parts, session, finding_id))
    return see_other(f"/audit/findings/{finding_id}")


@post(f"{_ONE}/end", **_AUDITOR)
async def end_finding(
    request: AnyRequest, session: StaffSession, parts: Parts, finding_id: FromPath[str], data: Form
) -> Response[Any]:
    """Close it with an outcome, or withdraw it."""
    how = field(data, "outcome", 16)
    outcome = next((each for each in FindingOutcome if each.value == how), None)
    text = field(data, "text", 4 * LONGEST).replace("\r\n", "\n")
    faults: dict[str, Message] = {}
    if outcome is None and how != FindingState.WITHDRAWN.value:
        faults["outcome"] = _NO_OUTCOME
    if not 0 < len(text) <= LONGEST:
        faults["text"] = _NO_TEXT
    if faults:
        return await _show(request, session, parts, finding_id, typed={"outcome": how, "text": text}, faults=faults)

    def work(conn: Connection) -> None:
        if outcome is None:
            findings.withdraw(conn, parts, session, finding_id, text)
        else:
            findings.close(conn, parts, session, finding_id, outcome, text)

    await parts.database.write(work)
    return see_other(f"/audit/findings/{finding_id}")


async def _show(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    finding_id: str,
    *,
    typed: dict[str, str] | None = None,
    faults: dict[str, Message] | None = None,
) -> Response[Any]:
    def work(conn: Connection) -> dict[str, Any]:
        line = finding_list.one(conn, parts, finding_id, language=session.language)
        if line is None:
            raise NotFoundError("no such finding")
        is_own = line.assistant_id == session.staff_id
        reason = None if is_own else looking.reason_of(conn, line.visit_id, session.actor, parts.clock.now())
        written = [] if reason is None else notes.of_finding(conn, parts, line.id, line.visit_id)
        return {"line": line, "is_own": is_own, "may_see": reason is not None, "notes": written}

    shown = await parts.database.read(work)
    line = shown["line"]
    return page(
        request,
        "pages/audit/finding.html",
        status=422 if faults else 200,
        back=f"/audit/findings/{line.id}",
        can_close=line.state is FindingState.ANSWERED or line.is_overdue,
        typed={"outcome": "", "text": ""} | (typed or {}),
        faults=faults or {},
        longest=LONGEST,
        words=finding_words,
        signs={sign: words.name for sign, words in audit_signs.WORDS.items()},
        **shown,
    )


def _record_search(conn: Connection, parts: Parts, session: StaffSession, search: Search) -> None:
    outbox.record(
        conn,
        chain=f"staff:{session.staff_id}",
        type=EventName.FINDINGS_SEARCHED,
        actor=session.actor,
        data=said(search),
        at=parts.clock.database_now(conn),
    )


def said(search: Search) -> dict[str, Any]:
    """What was looked for, as it is recorded: people by their ids."""
    data = {
        "state": OVERDUE if search.overdue else search.state.value if search.state else None,
        "centre": search.centre,
        "assistants": None if search.assistants is None else list(search.assistants),
        "service": search.service,
        "to": search.until.isoformat() if search.until else None,
        "after": search.after.deadline.isoformat() if search.after else None,
    }
    return {name: value for name, value in data.items() if value is not None}


HANDLERS = (show_findings, show_finding, read_finding, end_finding)

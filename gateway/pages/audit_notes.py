"""What auditors have written about one visit: their notes and findings, and the forms for another."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.days import day_of, end_of
from gateway.ids import new_id
from gateway.pages import audit_search, audit_signs, finding_words
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import finding_list, findings, looking, notes
from gateway.visits.audit_states import FindingKind, Severity
from gateway.visits.finding_list import Search
from gateway.visits.findings import MOST_DAYS, Found
from gateway.visits.notes import LONGEST
from gateway.visits.rows import find_visit
from gateway.visits.signs import Sign
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_AUDITOR = allow(Who.AUDITOR)
_NOTES = "/audit/visits/{visit_id:str}/notes"
_USUAL: Final = timedelta(days=14)
_MOST: Final = 50
_SEED_LENGTH: Final = 64
_NO_TEXT: Final = message("Write something, at most %(num)s characters", num=LONGEST)
_NO_KIND: Final = message("Choose what it is about")
_NO_SEVERITY: Final = message("Choose what is to be done")
_NO_DAY: Final = message("Choose a day that lies ahead, at most %(num)s days", num=MOST_DAYS)


@get(_NOTES, **_AUDITOR)
async def show_notes(
    request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str]
) -> Response[Any]:
    """Notes and findings, for whoever has said why they open the visit."""
    return await _show(request, session, parts, visit_id)


@post(_NOTES, **_AUDITOR)
async def write_note(
    request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str], data: Form
) -> Response[Any]:
    """Keep a note, or one that stands in for another."""
    text, corrects = _text(data, "note"), field(data, "corrects", 32) or None
    if not 0 < len(text) <= LONGEST:
        return await _show(request, session, parts, visit_id, typed={"note": text}, faults={"note": _NO_TEXT})

    def work(conn: Connection) -> bool:
        may = _may(conn, parts, session, visit_id)
        if may:
            notes.write(conn, parts, session, visit_id, text, corrects, note_id=data.get("id"))
        return may

    written = await parts.database.write(work)
    return see_other(_here(visit_id) if written else f"/audit/visits/{visit_id}")


@post("/audit/visits/{visit_id:str}/findings", **_AUDITOR)
async def open_finding(
    request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str], data: Form
) -> Response[Any]:
    """Record a finding, which the centre then answers."""
    typed = {name: field(data, name, 64) for name in ("kind", "severity", "deadline", "sign", "draw")}
    typed["text"] = _text(data, "text")
    found, faults = _read(parts, typed)
    if found is None:
        return await _show(request, session, parts, visit_id, typed=typed, faults=faults)
    meant = replace(found, number=data.get("id"))

    def work(conn: Connection) -> str | None:
        may = _may(conn, parts, session, visit_id)
        return findings.open_finding(conn, parts, session, visit_id, meant) if may else None

    finding_id = await parts.database.write(work)
    return see_other(f"/audit/findings/{finding_id}" if finding_id else f"/audit/visits/{visit_id}")


async def _show(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    visit_id: str,
    *,
    typed: dict[str, str] | None = None,
    faults: dict[str, Message] | None = None,
) -> Response[Any]:
    def work(conn: Connection) -> dict[str, Any] | None:
        if not _may(conn, parts, session, visit_id):
            find_visit(conn, visit_id)
            return None
        search = Search(visit=visit_id)
        return {
            "written": notes.of_visit(conn, parts, session, visit_id),
            "findings": finding_list.find(conn, parts, search, language=session.language, most=_MOST),
        }

    shown = await parts.database.read(work)
    if shown is None:
        return see_other(f"/audit/visits/{visit_id}")
    today = day_of(parts.clock.now())
    given = dict.fromkeys(("note", "kind", "severity", "text"), "")
    given |= {"deadline": (today + _USUAL).isoformat(), "sign": request.query_params.get("sign", "")}
    given["draw"] = request.query_params.get("draw", "")[:_SEED_LENGTH]
    return page(
        request,
        "pages/audit/notes.html",
        status=422 if faults else 200,
        back=_here(visit_id),
        here=_here(visit_id),
        visit_id=visit_id,
        note_id=new_id(),
        number=findings.new_number(),
        typed=given | (typed or {}),
        faults=faults or {},
        corrects=request.query_params.get("corrects", ""),
        longest=LONGEST,
        words=finding_words,
        signs={sign: words.name for sign, words in audit_signs.WORDS.items()},
        **shown,
    )


def _read(parts: Parts, typed: dict[str, str]) -> tuple[Found | None, dict[str, Message]]:
    """What the form says, or what is wrong with it."""
    kind = next((each for each in FindingKind if each.value == typed["kind"]), None)
    severity = next((each for each in Severity if each.value == typed["severity"]), None)
    last, today = audit_search.day(typed["deadline"]), day_of(parts.clock.now())
    faults: dict[str, Message] = {}
    if kind is None:
        faults["kind"] = _NO_KIND
    if severity is None:
        faults["severity"] = _NO_SEVERITY
    if not 0 < len(typed["text"]) <= LONGEST:
        faults["text"] = _NO_TEXT
    if not _lies_ahead(last, today):
        faults["deadline"] = _NO_DAY
    if faults or kind is None or severity is None or last is None:
        return None, faults
    seed = typed["draw"] if len(typed["draw"]) == _SEED_LENGTH and typed["draw"].isalnum() else None
    sign = next((each for each in Sign if each.value == typed["sign"]), None)
    found = Found(kind=kind, severity=severity, text=typed["text"], deadline=end_of(last), sign=sign, draw=seed)
    return found, {}


def _lies_ahead(last: date | None, today: date) -> bool:
    return last is not None and timedelta(0) < last - today < timedelta(days=MOST_DAYS)


def _may(conn: Connection, parts: Parts, session: StaffSession, visit_id: str) -> bool:
    """Whether this auditor has said why they open the visit, in this quarter of an hour."""
    return looking.reason_of(conn, visit_id, session.actor, parts.clock.now()) is not None


def _text(data: dict[str, str], name: str) -> str:
    return field(data, name, 4 * LONGEST).replace("\r\n", "\n")


def _here(visit_id: str) -> str:
    return f"/audit/visits/{visit_id}/notes"


HANDLERS = (show_notes, write_note, open_finding)

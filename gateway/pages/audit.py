"""The auditor's pages: the latest visits, the trail of one, and the verdict over the whole log.

Looking is recorded too: a search with what was looked for, a visit with the reason why it was opened.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from audit.events import EventName
from gateway.ledger import cosignatures, outbox, tree, verdicts
from gateway.ledger.verdicts import LastVerdict
from gateway.pages import audit_trail, audit_words
from gateway.pages.desk.words import CHANNELS, ENDINGS
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.paging import Key, end_of
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import looking, register
from gateway.visits.looking import AuditReason
from gateway.visits.register import Search
from gateway.visits.tables import Ending
from gateway.web.redirects import see_other
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
_AUDITOR = allow(Who.AUDITOR)
_PAGE = 25
_LONGEST = 64
_NO_REASON = message("Choose why you open the visit")


@get("/audit", **_AUDITOR)
async def show_visits(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The newest visits, or those that are looked for, under the verdict on the log."""
    search = _search_of(request)

    def work(conn: Connection) -> dict[str, Any]:
        found = register.find(conn, search, language=session.language, most=_PAGE + 1)
        return {
            "visits": found[:_PAGE],
            "older": end_of(found, _PAGE, lambda line: line.key),
            "centres": register.centres(conn),
            "last": verdicts.last(conn),
            "under_way": verdicts.is_under_way(conn),
            "size": tree.head(conn).size,
            "standing": cosignatures.standing(conn, parts.settings.log_witnesses),
        }

    shown = await parts.database.read(work)
    if search.is_narrowed:
        await parts.database.write(lambda conn: _record_search(conn, parts, session, search))
    last: LastVerdict | None = shown["last"]
    return page(
        request,
        "pages/audit/visits.html",
        search=search,
        channels=CHANNELS,
        endings=ENDINGS,
        findings=audit_trail.findings_of(last) if last else (),
        named=bool(parts.settings.log_witnesses.witnesses),
        **shown,
    )


@post("/audit/verify", **_AUDITOR)
async def verify(session: StaffSession, parts: Parts) -> Response[Any]:
    """Verify the whole log now; of a large one a worker does it."""
    await verdicts.verify(parts, session.actor)
    return see_other("/audit")


@get("/audit/visits/{visit_id:str}", **_AUDITOR)
async def show_visit(
    request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str]
) -> Response[Any]:
    """The trail of a visit, once its opening and the reason are recorded."""
    shown = await parts.database.read(lambda conn: audit_trail.gather(conn, parts, session, visit_id))
    if not shown.may_see:
        return _reason_page(request, visit_id)
    return page(
        request,
        "pages/audit/visit.html",
        view=shown.view,
        trail=shown.trail,
        steps=shown.steps,
        signed=shown.signed,
        witnessed=shown.witnessed,
        channels=CHANNELS,
        endings=ENDINGS,
    )


@post("/audit/visits/{visit_id:str}", **_AUDITOR)
async def open_visit(
    request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str], data: Form
) -> Response[Any]:
    """Record why the visit is opened, then show it."""
    reason = next((reason for reason in AuditReason if reason.value == field(data, "reason", 32)), None)
    if reason is None:
        return _reason_page(request, visit_id, error=_NO_REASON, status=400)
    await parts.database.write(lambda conn: looking.note_audit(conn, parts, session, visit_id, reason))
    return see_other(f"/audit/visits/{visit_id}")


def _reason_page(request: AnyRequest, visit_id: str, *, error: Any = None, status: int = 200) -> Response[Any]:
    return page(
        request,
        "pages/audit/reason.html",
        status=status,
        visit_id=visit_id,
        reasons=audit_words.REASONS,
        error=error,
    )


def _search_of(request: AnyRequest) -> Search:
    """What the address asks for; what cannot be meant is left out."""
    query = request.query_params
    ending = next((ending for ending in Ending if ending.value == query.get("ending")), None)
    return Search(
        centre=query.get("centre", "")[:_LONGEST] or None,
        ending=ending,
        number=query.get("number", "").strip()[:_LONGEST] or None,
        after=Key.parse(query.get("after", "")),
    )


def _record_search(conn: Connection, parts: Parts, session: StaffSession, search: Search) -> None:
    data = {
        "centre": search.centre,
        "ending": search.ending.value if search.ending else None,
        "number": search.number,
        "after": search.after.id if search.after else None,
    }
    outbox.record(
        conn,
        chain=f"staff:{session.staff_id}",
        type=EventName.TRAIL_SEARCHED,
        actor=session.actor,
        data=data,
        at=parts.clock.database_now(conn),
    )


HANDLERS = (show_visits, verify, show_visit, open_visit)

"""The auditor's pages: the latest visits, the trail of one, and the verdict over the whole log.

Looking is recorded too: a search with what was looked for, a visit with the reason why it was opened.
"""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.ledger import continuations, cosignatures, verdicts
from gateway.ledger.verdicts import Standing
from gateway.pages import audit_exports, audit_search, audit_signs, audit_trail, audit_words, outcome_words
from gateway.pages.desk.words import CHANNELS, HELP_REASONS, ROUTES, SOUGHT, TURNS, ended
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.paging import end_of
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import inquiring, looking, outcomes, register, turns
from gateway.visits.looking import AuditReason
from gateway.visits.register import Search
from gateway.web.redirects import see_other
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
_AUDITOR = allow(Who.AUDITOR)
_PAGE = 25
_NO_REASON = message("Choose why you open the visit")


@get("/audit", **_AUDITOR)
async def show_visits(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The newest visits, or those that are looked for, under the verdict on the log."""

    def work(conn: Connection) -> dict[str, Any]:
        verified = verdicts.standing(conn)
        verifier = verified.last.by.id if verified.last else ""
        choices = audit_search.choices(conn, request, session.language, verifier)
        looked = audit_search.read(parts, request, choices)
        found = register.find(conn, looked.search, language=session.language, most=_PAGE + 1)
        return {
            "looked": looked,
            "visits": found[:_PAGE],
            "older": end_of(found, _PAGE, lambda line: line.key),
            "centres": choices.centres,
            "services": choices.services,
            "verified": verified,
            "verifier": choices.name_of(verifier),
            "gaps": continuations.gaps(conn) if verified.is_continued else (),
            "standing": cosignatures.standing(conn, parts.settings.log_witnesses),
        }

    shown = await parts.database.read(work)
    search: Search = shown["looked"].search
    if search.is_narrowed:
        found = bool(shown["visits"])
        await parts.database.write(lambda conn: audit_search.record(conn, parts, session, search, found=found))
    verified: Standing = shown["verified"]
    return page(
        request,
        "pages/audit/visits.html",
        channels=CHANNELS,
        endings=SOUGHT,
        ended=ended,
        help_reasons=HELP_REASONS,
        routes=ROUTES,
        signs={sign: words.name for sign, words in audit_signs.WORDS.items()},
        findings=audit_trail.findings_of(verified.last) if verified.last else (),
        named=bool(parts.settings.log_witnesses.witnesses),
        actors=audit_words.ACTORS,
        most_exported=audit_exports.MOST,
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
        return _reason_page(request, visit_id, inquiry=shown.inquiry_id)
    came_from = _came_from(request)
    outlooks, together = await parts.database.read(
        lambda conn: (
            outcomes.of_visit(conn, parts, visit_id, session.language),
            turns.turns_of(conn, shown.view),
        )
    )
    return page(
        request,
        "pages/audit/visit.html",
        outlooks=outlooks,
        outcome_words=outcome_words,
        turns=together,
        filed_of=turns.filed_of(together),
        turn_words=TURNS,
        view=shown.view,
        trail=shown.trail,
        steps=shown.steps,
        signed=shown.signed,
        witnessed=shown.witnessed,
        inquiry_id=shown.inquiry_id,
        came_from=came_from,
        before_their_eyes=audit_words.BEFORE_THEIR_EYES,
        channels=CHANNELS,
        ended=ended,
        help_reasons=HELP_REASONS,
    )


@post("/audit/visits/{visit_id:str}", **_AUDITOR)
async def open_visit(
    request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str], data: Form
) -> Response[Any]:
    """Record why the visit is opened, then show it."""
    reason = next((reason for reason in AuditReason if reason.value == field(data, "reason", 32)), None)
    if reason is None:
        put_off = await parts.database.read(
            lambda conn: inquiring.standing_for(conn, session.staff_id, visit_id, parts.clock.now())
        )
        return _reason_page(request, visit_id, inquiry=put_off, error=_NO_REASON, status=400)
    await parts.database.write(lambda conn: looking.note_audit(conn, parts, session, visit_id, reason))
    return see_other(f"/audit/visits/{visit_id}{_came_from(request)}")


def _came_from(request: AnyRequest) -> str:
    """What of an address says how somebody met a visit: a sign of trouble or a draw, for a finding to name."""
    known = {name: request.query_params.get(name, "") for name in ("sign", "draw")}
    given = {name: value for name, value in known.items() if value.isidentifier() or value.isalnum()}
    return f"?{urlencode(given)}" if given else ""


def _reason_page(
    request: AnyRequest, visit_id: str, *, inquiry: str | None = None, error: Any = None, status: int = 200
) -> Response[Any]:
    return page(
        request,
        "pages/audit/reason.html",
        status=status,
        visit_id=visit_id,
        came_from=_came_from(request),
        inquiry=inquiry,
        reasons=audit_words.REASONS,
        error=error,
    )


HANDLERS = (show_visits, verify, show_visit, open_visit)

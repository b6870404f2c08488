"""The page that a printed statement leads to: its text as it was approved, for whoever may read it.

Whoever only holds the paper is shown how to stop, and nothing else.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.ledger import cosignatures
from gateway.ledger.cosignatures import Standing
from gateway.pages.audit_words import REASONS
from gateway.pages.forms import Form, field
from gateway.pages.qr import qr
from gateway.pages.rendering import page
from gateway.pages.resident import entering
from gateway.parts import Parts
from gateway.people import throttle
from gateway.people.access import Who, allow
from gateway.people.errors import TriedTooOftenError
from gateway.problem_texts import PROBLEMS, Problem
from gateway.visits import statement_looks
from gateway.visits.errors import NotFoundError, StopCodeUnknownError
from gateway.visits.looking import AuditReason
from gateway.visits.rows import find_delegation
from gateway.visits.sealed import VisitVault
from gateway.visits.statement_looks import Seen
from gateway.visits.stop_codes import StopPaper, paper_of
from gateway.web.current import CurrentSession
from gateway.web.redirects import see_other
from gateway.web.refusals import CodeFor, note_code

AnyRequest = Request[Any, Any, Any]
_CALLERS = allow(Who.ANYONE, Who.STAFF, Who.RESIDENT, Who.RESIDENT_ACCOUNT)
_LONGEST = 64


@get("/statement", **_CALLERS)
async def show_form(request: AnyRequest, session: CurrentSession) -> Response[Any]:
    """Ask for the code on the paper."""
    return _form(request, session)


@post("/statement", **_CALLERS)
async def take_code(request: AnyRequest, session: CurrentSession, parts: Parts, data: Form) -> Response[Any]:
    """Record who looks, and lead to the text; whoever may not read it learns nothing but how to stop."""
    typed, given = field(data, "code", _LONGEST), field(data, "reason", 32)
    reason = next((each for each in AuditReason if each.value == given), None)
    if statement_looks.needs_reason(session) and reason is None:
        return _form(request, session, lacks_reason=True, code=typed)
    doors = entering.doors_of(request, session, parts)
    now = parts.clock.now()

    def work(conn: Connection) -> str:
        found = statement_looks.look(conn, parts, session, typed, reason)
        throttle.forgive(conn, parts.sealer, doors)
        return found

    try:
        await parts.database.write(lambda conn: throttle.charge(conn, parts.sealer, doors, now))
        delegation_id = await parts.database.write(work)
    except (StopCodeUnknownError, TriedTooOftenError) as error:
        await note_code(request, CodeFor.STATEMENT, error)
        return _form(request, session, PROBLEMS[error.code])
    return see_other(f"/statement/{delegation_id}")


@get("/statement/{delegation_id:str}", **_CALLERS)
async def show_text(
    request: AnyRequest, session: CurrentSession, parts: Parts, delegation_id: FromPath[str]
) -> Response[Any]:
    """The text, on one sheet; for a quarter of an hour after whoever reads it has given the code."""

    def work(conn: Connection) -> tuple[Seen, StopPaper | None, Standing]:
        seen = statement_looks.show(conn, parts, session, delegation_id[:_LONGEST])
        row = find_delegation(conn, seen.delegation_id)
        paper = paper_of(parts, VisitVault.of(conn, parts.sealer, row.visit_id), row.id)
        return seen, paper, cosignatures.standing(conn, parts.settings.log_witnesses)

    try:
        seen, paper, standing = await parts.database.read(work)
    except NotFoundError:
        return see_other("/statement")
    return page(
        request,
        "pages/statement/text.html",
        seen=seen,
        is_witnessed=standing.is_witnessed,
        code=None if paper is None else paper.code,
        picture=qr(f"{parts.settings.public_url}/statement"),
    )


def _form(
    request: AnyRequest,
    session: CurrentSession,
    problem: Problem | None = None,
    *,
    lacks_reason: bool = False,
    code: str = "",
) -> Response[Any]:
    return page(
        request,
        "pages/statement/form.html",
        status=problem.status if problem else 400 if lacks_reason else 200,
        problem=problem,
        lacks_reason=lacks_reason,
        code=code,
        reasons=REASONS if statement_looks.needs_reason(session) else None,
        is_known=session is not None,
    )


HANDLERS = (show_form, take_code, show_text)

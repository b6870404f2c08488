"""Findings as the centre sees them: a manager reads and answers, an assistant sees those about visits they served.

Neither is told which auditor it was. An assistant sees what a finding is about and how it ended, not what was written.
"""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages import finding_words
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.people.roles import Role
from gateway.visits import finding_list, findings, notes
from gateway.visits.errors import NotFoundError
from gateway.visits.finding_list import Place
from gateway.visits.notes import LONGEST
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_MANAGER = allow(Who.MANAGER)
_ONE = "/findings/{finding_id:str}"
_PAGE: Final = 25
_NO_TEXT: Final = message("Write the centre’s answer, at most %(num)s characters", num=LONGEST)


@get("/findings", **allow(Who.MANAGER, Who.ASSISTANT))
async def show_own(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What waits for the centre first; for an assistant, their own visits'."""
    after = Place.parse(request.query_params.get("after", ""))
    found = await parts.database.read(lambda conn: finding_list.own(conn, parts, session, after=after, most=_PAGE + 1))
    return page(
        request,
        "pages/findings/all.html",
        findings=found[:_PAGE],
        next_place=found[_PAGE - 1].place if len(found) > _PAGE else None,
        is_manager=session.role is Role.MANAGER,
        words=finding_words,
    )


@get(_ONE, **_MANAGER)
async def show_one(
    request: AnyRequest, session: StaffSession, parts: Parts, finding_id: FromPath[str]
) -> Response[Any]:
    """One finding about the centre; what was written only after it is recorded that the manager reads it."""
    return await _show(request, session, parts, finding_id)


@post(f"{_ONE}/read", **_MANAGER)
async def read_one(session: StaffSession, parts: Parts, finding_id: FromPath[str]) -> Response[Any]:
    """Record that the manager reads what was found."""
    await parts.database.write(lambda conn: findings.read(conn, parts, session, finding_id))
    return see_other(f"/findings/{finding_id}")


@post(f"{_ONE}/answer", **allow(Who.MANAGER, keeps=True))
async def answer(
    request: AnyRequest, session: StaffSession, parts: Parts, finding_id: FromPath[str], data: Form
) -> Response[Any]:
    """Keep the centre's answer."""
    text = field(data, "text", 4 * LONGEST).replace("\r\n", "\n")
    if not 0 < len(text) <= LONGEST:
        return await _show(request, session, parts, finding_id, typed=text, faults={"text": _NO_TEXT})
    await parts.database.write(lambda conn: findings.answer(conn, parts, session, finding_id, text))
    return see_other(f"/findings/{finding_id}")


async def _show(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    finding_id: str,
    *,
    typed: str = "",
    faults: dict[str, Message] | None = None,
) -> Response[Any]:
    def work(conn: Connection) -> dict[str, Any]:
        found = finding_list.own(conn, parts, session, after=None, most=1, finding_id=finding_id)
        if not found:
            raise NotFoundError("no such finding")
        line, now = found[0], parts.clock.now()
        may_see = findings.is_read(conn, session, line.id, line.visit_id, now)
        written = notes.of_finding(conn, parts, line.id, line.visit_id) if may_see else []
        is_erased = may_see and notes.is_erased(conn, parts, line.visit_id)
        return {"line": line, "may_see": may_see, "notes": written, "is_erased": is_erased}

    shown = await parts.database.read(work)
    return page(
        request,
        "pages/findings/one.html",
        status=422 if faults else 200,
        back=f"/findings/{finding_id}",
        is_own=shown["line"].assistant_id == session.staff_id,
        typed=typed,
        faults=faults or {},
        longest=LONGEST,
        words=finding_words,
        **shown,
    )


HANDLERS = (show_own, show_one, read_one, answer)

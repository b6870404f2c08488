"""What the resident saw, opened for an auditor who has said why: an event of its own, which the resident sees."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages import readback
from gateway.pages.mine.words import FILINGS
from gateway.pages.rendering import language_of, page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import inquiring, looking, seen
from gateway.visits.errors import NotFoundError
from gateway.visits.seen import SeenVisit
from gateway.web.redirects import see_other

AnyRequest = Request[Any, Any, Any]
_AUDITOR = allow(Who.AUDITOR)
_SEEN = "/audit/visits/{visit_id:str}/seen"


@post(_SEEN, **_AUDITOR)
async def open_seen(session: StaffSession, parts: Parts, visit_id: FromPath[str]) -> Response[Any]:
    """Record that it is opened; whoever has not said why is asked first."""
    try:
        await parts.database.write(lambda conn: looking.note_unsealing(conn, parts, session, visit_id))
    except NotFoundError:
        return see_other(f"/audit/visits/{visit_id}")
    return see_other(f"/audit/visits/{visit_id}/seen")


@get(_SEEN, **_AUDITOR)
async def show_seen(request: AnyRequest, session: StaffSession, parts: Parts, visit_id: FromPath[str]) -> Response[Any]:
    """The texts and the read-backs, for the quarter of an hour in which their opening is recorded."""

    def work(conn: Connection) -> tuple[SeenVisit, str | None] | None:
        if not looking.has_unsealed(conn, parts, session, visit_id):
            return None
        inquiry = inquiring.standing_for(conn, session.staff_id, visit_id, parts.clock.now())
        return seen.of_visit(conn, parts, visit_id), inquiry

    found = await parts.database.read(work)
    if found is None:
        return see_other(f"/audit/visits/{visit_id}")
    shown, inquiry = found
    language = language_of(request)
    return page(
        request,
        "pages/audit/seen.html",
        visit_id=visit_id,
        seen=shown,
        inquiry=inquiry,
        shown={each.id: readback.shown(each.readback, each.service, language) for each in shown.filings},
        states=FILINGS,
    )


HANDLERS = (open_seen, show_seen)

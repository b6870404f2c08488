"""What was typed and never arrived, because the computer was locked or the session over: send it now, or drop it."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people import kept_forms
from gateway.people.access import StaffSession, Who, allow
from gateway.web.keeping import MARK
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
PAGE_OF: Final[Mapping[str, Message]] = {
    "/desk/visits/{visit_id}/answers": message("Answers to the questions"),
    "/desk/visits/{visit_id}/plan/answers": message("Answers for all services"),
    "/desk/visits/{visit_id}/ask": message("The request for permission"),
    "/presented/{shown_id}/{delegation_id}/case": message("What a resident says is wrong"),
    "/findings/{finding_id}/answer": message("The answer to a finding"),
    "/cards/{service_id}/draft/{language}": message("The draft of a service’s description"),
}
"""Every form that is kept, by the pattern of its path: those in which much is typed, and none that says yes or no."""


@get("/kept", **allow(Who.STAFF))
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What waits here for this person; of what was typed only which page it was."""
    now = parts.clock.now()
    kept = await parts.database.read(
        lambda conn: kept_forms.of(
            conn, parts.sealer, staff_id=session.staff_id, terminal_id=session.terminal_id, now=now
        )
    )
    return page(request, "pages/account/kept.html", kept=kept, names=PAGE_OF, mark=MARK)


@post("/kept/{form_id:str}/drop", **allow(Who.STAFF))
async def drop(session: StaffSession, parts: Parts, form_id: FromPath[str]) -> Response[Any]:
    """It is not wanted any more."""
    await parts.database.write(
        lambda conn: kept_forms.drop(conn, form_id, staff_id=session.staff_id, terminal_id=session.terminal_id)
    )
    return see_other("/kept")


HANDLERS = (show, drop)

"""A manager's pages about feedback: comments, read in batches, and whom the centre asked and how."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.feedback import batches, reached
from gateway.feedback.asking import local_day
from gateway.feedback.batches import LEAST
from gateway.feedback.tables import Reach
from gateway.pages.rendering import page
from gateway.pages.reports import reading
from gateway.pages.reports.who import READERS, is_owner
from gateway.paging import Numbered
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits.errors import NotFoundError
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_MANAGER: Final = allow(Who.MANAGER)
_MOST: Final = 50
WAYS: Final[dict[Reach, Message]] = {
    Reach.DISPLAY: message("On the display alone"),
    Reach.DISPLAY_AND_MESSAGE: message("On the display, then by SMS or e-mail"),
    Reach.SMS: message("By SMS alone"),
    Reach.EMAIL: message("By e-mail alone"),
    Reach.CALL: message("By a call"),
    Reach.PAGE: message("By a printed code alone"),
    Reach.OPTED_OUT: message("Does not want to be asked"),
}


@get("/figures/comments", **_MANAGER)
async def show_batches(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The months whose comments can be read."""
    found = await parts.database.read(lambda conn: batches.months(conn, parts, session.centre_id))
    readable = [each for each in found if each.comments]
    hidden = sum(each.comments is None for each in found)
    return page(request, "pages/feedback/batches.html", batches=readable, has_hidden=hidden > 0, least=LEAST)


@get("/figures/comments/{month:str}", **_MANAGER)
async def show_comments(
    request: AnyRequest, session: StaffSession, parts: Parts, month: FromPath[str]
) -> Response[Any]:
    """The comments of one month, in no order that tells anything. Raises `NotFoundError` for one that is not shown."""
    at = Numbered.parse(request.query_params.get("after", ""), _MOST)
    found = await parts.database.read(
        lambda conn: batches.read(conn, parts, session.centre_id, month, most=_MOST + 1, after=at.after)
    )
    if found is None:
        raise NotFoundError("no such month")
    here = f"/figures/comments/{month}"
    return page(
        request,
        "pages/feedback/comments.html",
        month=month,
        comments=found[:_MOST],
        newer=at.newer(here),
        older=at.older(here, found),
    )


@get("/figures/invitations", **READERS)
async def show_invitations(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Whom a centre asked in the last twelve months, how, and how many answered."""
    today = local_day(parts.clock.now())
    since, wanted = f"{today.year - 1}-{today.month:02d}", request.query_params.get("centre", "")

    def look(conn: Connection) -> dict[str, Any]:
        among = reading.centres(conn, session)
        centre_id = reading.chosen(among, wanted, session)
        choices = reading.choices(among)
        months = [reached.shown(each, today) for each in reached.months(conn, centre_id, since)]
        return {"months": months, "centres": among, "centre_choices": choices, "centre_id": centre_id}

    shown = await parts.database.read(look)
    owns = is_owner(session)
    return page(
        request, "pages/feedback/invitations.html", ways=WAYS, call_way=Reach.CALL, least=LEAST, is_owner=owns, **shown
    )


HANDLERS = (show_batches, show_comments, show_invitations)

"""Somebody with a document wishes to be erased, at any centre; whoever served them sends them to a colleague."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gateway.pages.erasure_words import OBSTACLES
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.people.errors import TriedTooOftenError
from gateway.problem_texts import PROBLEMS, Problem
from gateway.retention import wishes
from gateway.retention.errors import ServedByYouError, WishUnknownError
from gateway.web.redirects import see_other

AnyRequest = Request[Any, Any, Any]
_STAFF: Final = allow(Who.ASSISTANT, Who.MANAGER)
_HERE: Final = "/presented/{shown_id:str}/erasure"


@get(_HERE, **_STAFF)
async def show(request: AnyRequest, session: StaffSession, parts: Parts, shown_id: FromPath[str]) -> Response[Any]:
    """What it does and when, to be read to whoever showed the document."""
    return await _show(request, session, parts, shown_id)


@post(_HERE, **_STAFF)
async def wish(request: AnyRequest, session: StaffSession, parts: Parts, shown_id: FromPath[str]) -> Response[Any]:
    """Keep the wish."""
    try:
        await parts.database.write(lambda conn: wishes.ask_presented(conn, parts, session, shown_id))
    except (ServedByYouError, TriedTooOftenError) as error:
        return await _show(request, session, parts, shown_id, PROBLEMS[error.code])
    return see_other(f"/presented/{shown_id}/erasure")


@post(f"{_HERE}/withdraw", **_STAFF)
async def withdraw(session: StaffSession, parts: Parts, shown_id: FromPath[str]) -> Response[Any]:
    """Take it back for them; said twice, it is as after once."""
    try:
        await parts.database.write(lambda conn: wishes.withdraw_presented(conn, parts, session, shown_id))
    except WishUnknownError:
        return see_other(f"/presented/{shown_id}/erasure")
    return see_other(f"/presented/{shown_id}/erasure?kept=yes")


async def _show(
    request: AnyRequest, session: StaffSession, parts: Parts, shown_id: str, problem: Problem | None = None
) -> Response[Any]:
    outlook = await parts.database.read(lambda conn: wishes.presented(conn, parts, session, shown_id))
    here = f"/presented/{shown_id}/erasure"
    return page(
        request,
        "pages/presented/erasure.html",
        status=problem.status if problem else 200,
        back=here,
        here=here,
        all_of_them=f"/presented/{shown_id}",
        outlook=outlook,
        obstacles=OBSTACLES,
        problem=problem,
        is_kept=request.query_params.get("kept") == "yes",
        rests=parts.settings.erasure_rests_days.days,
        disputable=parts.settings.keep_sent_days.days,
    )


HANDLERS = (show, wish, withdraw)

"""The calls of a centre: what waits, one call in hand with its script, and what came of it.

No address names a call: a session has one in hand, or none.
"""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.response import Redirect

from gateway.callbacks import claiming, ending, listing
from gateway.callbacks.claiming import Taken
from gateway.callbacks.errors import CallbackError
from gateway.feedback.answers import LONGEST_COMMENT
from gateway.feedback.errors import AnswerError, FeedbackError
from gateway.feedback.forms import Filled
from gateway.pages import callback_words as words
from gateway.pages.forms import Form, field
from gateway.pages.home import HOME_OF
from gateway.pages.rendering import page
from gateway.paging import Numbered
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.reports.words import group_name
from gateway.web.redirects import see_other
from ui.i18n import Message

AnyRequest = Request[Any, Any, Any]
_CALLERS: Final = allow(Who.ASSISTANT, Who.MANAGER)
_HERE: Final = "/callbacks"
_CALL: Final = f"{_HERE}/call"
_MOST: Final = 25


@get(_HERE, **_CALLERS)
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """How many calls wait, and since when."""
    said = words.SAID.get(request.query_params.get("said", ""))
    return await _list(request, session, parts, said=said)


@post(f"{_HERE}/take", **_CALLERS)
async def take(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Take the next call; or say why there is none for this colleague."""
    taken = await parts.database.write(lambda conn: claiming.take(conn, parts, session))
    if taken is Taken.CALL:
        return see_other(_CALL)
    return await _list(request, session, parts, refused=words.REFUSED[taken], status=409)


@get(_CALL, **_CALLERS)
async def show_call(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The number and what to say."""
    return await _call(request, session, parts, {}, Filled(), {})


@post(f"{_CALL}/answer", **_CALLERS)
async def take_answer(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Keep what the resident says."""
    filled = Filled.of(data)
    try:
        call = await parts.database.read(lambda conn: claiming.current(conn, parts, session))
        is_rated = call.invitation.is_rated
        faults = filled.faults(is_rated=is_rated)
        if faults:
            return await _call(request, session, parts, data, filled, faults, status=422)
        said = filled.answer(is_rated=is_rated)
        is_kept = await parts.database.write(lambda conn: ending.answer(conn, parts, session, said))
    except AnswerError:  # rated on the display a moment ago: the form is another now
        return await _call(request, session, parts, data, filled, {}, status=409)
    except (CallbackError, FeedbackError):
        return see_other(f"{_HERE}?said=lapsed")
    return see_other(f"{_HERE}?said={'answered' if is_kept else 'before'}")


@post(f"{_CALL}/end", **_CALLERS)
async def end(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Keep that the call brought no answer."""
    how = words.chosen(data)
    if how is None:
        return await _call(request, session, parts, data, Filled(), {"how": words.NOT_CHOSEN}, status=422)
    try:
        await parts.database.write(lambda conn: ending.without_answer(conn, parts, session, how))
    except CallbackError:
        return see_other(f"{_HERE}?said=lapsed")
    return see_other(f"{_HERE}?said=ended")


async def _list(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    *,
    said: Message | None = None,
    refused: Message | None = None,
    status: int = 200,
) -> Response[Any]:
    at = Numbered.parse(request.query_params.get("after", ""), _MOST)

    def look(conn: Any) -> tuple[int, Any, bool]:
        lines = listing.read(conn, parts, session.centre_id, most=_MOST + 1, after=at.after)
        return listing.count(conn, parts, session.centre_id), lines, claiming.has_one(conn, parts, session)

    count, lines, has_one = await parts.database.read(look)
    return page(
        request,
        "pages/callbacks/list.html",
        status=status,
        back=_HERE,
        home=HOME_OF[session.role],
        count=count,
        lines=lines[:_MOST],
        has_one=has_one,
        group_name=group_name,
        said=said,
        refused=refused,
        newer=at.newer(_HERE),
        older=at.older(_HERE, lines),
        most_tries=ending.MOST_TRIES,
    )


async def _call(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    data: dict[str, str],
    filled: Filled,
    faults: dict[str, Message],
    *,
    status: int = 200,
) -> Response[Any] | Redirect:
    try:
        call = await parts.database.read(lambda conn: claiming.current(conn, parts, session))
    except (CallbackError, FeedbackError):
        return see_other(f"{_HERE}?said=lapsed")
    wanted = field(data, "in", 2) or request.query_params.get("in", "")
    language = words.spoken(wanted, call.language)
    return page(
        request,
        "pages/callbacks/call.html",
        status=status,
        back=_CALL,
        call=call,
        script=words.Script(language),
        spoken=language,
        opening=words.opening(session.name, session.centre_name),
        words=words,
        filled=filled,
        faults=faults,
        longest=LONGEST_COMMENT,
        most_tries=ending.MOST_TRIES,
    )


HANDLERS = (show, take, show_call, take_answer, end)

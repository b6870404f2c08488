"""The screen that faces the resident: shows the open visit of its terminal, and takes yes, no, stop and a rating.

Between visits it is blank. Whatever it posts names the question that was on the screen, so a late touch answers nothing
else.
"""

from contextlib import suppress
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.response import Stream
from sqlalchemy import Connection

from gateway.feedback import answers, wishes
from gateway.feedback.errors import FeedbackError
from gateway.pages import display_screens
from gateway.pages.display_screens import Screen, Shown
from gateway.pages.forms import Form
from gateway.pages.forms import field as form_field
from gateway.pages.rendering import page
from gateway.pages.resident import screens
from gateway.pages.resident.approving import MOVED_ON
from gateway.parts import Parts
from gateway.people.access import DisplaySession, Who, allow
from gateway.people.errors import UnknownPersonError
from gateway.problem_texts import PROBLEMS
from gateway.visits import confirming, display_choices, facing, holders, reading, showing, stopping
from gateway.visits.approvals import Answer
from gateway.visits.errors import DocumentNotCheckedError
from gateway.visits.facing import Phase
from gateway.visits.reading import VisitView
from gateway.web import cookies
from gateway.web.cookies import CookieName
from gateway.web.live import changes
from gateway.web.redirects import see_other
from ui.i18n import Message, message, plural_message

AnyRequest = Request[Any, Any, Any]
_DISPLAY = allow(Who.DISPLAY)
_NO_CODE = message("Type the code from the message")
_OPEN: Final = frozenset({Phase.VISIT, Phase.RESTING})
_RATINGS: Final = frozenset("12345")
_LONGEST_CODE: Final = 8
_DELETE: Final = "delete"


@get("/display", **_DISPLAY)
async def show(request: AnyRequest, session: DisplaySession, parts: Parts) -> Response[Any]:
    """Show the visit, or nothing."""
    return await _show(request, session, parts)


@post("/display/yes", **_DISPLAY)
async def say_yes(request: AnyRequest, session: DisplaySession, parts: Parts, data: Form) -> Response[Any]:
    """Compare the code with the one that was sent for exactly what is on the screen.

    Where there are no scripts, a key on the screen sends the form too: it only changes what is typed.
    """
    approval_id, code = form_field(data, "approval", 64), form_field(data, "code", 20)
    if key := form_field(data, "key", 8):
        return await _show(request, session, parts, typed=_typed(code, key))
    if not code:
        return await _show(request, session, parts, error=_NO_CODE, status=400)
    try:
        answer = await parts.database.write(
            lambda conn: confirming.approve_on_display(conn, parts, session, approval_id, code)
        )
    except MOVED_ON:
        return see_other("/display")
    except DocumentNotCheckedError as error:
        return await _show(request, session, parts, error=PROBLEMS[error.code].title, status=409)
    if answer is not Answer.WRONG:
        return see_other("/display")
    return await _show(request, session, parts, wrong=True, status=403)


@get("/display/no", **_DISPLAY)
async def show_no(request: AnyRequest, session: DisplaySession, parts: Parts) -> Response[Any]:
    """Ask whether the no is meant."""
    view = await _open_visit(session, parts)
    if view is None or not view.is_asked:
        return see_other("/display")
    return _page(request, "no", session, view, approval=view.approval, is_permit=reading.is_permit(view))


@post("/display/no", **_DISPLAY)
async def say_no(session: DisplaySession, parts: Parts, data: Form) -> Response[Any]:
    """Say no to the question that was on the screen, also while the desk is locked."""
    approval_id = form_field(data, "approval", 64)
    with suppress(*MOVED_ON):
        await parts.database.write(lambda conn: confirming.refuse_on_display(conn, parts, session, approval_id))
    return see_other("/display")


@get("/display/stop", **_DISPLAY)
async def show_stop(request: AnyRequest, session: DisplaySession, parts: Parts) -> Response[Any]:
    """Ask whether the stop is meant; afterwards say whether it was in time."""
    view = await _open_visit(session, parts)
    if view is None or view.delegation is None:
        return see_other("/display")
    shown = view
    holder = await parts.database.read(lambda conn: holders.of_view(conn, parts, shown, shown.language))
    may_stop, sent_at = screens.may_stop(view), screens.sent_at(view)
    return _page(request, "stop", session, view, may_stop=may_stop, sent_at=sent_at, holder=holder)


@post("/display/stop", **_DISPLAY)
async def stop(session: DisplaySession, parts: Parts, data: Form) -> Response[Any]:
    """Stop everything that is not sent yet, of the visit that was on the screen, also while the desk is locked."""
    shown = form_field(data, "visit", 64)

    def work(conn: Connection) -> None:
        current = facing.on_screen(conn, parts, session)
        view = current.view
        if view is None or current.phase not in _OPEN or view.id != shown:
            return
        if view.delegation is not None and screens.may_stop(view):
            stopping.stop_or_say_sent(conn, parts, view.delegation["id"], by=session.actor, whose="resident")

    await parts.database.write(work)
    return see_other("/display/stop")


@post("/display/rating", **_DISPLAY)
async def rate(session: DisplaySession, parts: Parts, data: Form) -> Response[Any]:
    """Keep the rating of the visit whose farewell was on the screen; the answer knows no visit. One a visit."""
    rating, mark = form_field(data, "rating", 1), form_field(data, "farewell", 64)

    def work(conn: Connection) -> None:
        current = facing.on_screen(conn, parts, session)
        if current.view is None or current.phase is not Phase.FAREWELL or rating not in _RATINGS:
            return
        link = facing.farewell_link(conn, parts, current.view)
        if link is not None and display_screens.mark_of(link) == mark:
            answers.rate(conn, parts, link.rpartition("/")[2], int(rating))

    with suppress(FeedbackError):
        await parts.database.write(work)
    return see_other("/display")


@post("/display/no-more", **_DISPLAY)
async def ask_no_more(session: DisplaySession, parts: Parts, data: Form) -> Response[Any]:
    """Ask whoever was served in the visit whose farewell was on the screen no more, this time either."""
    mark = form_field(data, "farewell", 64)

    def work(conn: Connection) -> None:
        current = facing.on_screen(conn, parts, session)
        if current.view is None or current.phase is not Phase.FAREWELL:
            return
        link, whose = facing.farewell_link(conn, parts, current.view), facing.asked_of(current.view)
        if link is not None and whose is not None and display_screens.mark_of(link) == mark:
            wishes.stop(conn, parts, whose, by=session.actor)
            wishes.decline(conn, parts, link.rpartition("/")[2])

    with suppress(UnknownPersonError):  # erased meanwhile: nobody asks them
        await parts.database.write(work)
    return see_other("/display")


@post("/display/more-time", **_DISPLAY)
async def take_time(session: DisplaySession, parts: Parts) -> Response[Any]:
    """Leave the question how it went on the screen for a while longer."""
    await parts.database.write(lambda conn: display_choices.take_time(conn, parts, session.display_id))
    return see_other("/display")


@post("/display/size", **_DISPLAY)
async def set_size(request: AnyRequest, parts: Parts, data: Form) -> Response[Any]:
    """Show larger text, or the usual; during a visit for its time."""
    secret = cookies.read(parts.settings, request, CookieName.DISPLAY) or ""
    is_large = form_field(data, "large", 1) == "1"
    await parts.database.write(lambda conn: display_choices.choose(conn, parts, secret, is_large=is_large))
    return see_other("/display")


@get("/display/events", **_DISPLAY)
async def events(session: DisplaySession, parts: Parts) -> Stream:
    """Say when the screen has changed; ends when the display is taken out of use."""
    return changes(parts.database, lambda conn: facing.moment(conn, parts, session))


def _typed(code: str, key: str) -> str:
    """What is typed after a key of the screen."""
    if key == _DELETE:
        return code[:-1]
    return (code + key)[:_LONGEST_CODE] if key.isdigit() and len(key) == 1 else code


async def _open_visit(session: DisplaySession, parts: Parts) -> VisitView | None:
    phase, view = await parts.database.read(lambda conn: display_screens.visit_of(conn, parts, session))
    return view if phase in _OPEN and session.offer is None else None


async def _show(
    request: AnyRequest,
    session: DisplaySession,
    parts: Parts,
    *,
    error: Message | None = None,
    wrong: bool = False,
    typed: str = "",
    status: int = 200,
) -> Response[Any]:
    shown = await parts.database.read(lambda conn: display_screens.gather(conn, parts, session))
    view = shown.view
    if view is None:
        return page(request, f"pages/display/{shown.screen.value}.html", back="/display", **shown.values)
    if shown.screen is Screen.READBACK and not shown.values["on_record"]:
        await parts.database.write(lambda conn: showing.record_readback(conn, parts, view, session.actor))
    if wrong and view.approval is not None:
        left = int(view.approval["tries_left"])
        error = plural_message(
            "The code is not right. You have %(num)s try left",
            "The code is not right. You have %(num)s tries left",
            left,
        )
    return _screen(request, session, shown, view, status=status, error=error, typed=typed)


def _screen(
    request: AnyRequest, session: DisplaySession, shown: Shown, view: VisitView, *, status: int, **values: Any
) -> Response[Any]:
    return _page(
        request,
        shown.screen.value,
        session,
        view,
        status=status,
        approval=view.approval,
        may_stop=screens.may_stop(view),
        **values,
        **shown.values,
    )


def _page(
    request: AnyRequest, name: str, session: DisplaySession, view: VisitView, *, status: int = 200, **values: Any
) -> Response[Any]:
    """Render in the visit's language, which the assistant sets, or the one that was chosen here for it."""
    return page(
        request,
        f"pages/display/{name}.html",
        status=status,
        language=display_screens.reader_of(view),
        back="/display",
        is_large=display_screens.is_large(session, view),
        view=view,
        **values,
    )


HANDLERS = (show, say_yes, show_no, say_no, show_stop, stop, rate, ask_no_more, take_time, set_size, events)

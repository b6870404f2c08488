"""The screen that faces the resident: shows the open visit of its terminal, and takes yes, no and stop.

Between visits it is blank. Whatever it posts names the question that was on the screen, so a late touch answers nothing
else.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Stream
from sqlalchemy import Connection

from delegation.assurance import ON_PHONE, Route
from gateway.feedback.asking import printed_code
from gateway.pages import readback
from gateway.pages.forms import Form
from gateway.pages.forms import field as form_field
from gateway.pages.qr import qr
from gateway.pages.rendering import LANGUAGES, page
from gateway.pages.resident import endings, screens
from gateway.pages.resident.approving import MOVED_ON
from gateway.parts import Parts
from gateway.people.access import DisplaySession, Who, allow
from gateway.problem_texts import PROBLEMS
from gateway.visits import confirming, facing, holders, line, reading, showing, stopping, troubles
from gateway.visits.approvals import Answer
from gateway.visits.errors import DocumentNotCheckedError
from gateway.visits.reading import OpenedVisit, Stage, VisitView
from gateway.web.live import changes
from gateway.web.redirects import see_other
from ui.i18n import Language, Message, message, plural_message

AnyRequest = Request[Any, Any, Any]
_DISPLAY = allow(Who.DISPLAY)
_NO_CODE = message("Type the code from the message")


class Screen(StrEnum):
    """What the display is about; each has a template of its name."""

    WAITING = "waiting"
    """Paired with no terminal."""
    PAIRING = "pairing"
    BLANK = "blank"
    FAREWELL = "farewell"
    GREETING = "greeting"
    INVITE = "invite"
    """The question is asked on the phone: how to get there, then that it is there."""
    STATEMENT = "statement"
    READBACK = "readback"
    PROGRESS = "progress"
    FILED = "filed"
    TOLD = "told"


_BEFORE = {Stage.SERVICE, Stage.REFERRAL, Stage.REQUEST}
_UNDER_WAY = {Stage.QUESTIONS, Stage.FILLING, Stage.SENDING}
_ON_DISPLAY = {Stage.APPROVAL: Screen.STATEMENT, Stage.PERMIT: Screen.READBACK}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the display shows now."""

    screen: Screen
    view: VisitView | None = None
    values: dict[str, Any] = field(default_factory=dict)


@get("/display", **_DISPLAY)
async def show(request: AnyRequest, session: DisplaySession, parts: Parts) -> Response[Any]:
    """Show the visit, or nothing."""
    return await _show(request, session, parts)


@post("/display/yes", **_DISPLAY)
async def say_yes(request: AnyRequest, session: DisplaySession, parts: Parts, data: Form) -> Response[Any]:
    """Compare the code with the one that was sent for exactly what is on the screen."""
    approval_id, code = form_field(data, "approval", 64), form_field(data, "code", 20)
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
    view = await _view(session, parts)
    if view is None or not view.is_asked:
        return see_other("/display")
    return _page(request, "no", view, approval=view.approval, is_permit=reading.is_permit(view))


@post("/display/no", **_DISPLAY)
async def say_no(session: DisplaySession, parts: Parts, data: Form) -> Response[Any]:
    """Say no to the question that was on the screen."""
    approval_id = form_field(data, "approval", 64)
    with suppress(*MOVED_ON):
        await parts.database.write(lambda conn: confirming.refuse_on_display(conn, parts, session, approval_id))
    return see_other("/display")


@get("/display/stop", **_DISPLAY)
async def show_stop(request: AnyRequest, session: DisplaySession, parts: Parts) -> Response[Any]:
    """Ask whether the stop is meant; afterwards say whether it was in time."""
    view = await _view(session, parts)
    if view is None or view.delegation is None:
        return see_other("/display")
    shown = view
    holder = await parts.database.read(lambda conn: holders.of_view(conn, parts, shown, shown.language))
    return _page(request, "stop", view, may_stop=screens.may_stop(view), sent_at=screens.sent_at(view), holder=holder)


@post("/display/stop", **_DISPLAY)
async def stop(session: DisplaySession, parts: Parts, data: Form) -> Response[Any]:
    """Stop everything that is not sent yet, of the visit that was on the screen."""
    shown = form_field(data, "visit", 64)

    def work(conn: Connection) -> None:
        view = reading.for_display(conn, parts, session)
        if view is None or view.id != shown or view.delegation is None or not screens.may_stop(view):
            return
        stopping.stop_or_say_sent(conn, parts, view.delegation["id"], by=session.actor, whose="resident")

    await parts.database.write(work)
    return see_other("/display/stop")


@get("/display/events", **_DISPLAY)
async def events(session: DisplaySession, parts: Parts) -> Stream:
    """Say when the screen has changed; ends when the display is taken out of use."""
    return changes(parts.database, lambda conn: facing.moment(conn, parts, session))


def screen_of(view: VisitView) -> Screen:
    """Which screen an open visit is on."""
    stage = view.stage
    if stage in _BEFORE:
        return Screen.GREETING
    if stage in _ON_DISPLAY:
        route = view.approval["route"] if view.approval else None
        if not view.is_asked or route not in {*ON_PHONE, Route.DISPLAY}:
            return Screen.TOLD
        return Screen.INVITE if route in ON_PHONE else _ON_DISPLAY[stage]
    if stage in _UNDER_WAY:
        return Screen.PROGRESS
    return Screen.FILED if stage is Stage.FILED else Screen.TOLD


def gather(conn: Connection, parts: Parts, session: DisplaySession) -> Shown:
    """Read what the display shows. Changes nothing."""
    if session.offer is not None:
        return Shown(screen=Screen.PAIRING, values={"offer": session.offer})
    if session.terminal_id is None:
        return Shown(screen=Screen.WAITING)
    view = reading.for_display(conn, parts, session)
    if view is None:
        farewell = facing.farewell_of(conn, parts, session)
        if farewell is None:
            return Shown(screen=Screen.BLANK)
        closed, link = farewell
        return Shown(
            screen=Screen.FAREWELL, view=closed, values={"link": link, "qr": qr(link), "code": printed_code(link)}
        )
    screen = screen_of(view)
    return Shown(screen=screen, view=view, values=_values(conn, parts, view, screen))


def _values(conn: Connection, parts: Parts, view: VisitView, screen: Screen) -> dict[str, Any]:
    match screen:
        case Screen.INVITE:
            return _invitation(conn, parts, view)
        case Screen.STATEMENT:
            return {"statement": OpenedVisit(conn, parts, view, "statement").statement()}
        case Screen.READBACK:
            kept = OpenedVisit(conn, parts, view, "readback").readback()
            shown = readback.shown(kept, view.service, view.language)
            return {"readback": shown, "on_record": showing.is_on_record(conn, view)}
        case Screen.FILED:
            paper = OpenedVisit(conn, parts, view).stop_paper()
            return {
                "stop_paper": paper,
                "stop_qr": None if paper is None else qr(paper.link),
                "holder": holders.of_view(conn, parts, view, view.language),
            }
        case Screen.TOLD:
            return {"told": endings.OVER if view.stage in _ON_DISPLAY else endings.told(view)}
        case _:
            return {
                "place": line.place(conn, parts, view),
                "waits_for_portal": troubles.waits_for_portal(conn, view),
            }


def _invitation(conn: Connection, parts: Parts, view: VisitView) -> dict[str, Any]:
    approval = view.approval or {}
    is_permit = reading.is_permit(view)
    made = OpenedVisit(conn, parts, view, "invitation").invitation()
    is_live = made is not None and approval["code_until"] is not None and view.now < approval["code_until"]
    return {
        "is_permit": is_permit,
        "invitation": made if is_live else None,
        "match_number": made.match_number if made else None,
        "qr": qr(f"{parts.settings.public_url}/a/{made.link}") if made and is_live else None,
        "address": f"{parts.settings.public_url}/a",
    }


async def _view(session: DisplaySession, parts: Parts) -> VisitView | None:
    return await parts.database.read(lambda conn: reading.for_display(conn, parts, session))


async def _show(
    request: AnyRequest,
    session: DisplaySession,
    parts: Parts,
    *,
    error: Message | None = None,
    wrong: bool = False,
    status: int = 200,
) -> Response[Any]:
    shown = await parts.database.read(lambda conn: gather(conn, parts, session))
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
    return _page(
        request,
        shown.screen.value,
        view,
        status=status,
        error=error,
        approval=view.approval,
        may_stop=screens.may_stop(view),
        **shown.values,
    )


def _page(request: AnyRequest, name: str, view: VisitView, *, status: int = 200, **values: Any) -> Response[Any]:
    """Render in the resident's language, which the assistant sets: the screen's own switch is for between visits."""
    reader: Language = next((language for language in LANGUAGES if language == view.language), LANGUAGES[0])
    return page(
        request,
        f"pages/display/{name}.html",
        status=status,
        language=reader,
        back="/display",
        languages=None,
        view=view,
        **values,
    )


HANDLERS = (show, say_yes, show_no, say_no, show_stop, stop, events)

"""The screens that face residents: enrolled by a manager, paired at the desk by a number that both show."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.pages.terminal_proof import means_of
from gateway.parts import Parts
from gateway.people import throttle
from gateway.people.access import StaffSession, Who, allow
from gateway.people.errors import (
    DisplayBusyError,
    DisplayOfferOverError,
    PairingCodeError,
    PeopleError,
    TerminalProofRefusedError,
    TriedTooOftenError,
)
from gateway.people.proven import Proven
from gateway.problem_texts import PROBLEMS
from gateway.terminals import connecting, displays
from gateway.visits import facing
from gateway.web import cookies
from gateway.web.cookies import CookieName
from gateway.web.exchange import address_of, traits_of
from gateway.web.redirects import see_other
from gateway.web.refusals import CodeFor, note_code
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_MANAGERS = (Who.MANAGER, Who.ADMINISTRATOR)
_AT_THE_DESK = (Who.ASSISTANT, Who.MANAGER)
_NONE_CHOSEN = message("Choose a display")


# A manager's part; the page itself is `gateway.pages.terminals`'.


@post("/manage/displays/{display_id:str}/revoke", **allow(*_MANAGERS))
async def revoke_display(session: StaffSession, parts: Parts, display_id: FromPath[str]) -> Response[Any]:
    """Take a display out of use; it shows nothing more."""
    now = parts.clock.now()
    await parts.database.write(
        lambda conn: displays.revoke(
            conn, display_id=display_id, centre_id=session.centre_id, by=session.actor, now=now
        )
    )
    return see_other("/manage/terminals#displays")


# On the new screen.


@get("/display/enrol", **allow(Who.ANYONE))
async def show_enrolment(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Ask for the code that the manager reads out."""
    secret = cookies.read(parts.settings, request, CookieName.DISPLAY)
    known = await parts.database.read(lambda conn: displays.known_as(conn, secret)) if secret else None
    return page(request, "pages/terminals/enrol_display.html", known=known, problem=None)


@post("/display/enrol", **allow(Who.ANYONE))
async def enrol_display(request: AnyRequest, parts: Parts, data: Form) -> Response[Any]:
    """Enrol this screen; the secret goes into its cookie."""
    now, typed, language = parts.clock.now(), field(data, "code", 20), language_of(request)
    door = throttle.Door("enrolment", address_of(request), 10)

    def work(conn: Connection) -> str:
        secret = displays.enrol(conn, parts.sealer, typed=typed, means=means, proven=proven, language=language)
        throttle.forgive(conn, parts.sealer, [door])
        return secret

    try:
        await parts.database.write(lambda conn: throttle.charge(conn, parts.sealer, [door], now))
        means, proven = await means_of(request, parts, data), Proven(now, traits_of(request))
        secret = await parts.database.write(work)
    except (PairingCodeError, TriedTooOftenError, TerminalProofRefusedError) as error:
        await note_code(request, CodeFor.DISPLAY, error)
        problem = PROBLEMS[error.code]
        return page(request, "pages/terminals/enrol_display.html", status=problem.status, known=None, problem=problem)
    forgotten = cookies.forget(parts.settings, CookieName.DISPLAY_PROOF)
    return see_other("/display", cookies=[cookies.make(parts.settings, CookieName.DISPLAY, secret), forgotten])


# At the desk: the display of this terminal.


@get("/desk/display", **allow(*_AT_THE_DESK))
async def show_desk_display(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Which display is paired, and the others of the centre; or the number that one shows for this terminal."""
    return await _desk_page(request, session, parts)


@post("/desk/display", **allow(*_AT_THE_DESK))
async def ask_for_display(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Show a number on the chosen display, and here."""
    now, display_id = parts.clock.now(), field(data, "display", 64)
    if not display_id:
        return await _desk_page(request, session, parts, fault=_NONE_CHOSEN, status=422)
    is_asked = await parts.database.write(
        lambda conn: connecting.ask(
            conn, display_id=display_id, by=session, is_serving=lambda at: facing.is_serving(conn, parts, at), now=now
        )
    )
    return see_other("/desk/display") if is_asked else await _refused(request, session, parts, DisplayBusyError)


@post("/desk/display/pair", **allow(*_AT_THE_DESK))
async def pair_display(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """The number is the same: pair the display that shows it."""
    now, display_id = parts.clock.now(), field(data, "display", 64)
    try:
        is_paired = await parts.database.write(
            lambda conn: connecting.pair(
                conn,
                display_id=display_id,
                by=session,
                is_serving=lambda at: facing.is_serving(conn, parts, at),
                now=now,
            )
        )
    except DisplayOfferOverError as error:
        return await _refused(request, session, parts, type(error))
    return see_other("/desk/display") if is_paired else await _refused(request, session, parts, DisplayBusyError)


@post("/desk/display/cancel", **allow(*_AT_THE_DESK))
async def cancel_pairing(session: StaffSession, parts: Parts) -> Response[Any]:
    """It is another number: the display that was asked shows what it showed before."""
    await parts.database.write(lambda conn: connecting.cancel(conn, session))
    return see_other("/desk/display")


@post("/desk/display/unpair", **allow(*_AT_THE_DESK))
async def unpair_display(session: StaffSession, parts: Parts) -> Response[Any]:
    """Take the display away; it goes blank. Pressed twice is no error."""
    now = parts.clock.now()
    await parts.database.write(lambda conn: connecting.unpair(conn, session.terminal_id, by=session.actor, now=now))
    return see_other("/desk/display")


async def _refused(request: AnyRequest, session: StaffSession, parts: Parts, error: type[PeopleError]) -> Response[str]:
    problem = PROBLEMS[error.code]
    return await _desk_page(request, session, parts, fault=problem.title, advice=problem.advice, status=problem.status)


async def _desk_page(
    request: AnyRequest,
    session: StaffSession,
    parts: Parts,
    *,
    fault: Message | None = None,
    advice: Message | None = None,
    status: int = 200,
) -> Response[str]:
    now, here = parts.clock.now(), session.terminal_id
    found, asked, taken = await parts.database.read(
        lambda conn: (
            [each for each in displays.list_of(conn, session.centre_id) if each.revoked_at is None],
            connecting.asked(conn, here, now) if here else None,
            connecting.taken_from(conn, here) if here else None,
        )
    )
    return page(
        request,
        "pages/terminals/display.html",
        status=status,
        back="/desk/display",
        fault=fault,
        advice=advice,
        own=next((each for each in found if each.terminal_id == here), None),
        others=[each for each in found if each.terminal_id is None or each.terminal_id != here],
        asked=asked if fault is None else None,
        taken=taken,
        is_at_terminal=here is not None,
    )


HANDLERS = (
    revoke_display,
    show_enrolment,
    enrol_display,
    show_desk_display,
    ask_for_display,
    pair_display,
    cancel_pairing,
    unpair_display,
)

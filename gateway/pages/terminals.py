"""Enrolling a shared computer, and pairing the screen that faces the resident."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.pages.terminal_proof import known_terminal, means_of
from gateway.parts import Parts
from gateway.people import throttle
from gateway.people.access import DisplaySession, StaffSession, Who, allow
from gateway.people.errors import (
    PairingCodeError,
    TerminalProofRefusedError,
    TriedTooOftenError,
    UnknownPersonError,
)
from gateway.problem_texts import PROBLEMS
from gateway.terminals import displays, enrolment, pairing
from gateway.terminals.tables import PairingKind
from gateway.web import cookies
from gateway.web.cookies import CookieName
from gateway.web.current import CurrentSession
from gateway.web.exchange import address_of
from gateway.web.live import changes
from gateway.web.redirects import see_other

AnyRequest = Request[Any, Any, Any]
_MANAGERS = (Who.MANAGER, Who.ADMINISTRATOR)
_AT_THE_DESK = (Who.ASSISTANT, Who.MANAGER)
_LONGEST_NAME = 60


# A manager's page: the centre's terminals.


@get("/manage/terminals", **allow(*_MANAGERS))
async def show_terminals(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """All terminals of the centre, and a form for a new one."""
    return await _terminals_page(request, session, parts)


@post("/manage/terminals", **allow(*_MANAGERS))
async def make_terminal_code(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Make the code that is typed on the new computer."""
    name = field(data, "name", _LONGEST_NAME)
    if not name:
        return await _terminals_page(request, session, parts, is_name_missing=True)
    now = parts.clock.now()
    code = await parts.database.write(
        lambda conn: enrolment.make_code(
            conn, parts.sealer, centre_id=session.centre_id, name=name, made_by=session.staff_id, now=now
        )
    )
    return see_other(f"/manage/terminals/codes/{code.seed}")


@get("/manage/terminals/codes/{seed:str}", **allow(*_MANAGERS))
async def show_terminal_code(request: AnyRequest, parts: Parts, seed: FromPath[str]) -> Response[Any]:
    """Show the code until it is used or past its time."""
    now = parts.clock.now()
    code = await parts.database.read(
        lambda conn: pairing.find_code(conn, parts.sealer, PairingKind.TERMINAL, seed, now)
    )
    if code is None:
        return see_other("/manage/terminals")
    return page(request, "pages/terminals/code.html", code=code, address=f"{parts.settings.url}/terminal/enrol")


@post("/manage/terminals/{terminal_id:str}/revoke", **allow(*_MANAGERS))
async def revoke_terminal(session: StaffSession, parts: Parts, terminal_id: FromPath[str]) -> Response[Any]:
    """Take a terminal out of use; sessions at it end."""
    now = parts.clock.now()
    await parts.database.write(
        lambda conn: enrolment.revoke(
            conn, terminal_id=terminal_id, centre_id=session.centre_id, by=session.actor, now=now
        )
    )
    return see_other("/manage/terminals")


# On the new computer.


@get("/terminal/enrol", **allow(Who.ANYONE))
async def show_enrolment(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Ask for the code that the manager reads out."""
    terminal = await known_terminal(request, parts)
    return page(request, "pages/terminals/enrol.html", terminal=terminal, problem=None)


@post("/terminal/enrol", **allow(Who.ANYONE))
async def enrol_terminal(request: AnyRequest, parts: Parts, data: Form) -> Response[Any]:
    """Enrol this computer; the secret goes into its cookie."""
    now, typed = parts.clock.now(), field(data, "code", 20)
    door = throttle.Door("enrolment", address_of(request), 10)

    def work(conn: Connection) -> str:
        secret = enrolment.enrol(conn, parts.sealer, typed=typed, means=means, now=now)
        throttle.forgive(conn, parts.sealer, [door])
        return secret

    try:
        await parts.database.write(lambda conn: throttle.charge(conn, parts.sealer, [door], now))
        means = await means_of(request, parts, data)
        secret = await parts.database.write(work)
    except (PairingCodeError, TriedTooOftenError, TerminalProofRefusedError) as error:
        problem = PROBLEMS[error.code]
        return page(request, "pages/terminals/enrol.html", status=problem.status, terminal=None, problem=problem)
    return see_other("/sign-in", cookies=[cookies.make(parts.settings, CookieName.TERMINAL, secret)])


# At the desk: the display of this terminal.


@get("/desk/display", **allow(*_AT_THE_DESK))
async def show_desk_display(request: AnyRequest, session: StaffSession) -> Response[Any]:
    """Say whether a display is paired, and ask for the code that one shows."""
    return _desk_display_page(request, session)


@post("/desk/display", **allow(*_AT_THE_DESK))
async def pair_display(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Pair the display whose code was typed."""
    now, typed = parts.clock.now(), field(data, "code", 20)
    door = throttle.Door("pairing", session.staff_id, 10)

    def work(conn: Connection) -> None:
        displays.claim(conn, parts.sealer, typed=typed, by=session, language="lv", now=now)
        throttle.forgive(conn, parts.sealer, [door])

    try:
        await parts.database.write(lambda conn: throttle.charge(conn, parts.sealer, [door], now))
        await parts.database.write(work)
    except (PairingCodeError, TriedTooOftenError) as error:
        return _desk_display_page(request, session, code=error.code)
    return see_other("/desk/display")


@post("/desk/display/unpair", **allow(*_AT_THE_DESK))
async def unpair_display(session: StaffSession, parts: Parts) -> Response[Any]:
    """Take the display away; it goes blank."""
    now = parts.clock.now()
    try:
        await parts.database.write(lambda conn: displays.unpair(conn, by=session, now=now))
    except UnknownPersonError:
        return see_other("/desk/display")  # pressed twice: it is gone already
    return see_other("/desk/display")


# On the display itself.


@get("/display/pair", **allow(Who.ANYONE, Who.DISPLAY))
async def show_pairing(request: AnyRequest, session: CurrentSession, parts: Parts) -> Response[Any]:
    """Show the code; once somebody has typed it at the desk, take the display's own secret and go there."""
    if isinstance(session, DisplaySession):
        return see_other("/display")
    now, holder = parts.clock.now(), cookies.read(parts.settings, request, CookieName.DISPLAY)
    if holder is None:
        return page(request, "pages/terminals/pair.html", code=None, minutes=None)
    code = await parts.database.read(_find_offer(parts, holder))
    if code is None:
        secret = await parts.database.write(lambda conn: displays.collect(conn, holder, now))
        if secret is not None:
            return see_other("/display", cookies=[cookies.make(parts.settings, CookieName.DISPLAY, secret)])
    minutes = max(1, (code.ends_at - now) // timedelta(minutes=1)) if code else None
    return page(request, "pages/terminals/pair.html", code=code, minutes=minutes)


@post("/display/pair", **allow(Who.ANYONE))
async def offer_pairing(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Make a code for this screen."""
    now, door = parts.clock.now(), throttle.Door("offer", address_of(request), 30)

    def work(conn: Connection) -> pairing.Code:
        throttle.charge(conn, parts.sealer, [door], now)
        return displays.offer(conn, parts.sealer, now)

    code = await parts.database.write(work)
    return see_other("/display/pair", cookies=[cookies.make(parts.settings, CookieName.DISPLAY, code.seed)])


@get("/display/pair/events", **allow(Who.ANYONE))
async def pairing_events(request: AnyRequest, parts: Parts) -> Stream:
    """Tell the screen when its code was typed or ran out."""
    holder = cookies.read(parts.settings, request, CookieName.DISPLAY) or ""
    return changes(parts.database, _find_offer(parts, holder))


def _find_offer(parts: Parts, holder: str) -> Callable[[Connection], pairing.Code | None]:
    return lambda conn: pairing.find_code(conn, parts.sealer, PairingKind.DISPLAY, holder, parts.clock.now())


async def _terminals_page(
    request: AnyRequest, session: StaffSession, parts: Parts, *, is_name_missing: bool = False
) -> Response[str]:
    terminals = await parts.database.read(lambda conn: enrolment.list_of(conn, session.centre_id))
    return page(
        request,
        "pages/terminals/terminals.html",
        status=400 if is_name_missing else 200,
        terminals=terminals,
        own=session.terminal_id,
        is_name_missing=is_name_missing,
    )


def _desk_display_page(request: AnyRequest, session: StaffSession, *, code: str | None = None) -> Response[str]:
    problem = PROBLEMS[code] if code else None
    return page(
        request,
        "pages/terminals/display.html",
        status=problem.status if problem else 200,
        problem=problem,
        is_paired=session.display_id is not None,
        is_at_terminal=session.terminal_id is not None,
    )


HANDLERS = (
    show_terminals,
    make_terminal_code,
    show_terminal_code,
    revoke_terminal,
    show_enrolment,
    enrol_terminal,
    show_desk_display,
    pair_display,
    unpair_display,
    show_pairing,
    offer_pairing,
    pairing_events,
)

"""A centre's computers and displays as its manager sees them, and enrolling a computer."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.pages.terminal_proof import known_terminal, means_of
from gateway.parts import Parts
from gateway.people import throttle
from gateway.people.access import StaffSession, Who, allow
from gateway.people.errors import PairingCodeError, TerminalProofRefusedError, TriedTooOftenError
from gateway.problem_texts import PROBLEMS
from gateway.terminals import displays, enrolment, pairing
from gateway.terminals.tables import PairingKind
from gateway.web import cookies
from gateway.web.cookies import CookieName
from gateway.web.exchange import address_of
from gateway.web.redirects import see_other
from gateway.web.refusals import CodeFor, note_code

AnyRequest = Request[Any, Any, Any]
_MANAGERS = (Who.MANAGER, Who.ADMINISTRATOR)
_LONGEST_NAME = 60


# A manager's page: the centre's terminals and displays.


@get("/manage/terminals", **allow(*_MANAGERS))
async def show_terminals(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """All terminals and displays of the centre, and forms for new ones."""
    return await _terminals_page(request, session, parts)


@post("/manage/terminals", **allow(*_MANAGERS))
async def make_terminal_code(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Make the code that is typed on the new computer."""
    name, now = field(data, "name", _LONGEST_NAME), parts.clock.now()
    if not name:
        return await _terminals_page(request, session, parts, nameless=PairingKind.TERMINAL)
    code = await parts.database.write(
        lambda conn: enrolment.make_code(
            conn, parts.sealer, centre_id=session.centre_id, name=name, made_by=session.staff_id, now=now
        )
    )
    return see_other(f"/manage/terminals/codes/{code.seed}")


@post("/manage/displays", **allow(*_MANAGERS))
async def make_display_code(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Make the code that is typed on the new screen."""
    name, now = field(data, "display", _LONGEST_NAME), parts.clock.now()
    if not name:
        return await _terminals_page(request, session, parts, nameless=PairingKind.DISPLAY)
    code = await parts.database.write(
        lambda conn: displays.make_code(conn, parts.sealer, name=name, by=session, now=now)
    )
    return see_other(f"/manage/terminals/codes/{code.seed}")


@get("/manage/terminals/codes/{seed:str}", **allow(*_MANAGERS))
async def show_terminal_code(request: AnyRequest, parts: Parts, seed: FromPath[str]) -> Response[Any]:
    """Show the code until it is used or past its time."""
    now = parts.clock.now()
    found = await parts.database.read(lambda conn: pairing.find_code(conn, parts.sealer, seed, now))
    if found is None:
        return see_other("/manage/terminals")
    kind, code = found
    return page(
        request,
        "pages/terminals/code.html",
        back="/manage/terminals",
        code=code,
        is_display=kind is PairingKind.DISPLAY,
        address=f"{parts.settings.url}/{kind.value}/enrol",
    )


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
        await note_code(request, CodeFor.TERMINAL, error)
        problem = PROBLEMS[error.code]
        return page(request, "pages/terminals/enrol.html", status=problem.status, terminal=None, problem=problem)
    return see_other("/sign-in", cookies=[cookies.make(parts.settings, CookieName.TERMINAL, secret)])


async def _terminals_page(
    request: AnyRequest, session: StaffSession, parts: Parts, *, nameless: PairingKind | None = None
) -> Response[str]:
    terminals, screens = await parts.database.read(
        lambda conn: (enrolment.list_of(conn, session.centre_id), displays.list_of(conn, session.centre_id))
    )
    return page(
        request,
        "pages/terminals/terminals.html",
        status=200 if nameless is None else 400,
        back="/manage/terminals",
        terminals=terminals,
        displays=screens,
        own=session.terminal_id,
        nameless=None if nameless is None else nameless.value,
    )


HANDLERS = (
    show_terminals,
    make_terminal_code,
    make_display_code,
    show_terminal_code,
    revoke_terminal,
    show_enrolment,
    enrol_terminal,
)

"""Signing in and out, locking and unlocking, choosing a role, choosing a language."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.changes import recoveries
from gateway.changes.recoveries import Concern
from gateway.database.engine import Database
from gateway.ids import digest
from gateway.pages import entrance, terminal_proof
from gateway.pages.entrance import sign_in_page, unlock_page
from gateway.pages.forms import Form, field
from gateway.pages.rendering import LANGUAGES, page
from gateway.pages.terminal_proof import known_terminal
from gateway.parts import Parts
from gateway.people import sessions, sign_in, staff, staff_passkeys, switching
from gateway.people.access import SessionKind, StaffSession, Who, allow
from gateway.people.errors import (
    AccountSuspendedError,
    PeopleError,
    SessionOverError,
    SignInFailedError,
    TerminalProofRefusedError,
    TerminalRequiredError,
    TriedTooOftenError,
)
from gateway.people.roles import Role
from gateway.people.staff_passkeys import Passkeys
from gateway.people.switching import Parked
from gateway.problem_texts import PROBLEMS, Problem
from gateway.services import trainings
from gateway.services.trainings import Trained
from gateway.terminals.tables import TerminalPurpose
from gateway.visits import display_choices
from gateway.web import cookies
from gateway.web.admission import session_of
from gateway.web.cookies import COOKIE_OF, CookieName
from gateway.web.current import CurrentSession
from gateway.web.exchange import address_of
from gateway.web.redirects import own_path, see_other

AnyRequest = Request[Any, Any, Any]
_IDLE = "idle"
"""What the page says that locked itself: nobody pressed the button."""
_WHY = {"elsewhere": PROBLEMS["session.elsewhere"], "suspended": PROBLEMS["staff.suspended"]}
"""What the sign-in says to somebody whose session was ended."""
_STATUS = {
    AccountSuspendedError: 403,
    SignInFailedError: 403,
    TerminalRequiredError: 403,
    TriedTooOftenError: 429,
    TerminalProofRefusedError: 403,
}


@get("/sign-in", **allow(Who.ANYONE, while_locked=True))
async def show_sign_in(request: AnyRequest, session: CurrentSession, parts: Parts) -> Response[Any]:
    """The form; somebody who is signed in goes on instead."""
    if session is not None:
        return see_other("/")
    terminal = await known_terminal(request, parts)
    problem = _WHY.get(request.query_params.get("why", ""))
    now, parked = parts.clock.now(), list[Parked]()
    if terminal is not None:
        here = terminal.id
        parked = await parts.database.read(lambda conn: switching.parked_at(conn, here, now))
    next_path = own_path(request.query_params.get("next"))
    return sign_in_page(request, terminal, problem=problem, next_path=next_path, parked=parked)


@post("/sign-in", **allow(Who.ANYONE, while_locked=True))
async def do_sign_in(request: AnyRequest, parts: Parts, data: Form) -> Response[Any]:
    """Check password and code; begin the session."""
    terminal = await known_terminal(request, parts)
    next_path = own_path(data.get("next"))
    try:
        proven = await terminal_proof.prove(request, parts, terminal, TerminalPurpose.SIGN_IN, data)
    except TerminalProofRefusedError as error:
        problem = PROBLEMS[error.code]
        return sign_in_page(request, terminal, problem=problem, next_path=next_path, status=problem.status)
    attempt = sign_in.Attempt(
        login=field(data, "login"),
        password=data.get("password", "")[:1000],
        code=field(data, "code", 20),
        place=entrance.place_of(request, parts, terminal, proven),
    )
    try:
        came = await sign_in.sign_in(parts, attempt)
    except (AccountSuspendedError, SignInFailedError, TerminalRequiredError, TriedTooOftenError) as error:
        return sign_in_page(
            request,
            terminal,
            problem=_problem_of(error, attempt),
            next_path=next_path,
            login=attempt.login,
            status=_STATUS[type(error)],
            until=getattr(error, "until", None),
        )
    return await entrance.let_in(request, parts, attempt.place, came, next_path)


@post("/sign-out", **allow(Who.STAFF, while_locked=True))
async def do_sign_out(session: StaffSession, parts: Parts) -> Response[Any]:
    """End the session and leave nothing of it in the browser but the terminal's enrolment."""
    now = parts.clock.now()
    await parts.database.write(lambda conn: sign_in.sign_out(conn, session, now))
    return see_other("/sign-in", cookies=[cookies.forget(parts.settings, CookieName.STAFF)], clear_cache=True)


@post("/lock", **allow(Who.STAFF))
async def do_lock(session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Lock the session; what was on the screen cannot be brought back by the back button.

    Whoever unlocks it goes on at the page that was locked; a colleague who comes in instead does not.
    """
    now, is_idle = parts.clock.now(), data.get("why") == _IDLE
    token = await parts.database.write(lambda conn: sign_in.lock(conn, session, now, is_idle=is_idle))
    then = own_path(data.get("next"))
    asked = {"why": _IDLE} if is_idle else {}
    asked |= {"next": then} if then != "/" else {}
    path = f"/unlock?{urlencode(asked, safe='/')}" if asked else "/unlock"
    return see_other(path, cookies=[cookies.make(parts.settings, CookieName.STAFF, token)], clear_cache=True)


@post("/park", **allow(Who.STAFF, while_locked=True))
async def do_park(session: StaffSession, parts: Parts) -> Response[Any]:
    """Leave the terminal to somebody else: the session stays locked there, and its cookie goes."""
    now = parts.clock.now()
    await parts.database.write(lambda conn: switching.park(conn, session, now))
    gone = [cookies.forget(parts.settings, name) for name in (CookieName.STAFF, CookieName.PROOF)]
    return see_other("/sign-in", cookies=gone, clear_cache=True)


@post("/sign-in/back", **allow(Who.ANYONE, while_locked=True))
async def do_take_back(request: AnyRequest, parts: Parts, data: Form) -> Response[Any]:
    """Give a terminal one of the sessions that are parked there, to be unlocked by its owner."""
    now, terminal, who = parts.clock.now(), await known_terminal(request, parts), field(data, "who")
    try:
        proven = await terminal_proof.prove(request, parts, terminal, TerminalPurpose.SIGN_IN, data)
        if terminal is None or proven is None:
            raise TerminalProofRefusedError("missing")
        here, shown = terminal.id, proven
        token = await parts.database.write(lambda conn: switching.take_back(conn, here, who, proven=shown, now=now))
    except (TerminalProofRefusedError, SessionOverError) as error:
        problem = PROBLEMS[error.code]
        return sign_in_page(request, terminal, problem=problem, status=problem.status)
    fresh = [cookies.make(parts.settings, CookieName.STAFF, token), cookies.forget(parts.settings, CookieName.PROOF)]
    return see_other("/unlock", cookies=fresh)


@get("/unlock", **allow(Who.STAFF, while_locked=True))
async def show_unlock(request: AnyRequest, session: StaffSession) -> Response[Any]:
    """Ask for the password of whoever is signed in at the locked terminal."""
    next_path = own_path(request.query_params.get("next"))
    if session.locked_at is None:
        return see_other(next_path)
    is_idle = request.query_params.get("why") == _IDLE
    return unlock_page(request, session, next_path=next_path, is_idle=is_idle)


@post("/unlock", **allow(Who.STAFF, while_locked=True))
async def do_unlock(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Go on where the session was locked."""
    next_path, password = own_path(data.get("next")), data.get("password", "")[:1000]
    terminal = await known_terminal(request, parts)
    try:
        proven = await terminal_proof.prove(request, parts, terminal, TerminalPurpose.UNLOCK, data)
        token = await sign_in.unlock(parts, session, password, address=address_of(request), proven=proven)
    except (SignInFailedError, TriedTooOftenError, TerminalProofRefusedError) as error:
        return unlock_page(
            request,
            session,
            status=_STATUS[type(error)],
            problem=PROBLEMS["sign_in.wrong_password" if isinstance(error, SignInFailedError) else error.code],
            until=getattr(error, "until", None),
            next_path=next_path,
        )
    fresh = [
        cookies.make(parts.settings, CookieName.STAFF, token),
        cookies.forget(parts.settings, CookieName.PROOF),
    ]
    return see_other(next_path, cookies=fresh)


@get("/role", **allow(Who.STAFF, while_locked=True))
async def show_roles(request: AnyRequest, session: StaffSession) -> Response[Any]:
    """Let somebody with several roles choose one."""
    if session.locked_at is not None:
        return see_other("/unlock?next=/role")
    return page(
        request,
        "pages/account/role.html",
        roles=[role.value for role in session.roles],
        chosen=session.role.value if session.role_chosen else None,
        problem=None,
        next_path=own_path(request.query_params.get("next")),
    )


@post("/role", **allow(Who.STAFF, while_locked=True))
async def do_choose_role(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Go on in the chosen role, in a new session."""
    chosen = next((role for role in Role if role.value == data.get("role")), None)
    if chosen is None:
        return page(
            request,
            "pages/account/role.html",
            status=400,
            roles=[role.value for role in session.roles],
            chosen=None,
            problem="missing",
            next_path=own_path(data.get("next")),
        )
    now, role = parts.clock.now(), chosen
    token = await parts.database.write(lambda conn: sign_in.choose_role(conn, session, role, now))
    return see_other(own_path(data.get("next")), cookies=[cookies.make(parts.settings, CookieName.STAFF, token)])


@get("/account", **allow(Who.STAFF))
async def show_account(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """Who is signed in, where, in which role, until when, trained in what; and what was changed of the account."""
    now = parts.clock.now()

    def work(conn: Connection) -> tuple[list[Concern], list[Trained], Passkeys]:
        login = staff.login_of(conn, session.staff_id)
        held = trainings.of_staff(conn, session.staff_id, session.language)
        passkeys = staff_passkeys.of_staff(conn, session.staff_id, now)
        return recoveries.concerning(conn, login, now), held, passkeys

    concerns, held, passkeys = await parts.database.read(work)
    return page(
        request,
        "pages/account/account.html",
        me=session,
        concerns=concerns,
        passkeys=passkeys,
        trainings=held,
        now=now,
        soon=now + trainings.SOON,
    )


@post("/account/recoveries/{change_id:str}/end", **allow(Who.STAFF))
async def end_recovery(session: StaffSession, parts: Parts, change_id: FromPath[str]) -> Response[Any]:
    """Its holder does not want the account to be recovered."""
    await parts.database.write(lambda conn: recoveries.object_to(conn, parts, session, change_id))
    return see_other("/account")


@get("/language/{code:str}", **allow(Who.ANYONE, while_locked=True))
async def choose_language(request: AnyRequest, parts: Parts, database: Database, code: FromPath[str]) -> Response[Any]:
    """Show the pages in another language: those of one session, or of a browser without any. Changes nothing else."""
    if code not in LANGUAGES:
        raise NotFoundException
    back, of = own_path(request.query_params.get("back")), request.query_params.get("of", "")
    kind = next((kind for kind in SessionKind if kind.value == of), None)
    token = cookies.read(parts.settings, request, COOKIE_OF[kind]) if kind else None
    is_theirs = kind is not None and await session_of(request, parts, kind) is not None
    if not token or not is_theirs:
        pass  # nobody's, or of a browser elsewhere: this one's own cookie is all that changes
    elif kind is SessionKind.DISPLAY:
        await database.write(lambda conn: display_choices.choose(conn, parts, token, language=code))
    else:
        await database.write(lambda conn: sessions.set_language(conn, digest(token), code))
    return see_other(back, cookies=[cookies.make(parts.settings, CookieName.LANGUAGE, code)])


def _problem_of(error: PeopleError, attempt: sign_in.Attempt) -> Problem:
    if isinstance(error, TerminalRequiredError):
        return entrance.required_here(attempt.place)
    return PROBLEMS[error.code]


HANDLERS = (
    show_sign_in,
    do_sign_in,
    do_sign_out,
    do_lock,
    do_park,
    do_take_back,
    show_unlock,
    do_unlock,
    show_roles,
    do_choose_role,
    show_account,
    end_recovery,
    choose_language,
)

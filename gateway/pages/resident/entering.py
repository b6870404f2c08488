"""The way in: a code typed on the phone, or a link scanned from the counter's screen.

A GET of a link only shows a button, so that nothing which looks at links for somebody uses it up; the POST redeems.
"""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as field_of
from typing import Any, TypeAlias

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people import sessions, throttle
from gateway.people.access import ResidentSession, Who, allow
from gateway.people.errors import TriedTooOftenError
from gateway.people.throttle import Door
from gateway.problem_texts import PROBLEMS, Problem
from gateway.visits import approvals, known_phones
from gateway.visits.errors import CodeUnknownError
from gateway.visits.rows import AnyRow, find_visit
from gateway.web import cookies
from gateway.web.admission import stranger_of
from gateway.web.cookies import CookieName
from gateway.web.current import CurrentSession
from gateway.web.exchange import address_of
from gateway.web.redirects import see_other
from gateway.web.refusals import CodeFor, note_code
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
_CALLERS = allow(Who.ANYONE, Who.RESIDENT)
_TRIES_OF_BROWSER = 10
_TRIES_OF_ADDRESS = 60
"""Many phones share one address of a mobile network; eight digits for two minutes leave room for that."""
_LONGEST_LINK = 64
_NOT_WHOLE = Problem(
    400,
    message("The code has 8 digits"),
    message("Type all 8 digits that the counter’s screen shows."),
)
"""Of a slip that no code can be: nothing was tried, so no new code is needed."""


Redeem: TypeAlias = Callable[[Connection, Parts, str, ResidentSession | None], AnyRow]
"""What uses a code or link up, and gives the question that it belongs to."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that a code has opened, and the language that its holder reads."""

    token: str = field_of(repr=False)
    language: str


@get("/a", **_CALLERS)
async def show_code_form(request: AnyRequest) -> Response[Any]:
    """Where the short code from the counter is typed."""
    return _code_page(request)


@post("/a", **_CALLERS)
async def take_code(request: AnyRequest, session: CurrentSession, parts: Parts, data: Form) -> Response[Any]:
    """Open the question that a code belongs to; the code is used up."""
    typed = field(data, "code", 20)
    if sum(sign.isdigit() for sign in typed) != approvals.PHONE_CODE_DIGITS:
        return _code_page(request, _NOT_WHOLE)
    try:
        opened = await open_by_code(request, session, parts, typed)
    except (CodeUnknownError, TriedTooOftenError) as error:
        await note_code(request, CodeFor.QUESTION, error)
        return _code_page(request, PROBLEMS[error.code])
    return enter(parts, opened, "/approve")


@get("/a/{link:str}", **_CALLERS)
async def show_link(request: AnyRequest, link: FromPath[str]) -> Response[Any]:
    """Show a button, whether or not the link is any good."""
    return page(request, "pages/resident/link.html", action=f"/a/{link[:_LONGEST_LINK]}")


@post("/a/{link:str}", **_CALLERS)
async def take_link(request: AnyRequest, session: CurrentSession, parts: Parts, link: FromPath[str]) -> Response[Any]:
    """Open the question that a scanned link belongs to; the link is used up."""
    try:
        opened = await parts.database.write(
            lambda conn: _begin(conn, parts, session, link[:_LONGEST_LINK], approvals.open_by_link)
        )
    except CodeUnknownError as error:
        await note_code(request, CodeFor.QUESTION, error)
        return _code_page(request, PROBLEMS[error.code])
    return enter(parts, opened, "/approve")


async def open_by_code(request: AnyRequest, session: CurrentSession, parts: Parts, code: str) -> Opened:
    """Redeem a code; tries in vain are counted against the browser and against its address.

    Raises:
        CodeUnknownError: wrong, used or past its two minutes.
        TriedTooOftenError: too many wrong ones came from here.
    """
    now = parts.clock.now()
    doors = doors_of(request, session, parts)
    await parts.database.write(lambda conn: throttle.charge(conn, parts.sealer, doors, now))

    def work(conn: Connection) -> Opened:
        opened = _begin(conn, parts, session, code, approvals.open_by_code)
        throttle.forgive(conn, parts.sealer, doors)
        return opened

    return await parts.database.write(work)


def doors_of(request: AnyRequest, session: CurrentSession, parts: Parts) -> list[Door]:
    """Where tries in vain with a code are counted: the browser, and the address it comes from."""
    known = session.token_hash.hex() if isinstance(session, ResidentSession) else stranger_of(request, parts)[0]
    return [
        Door("approval.browser", known, _TRIES_OF_BROWSER),
        Door("approval.address", address_of(request), _TRIES_OF_ADDRESS),
    ]


def _begin(conn: Connection, parts: Parts, session: CurrentSession, way: str, redeem: Redeem) -> Opened:
    """Bind the phone to the question; one that has signed in for this visit stays known.

    Whoever came with an earlier code goes: a number that is matched from now on is matched by this phone alone.
    """
    phone = session if isinstance(session, ResidentSession) else None
    approval = redeem(conn, parts, way, phone)
    now = parts.clock.now()
    sessions.end_strangers_of_approval(conn, approval.id, now)
    if phone is not None:
        if known_phones.is_known(conn, approval, phone):
            token = sessions.rotate(conn, phone.token_hash, now=now, approval_id=approval.id)
            return Opened(token, phone.language)
        sessions.end(conn, phone.token_hash, now)
    life, language = parts.settings.resident_session, find_visit(conn, approval.visit_id).language
    token = sessions.begin_resident(
        conn,
        visit_id=approval.visit_id,
        approval_id=approval.id,
        language=language,
        now=now,
        lifetime=sessions.Lifetime(idle=life, absolute=parts.settings.delegation_validity + life),
    )
    return Opened(token, language)


def _code_page(request: AnyRequest, problem: Problem | None = None) -> Response[Any]:
    status = problem.status if problem else 200
    return page(request, "pages/resident/code.html", status=status, back="/a", problem=problem, asked_anew=False)


def enter(parts: Parts, opened: Opened, path: str) -> Response[Any]:
    """Go to a page with the session that a code has opened; the phone's other pages are in its language too."""
    given = ((CookieName.RESIDENT, opened.token), (CookieName.LANGUAGE, opened.language))
    return see_other(path, cookies=[cookies.make(parts.settings, name, value) for name, value in given])


HANDLERS = (show_code_form, take_code, show_link, take_link)

"""The two pages at which staff come in, and what the browser of somebody who came in is given."""

from typing import Any, Final

from litestar import Request, Response

from gateway.changes import recoveries
from gateway.ids import new_token
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people import staff, staff_passkey_questions
from gateway.people.access import StaffSession
from gateway.people.entering import CameIn, Place
from gateway.people.proven import Proven
from gateway.problem_texts import PROBLEMS, Problem
from gateway.terminals.enrolment import KnownTerminal
from gateway.terminals.proofs import fingerprint
from gateway.web import cookies
from gateway.web.cookies import CookieName
from gateway.web.exchange import address_of, parts_of
from gateway.web.headers import PASSKEYS_HERE
from gateway.web.redirects import see_other

AnyRequest = Request[Any, Any, Any]
RECOVERED: Final = "recovered"
"""What the sign-in says to somebody who has just set password and codes anew."""
_OVER: Final = "over"
INVITED: Final = "invited"
"""What it says to somebody who has just made their account."""
INVITED_ELSEWHERE: Final = "invited-elsewhere"
"""The same, of an account with which nobody signs in at this computer."""


def place_of(request: AnyRequest, parts: Parts, terminal: KnownTerminal | None, proven: Proven | None) -> Place:
    """Where a request comes from; a browser without a mark is given one with the session."""
    return Place(
        terminal=terminal,
        address=address_of(request),
        proven=proven,
        browser=cookies.read(parts.settings, request, CookieName.BROWSER) or new_token(),
    )


async def let_in(request: AnyRequest, parts: Parts, place: Place, came: CameIn, path: str) -> Response[Any]:
    """Give the browser its session, and lead on; to the account's page first where somebody has to be told of it."""
    now = parts.clock.now()
    login = await parts.database.read(lambda conn: staff.login_of(conn, came.staff_id))
    asked = await parts.database.read(lambda conn: recoveries.concerning(conn, login, now))
    if came.has_news or any(each.can_end for each in asked):
        path = "/account"  # somebody else may want to get into this account: its holder is told before anything else
    fresh = [
        cookies.make(parts.settings, CookieName.STAFF, came.token),
        cookies.make(parts.settings, CookieName.BROWSER, place.browser or ""),
        cookies.forget(parts.settings, CookieName.PROOF),
    ]
    secret = cookies.read(parts.settings, request, CookieName.TERMINAL)
    if place.terminal is not None and secret is not None:
        fresh.append(cookies.make(parts.settings, CookieName.TERMINAL, secret))
    return see_other(path, cookies=fresh)


def required_here(place: Place) -> Problem:
    """Why a computer is not one at which somebody's roles may be used."""
    is_silent = place.terminal is not None and place.proven is None
    return PROBLEMS["terminal.proof_missing" if is_silent else "sign_in.terminal_required"]


def sign_in_page(request: AnyRequest, terminal: KnownTerminal | None, **context: Any) -> Response[str]:
    """The page at which nobody is signed in."""
    given: dict[str, Any] = {"terminal": terminal, "problem": None, "until": None, "login": "", "next_path": "/"}
    given["problem_at"] = "login"
    given["parked"] = ()
    given["terminal_key"] = fingerprint(terminal.public_key) if terminal and terminal.public_key else None
    given["has_certificate"] = terminal is not None and terminal.certificate_hash is not None
    given["anywhere"] = parts_of(request).settings.staff_anywhere
    given["is_recovered"] = request.query_params.get("why") == RECOVERED
    given["is_over"] = request.query_params.get("why") == _OVER
    given["is_invited"] = request.query_params.get("why") == INVITED
    if terminal is None and request.query_params.get("why") == INVITED_ELSEWHERE:
        return page(request, "pages/joining/elsewhere.html")
    return _page(request, "pages/account/sign_in.html", given | context)


def unlock_page(request: AnyRequest, session: StaffSession, **context: Any) -> Response[str]:
    """The page of a locked session."""
    given: dict[str, Any] = {"problem": None, "problem_at": "password", "until": None, "is_idle": False}
    given["terminal_key"] = fingerprint(session.terminal_key) if session.terminal_key else None
    return _page(request, "pages/account/unlock.html", given | context)


def _page(request: AnyRequest, template: str, context: dict[str, Any]) -> Response[str]:
    with_passkeys = staff_passkey_questions.can_be_used(parts_of(request).settings)
    return page(request, template, headers=PASSKEYS_HERE, with_passkeys=with_passkeys, **context)

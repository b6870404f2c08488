"""Whoever was invited opens their account: a button, then the app's secret and a password of their own.

A GET shows a button, or that the link opens nothing: it uses nothing and names nobody. Whatever previews links asks for
it too, so the event that a dead one leaves says no more than that it was opened. Each POST is counted first.
"""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages import terminal_proof
from gateway.pages.entrance import INVITED, INVITED_ELSEWHERE
from gateway.pages.forms import Form, field
from gateway.pages.qr import draw
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people import invitations, passwords, throttle
from gateway.people.access import Who, allow
from gateway.people.errors import (
    AppCodeWrongError,
    InvitationCodeError,
    InvitationOverError,
    PeopleError,
    TriedTooOftenError,
)
from gateway.people.invitations import Invited
from gateway.people.passwords import SHORTEST
from gateway.problem_texts import PROBLEMS
from gateway.web.exchange import address_of
from gateway.web.redirects import see_other
from gateway.web.refusals import CodeFor, note_code
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_CALLERS: Final = allow(Who.ANYONE, while_locked=True)
_LONGEST_PASSWORD: Final = 1000
_LONGEST_LINK: Final = 64
_NOT_THE_SAME: Final = message("The two passwords are not the same")
_TOO_SHORT: Final = message("Choose a password of at least 12 characters")
_WRONG_CODE: Final = message("The code is not right: type the one that the app shows now for the new entry")


@get("/join/{link:str}", **_CALLERS)
async def show(request: AnyRequest, parts: Parts, link: FromPath[str]) -> Response[Any]:
    """What this is, and a button; of a link that opens nothing that it does, and whom to ask."""
    now = parts.clock.now()
    shut = await parts.database.read(lambda conn: invitations.why_shut(conn, _plain(link), now))
    if shut is None:
        return _start(request, link)
    await note_code(request, CodeFor.INVITATION, shut)
    return _refused(request, link, "", shut)


@post("/join/{link:str}", **_CALLERS)
async def begin(request: AnyRequest, parts: Parts, link: FromPath[str], data: Form) -> Response[Any]:
    """The link is right, and the code where one is needed: show what the app needs, with the form for the password."""
    code = field(data, "second", 20)
    try:
        found = await _checked(request, parts, link, code)
    except (InvitationOverError, InvitationCodeError, TriedTooOftenError) as error:
        return _refused(request, link, code, error)
    return _new(request, link, code, found)


@post("/join/{link:str}/finish", **_CALLERS)
async def finish(request: AnyRequest, parts: Parts, link: FromPath[str], data: Form) -> Response[Any]:
    """Open the account; its holder signs in with it where they work."""
    code, app_code = field(data, "second", 20), field(data, "code", 20)
    password = data.get("password", "")[:_LONGEST_PASSWORD]
    try:
        found = await _checked(request, parts, link, code)
    except (InvitationOverError, InvitationCodeError, TriedTooOftenError) as error:
        return _refused(request, link, code, error)
    is_code = invitations.is_code(found, app_code, parts.clock.now())
    wrong = _wrong(password, data.get("again", "")[:_LONGEST_PASSWORD], is_code=is_code)
    if wrong:
        return _new(request, link, code, found, wrong)
    try:
        made = await passwords.hashed(password)
        await _open_account(parts, link, code, made, app_code)
    except AppCodeWrongError:  # good until this moment
        return _new(request, link, code, found, {"code": _WRONG_CODE})
    except PeopleError as error:  # withdrawn in this moment, or the user name was given to somebody else
        return _refused(request, link, code, error)
    is_here = await _signs_in_here(request, parts, found)
    return see_other(f"/sign-in?why={INVITED if is_here else INVITED_ELSEWHERE}")


async def _signs_in_here(request: AnyRequest, parts: Parts, found: Invited) -> bool:
    """Whether somebody can sign in with the new account at this computer."""
    if set(found.roles) & set(parts.settings.staff_anywhere):
        return True
    return await terminal_proof.known_terminal(request, parts) is not None


def _wrong(password: str, again: str, *, is_code: bool) -> dict[str, Message]:
    """All that is wrong with what was typed, by question, in the order of the form."""
    wrong = {
        "code": None if is_code else _WRONG_CODE,
        "password": _TOO_SHORT if len(password) < SHORTEST else None,
        "again": None if password == again else _NOT_THE_SAME,
    }
    return {name: text for name, text in wrong.items() if text is not None}


async def _open_account(parts: Parts, link: str, code: str, password_hash: str, app_code: str) -> None:
    """Raises what `invitations.accept` returns too: by then its event is committed."""

    def work(conn: Connection) -> str | PeopleError:
        return invitations.accept(conn, parts, _plain(link), code, password_hash=password_hash, app_code=app_code)

    outcome = await parts.database.write(work)
    if isinstance(outcome, PeopleError):
        raise outcome


async def _checked(request: AnyRequest, parts: Parts, link: str, code: str) -> Invited:
    """Count the try, then look at it; what was right is given back."""
    terminal = await terminal_proof.known_terminal(request, parts)
    doors = invitations.doors(_plain(link), terminal.id if terminal else None, address_of(request))
    now = parts.clock.now()
    await parts.database.write(lambda conn: throttle.charge(conn, parts.sealer, doors, now))

    def work(conn: Connection) -> Invited | InvitationOverError | InvitationCodeError:
        found = invitations.check(conn, parts, _plain(link), code)
        if isinstance(found, Invited):
            throttle.forgive(conn, parts.sealer, doors)
        return found

    found = await parts.database.write(work)
    if not isinstance(found, Invited):
        raise found
    return found


def _plain(link: str) -> str:
    return link[:_LONGEST_LINK]


def _start(request: AnyRequest, link: str, status: int = 200, **context: Any) -> Response[Any]:
    given: dict[str, Any] = {"problem": None, "until": None, "asks_code": False, "lasts": invitations.LASTS}
    back = f"/join/{_plain(link)}"
    return page(request, "pages/joining/start.html", status=status, back=back, link=_plain(link), **(given | context))


def _refused(request: AnyRequest, link: str, code: str, error: PeopleError) -> Response[Any]:
    problem = PROBLEMS[error.code]
    asks = isinstance(error, InvitationCodeError)
    if asks and not code:  # it was not asked for yet
        return _start(request, link, asks_code=True)
    until = getattr(error, "until", None)
    return _start(request, link, problem.status, problem=problem, until=until, asks_code=asks)


def _new(
    request: AnyRequest, link: str, code: str, found: Invited, errors: Mapping[str, Message] | None = None
) -> Response[Any]:
    secret = found.totp_secret
    return page(
        request,
        "pages/joining/new.html",
        status=422 if errors else 200,
        back=f"/join/{_plain(link)}",
        link=_plain(link),
        second=code,
        invited=found,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        totp_qr=draw(found.totp_uri),
        shortest=SHORTEST,
        errors=errors or {},
    )


HANDLERS = (show, begin, finish)

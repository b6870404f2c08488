"""Somebody who lost password or one-time codes sets both anew, with the two halves of a code that two people hold.

Nothing is kept between the two forms but what the first one sent: the second carries the halves along.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from gateway.pages import entrance, terminal_proof
from gateway.pages.forms import Form
from gateway.pages.forms import field as typed_in
from gateway.pages.qr import draw
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people import passwords, recovery, throttle
from gateway.people.access import Who, allow
from gateway.people.errors import AppCodeWrongError, RecoveryRefusedError, TriedTooOftenError
from gateway.people.passwords import SHORTEST, WeakPasswordError
from gateway.people.recovery import Recovering
from gateway.people.throttle import Door
from gateway.problem_texts import PROBLEMS
from gateway.web.exchange import address_of
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
_CALLERS: Final = allow(Who.ANYONE, while_locked=True)
_LONGEST_PASSWORD: Final = 1000
_NOT_THE_SAME: Final = message("The two passwords are not the same")
_TOO_SHORT: Final = message("Choose a password of at least 12 characters")
_WRONG_CODE: Final = message("The code is not right: type the one that the app shows now for the new entry")


@dataclass(frozen=True, slots=True)
class _Brought:
    """What somebody brought along."""

    login: str
    halves: tuple[str, str] = field(repr=False)
    doors: tuple[Door, ...]


@get("/recover", **_CALLERS)
async def show(request: AnyRequest) -> Response[Any]:
    """How an account is recovered, and the form for the code."""
    return page(request, "pages/account/recover.html", login="", problem=None, until=None)


@post("/recover", **_CALLERS)
async def begin(request: AnyRequest, parts: Parts, data: Form) -> Response[Any]:
    """Both halves are right: show what the app needs, with the form for the new password."""
    brought = await _brought(request, parts, data)
    try:
        found = await _found(parts, brought)
    except (RecoveryRefusedError, TriedTooOftenError) as error:
        return _refused(request, brought, error)
    return _new(request, brought, found)


@post("/recover/finish", **_CALLERS)
async def finish(request: AnyRequest, parts: Parts, data: Form) -> Response[Any]:
    """Set password and codes; its holder signs in with them."""
    brought = await _brought(request, parts, data)
    password, code = data.get("password", "")[:_LONGEST_PASSWORD], typed_in(data, "code", 20)
    try:
        found = await _found(parts, brought)
    except (RecoveryRefusedError, TriedTooOftenError) as error:
        return _refused(request, brought, error)
    if password != data.get("again", "")[:_LONGEST_PASSWORD]:
        return _new(request, brought, found, {"again": _NOT_THE_SAME})
    try:
        made = await passwords.hashed(password)
        await parts.database.write(lambda conn: recovery.finish(conn, parts, brought.login, brought.halves, made, code))
    except WeakPasswordError:
        return _new(request, brought, found, {"password": _TOO_SHORT})
    except AppCodeWrongError:
        return _new(request, brought, found, {"code": _WRONG_CODE})
    except RecoveryRefusedError as error:  # ended in this moment
        return _refused(request, brought, error)
    return see_other(f"/sign-in?why={entrance.RECOVERED}")


async def _brought(request: AnyRequest, parts: Parts, data: Form) -> _Brought:
    terminal = await terminal_proof.known_terminal(request, parts)
    login = typed_in(data, "login")
    halves = typed_in(data, "first", 20), typed_in(data, "second", 20)
    return _Brought(login, halves, recovery.doors(login, terminal.id if terminal else None, address_of(request)))


async def _found(parts: Parts, brought: _Brought) -> Recovering:
    """Count the try, then look at it; what was right is given back."""
    now = parts.clock.now()
    await parts.database.write(lambda conn: throttle.charge(conn, parts.sealer, brought.doors, now))

    def work(conn: Connection) -> Recovering:
        found = recovery.check(conn, parts, brought.login, brought.halves)
        throttle.forgive(conn, parts.sealer, brought.doors)
        return found

    return await parts.database.write(work)


def _refused(request: AnyRequest, brought: _Brought, error: RecoveryRefusedError | TriedTooOftenError) -> Response[Any]:
    problem = PROBLEMS[error.code]
    until = getattr(error, "until", None)
    return page(
        request,
        "pages/account/recover.html",
        status=problem.status,
        back="/recover",
        login=brought.login,
        problem=problem,
        until=until,
    )


def _new(
    request: AnyRequest, brought: _Brought, found: Recovering, errors: Mapping[str, Message] | None = None
) -> Response[Any]:
    return page(
        request,
        "pages/account/recover_new.html",
        status=422 if errors else 200,
        back="/recover",
        login=brought.login,
        halves=brought.halves,
        secret=" ".join(found.totp_secret[at : at + 4] for at in range(0, len(found.totp_secret), 4)),
        totp_qr=draw(found.totp_uri),
        shortest=SHORTEST,
        errors=errors or {},
    )


HANDLERS = (show, begin, finish)

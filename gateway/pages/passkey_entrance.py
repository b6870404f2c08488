"""Coming in by a passkey: at the sign-in and at a locked session. The page's script sends the answer as a form.

The terminal proves itself with the same form, as with a password.
"""

from typing import Any

from litestar import Request, Response, post

from gateway.ids import digest
from gateway.pages import entrance, terminal_proof
from gateway.pages.entrance import sign_in_page, unlock_page
from gateway.pages.forms import Form, field
from gateway.pages.terminal_proof import known_terminal
from gateway.parts import Parts
from gateway.people import passkey_sign_in
from gateway.people.access import StaffSession, Who, allow
from gateway.people.entering import CameIn, Place
from gateway.people.errors import TerminalProofRefusedError, TerminalRequiredError, TriedTooOftenError
from gateway.people.passkey_errors import StaffPasskeyError
from gateway.people.passkey_questions import Question
from gateway.people.passkey_sign_in import Attempt
from gateway.problem_texts import PROBLEMS, Problem
from gateway.terminals.tables import TerminalPurpose
from gateway.web import cookies
from gateway.web.admission import stranger_of
from gateway.web.cookies import CookieName
from gateway.web.exchange import address_of
from gateway.web.redirects import own_path, see_other

AnyRequest = Request[Any, Any, Any]
_REFUSALS = (StaffPasskeyError, TerminalProofRefusedError, TerminalRequiredError, TriedTooOftenError)
_LONGEST_ANSWER = 32_768


@post("/sign-in/passkey/question", status_code=200, **allow(Who.ANYONE, while_locked=True))
async def ask(request: AnyRequest, parts: Parts) -> Response[dict[str, Any]]:
    """Give the page's script the question that whoever stands here answers; it names nobody."""
    bound_to, address = _stranger(request, parts), address_of(request)
    return to_script(
        await parts.database.write(lambda conn: passkey_sign_in.ask(conn, parts, bound_to, stranger_at=address))
    )


@post("/sign-in/passkey", **allow(Who.ANYONE, while_locked=True))
async def come_in(request: AnyRequest, parts: Parts, data: Form) -> Response[Any]:
    """Let the passkey's holder in."""
    terminal, next_path, place = await known_terminal(request, parts), own_path(data.get("next")), None
    try:
        proven = await terminal_proof.prove(request, parts, terminal, TerminalPurpose.SIGN_IN, data)
        place = entrance.place_of(request, parts, terminal, proven)
        came = await passkey_sign_in.come_in(parts, attempt_of(data, _stranger(request, parts), place))
    except _REFUSALS as error:
        problem, until = _problem_of(error, place), getattr(error, "until", None)
        return sign_in_page(
            request,
            terminal,
            problem=problem,
            problem_at="passkey-button",
            status=problem.status,
            until=until,
            next_path=next_path,
            back="/sign-in",
        )
    return await entrance.let_in(request, parts, place, came, next_path)


@post("/unlock/passkey/question", status_code=200, **allow(Who.STAFF, while_locked=True))
async def ask_at_lock(session: StaffSession, parts: Parts) -> Response[dict[str, Any]]:
    """Give the page's script the question that whoever stands at the locked terminal answers; it names nobody."""
    return to_script(await parts.database.write(lambda conn: passkey_sign_in.ask(conn, parts, session.token_hash)))


@post("/unlock/passkey", **allow(Who.STAFF, while_locked=True))
async def unlock(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Go on where the session was locked; a colleague's passkey lets the colleague in instead."""
    terminal, next_path, place = await known_terminal(request, parts), own_path(data.get("next")), None
    if session.locked_at is None:
        return see_other(next_path)
    try:
        proven = await terminal_proof.prove(request, parts, terminal, TerminalPurpose.UNLOCK, data)
        place = entrance.place_of(request, parts, terminal, proven)
        came = await passkey_sign_in.unlock(parts, session, attempt_of(data, session.token_hash, place))
    except _REFUSALS as error:
        problem, until = _problem_of(error, place), getattr(error, "until", None)
        return unlock_page(
            request,
            session,
            problem=problem,
            problem_at="passkey-button",
            status=problem.status,
            until=until,
            next_path=next_path,
            back="/unlock",
        )
    if came.staff_id != session.staff_id:  # the page that was locked is not theirs to see
        return await entrance.let_in(request, parts, place, came, "/")
    return _unlocked(parts, came, next_path)


def attempt_of(data: dict[str, str], bound_to: bytes, place: Place) -> Attempt:
    """What a form with a passkey's answer brings."""
    answer = field(data, "answer", _LONGEST_ANSWER + 1)
    return Attempt(question=field(data, "question", 64), answer=answer, bound_to=bound_to, place=place)


def to_script(question: Question) -> Response[dict[str, Any]]:
    """A question, as the page's script takes it."""
    return Response({"question": question.id, "options": question.options}, media_type="application/json")


def _unlocked(parts: Parts, came: CameIn, path: str) -> Response[Any]:
    fresh = [
        cookies.make(parts.settings, CookieName.STAFF, came.token),
        cookies.forget(parts.settings, CookieName.PROOF),
    ]
    return see_other(path, cookies=fresh)


def _problem_of(error: Any, place: Place | None) -> Problem:
    if isinstance(error, TerminalRequiredError) and place is not None:
        return entrance.required_here(place)
    return PROBLEMS[error.code]


def _stranger(request: AnyRequest, parts: Parts) -> bytes:
    return digest(stranger_of(request, parts)[0])


HANDLERS = (ask, come_in, ask_at_lock, unlock)

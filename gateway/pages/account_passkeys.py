"""The passkeys of whoever is signed in: seen at any time, added and removed within minutes of showing who one is."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gateway.pages import entrance
from gateway.pages.forms import Form, field
from gateway.pages.passkey_entrance import attempt_of, to_script
from gateway.pages.rendering import page
from gateway.pages.terminal_proof import known_terminal
from gateway.parts import Parts
from gateway.people import passkey_sign_in, sign_in, staff_passkey_questions, staff_passkeys
from gateway.people.access import StaffSession, Who, allow
from gateway.people.entering import Place
from gateway.people.errors import SignInFailedError, TriedTooOftenError
from gateway.people.passkey_errors import StaffPasskeyError
from gateway.problem_texts import PROBLEMS, Problem
from gateway.web.headers import PASSKEYS_HERE
from gateway.web.redirects import see_other

AnyRequest = Request[Any, Any, Any]
HOME = "/account/passkeys"
_STAFF = allow(Who.STAFF)
_LONGEST_ANSWER = 32_768
_DONE = ("added", "removed")


@get(HOME, **_STAFF)
async def show(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """List them, with what can be done now."""
    done = request.query_params.get("done")
    return await _page(request, session, parts, done=done if done in _DONE else None)


@post(f"{HOME}/confirm", **_STAFF)
async def confirm(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Show with password and code who one is."""
    password, code = data.get("password", "")[:1000], field(data, "code", 20)
    try:
        await sign_in.confirm(parts, session, password, code, await _place(request, parts))
    except (SignInFailedError, TriedTooOftenError) as error:
        code_of = "sign_in.not_confirmed" if isinstance(error, SignInFailedError) else error.code
        return await _page(request, session, parts, PROBLEMS[code_of], until=getattr(error, "until", None))
    return see_other(HOME)


@post(f"{HOME}/confirm/question", status_code=200, **_STAFF)
async def ask_to_confirm(session: StaffSession, parts: Parts) -> Response[dict[str, Any]]:
    """Give the page's script the question that one of their passkeys answers."""
    return to_script(await parts.database.write(lambda conn: passkey_sign_in.ask_again(conn, parts, session)))


@post(f"{HOME}/confirm/passkey", **_STAFF)
async def confirm_by_passkey(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Show with a passkey who one is."""
    attempt = attempt_of(data, session.token_hash, await _place(request, parts))
    try:
        await passkey_sign_in.confirm(parts, session, attempt)
    except (StaffPasskeyError, TriedTooOftenError) as error:
        return await _page(request, session, parts, PROBLEMS[error.code], until=getattr(error, "until", None))
    return see_other(HOME)


@post(f"{HOME}/new/question", status_code=200, **_STAFF)
async def ask_to_add(session: StaffSession, parts: Parts) -> Response[dict[str, Any]]:
    """Give the page's script what the new passkey has to be made for."""
    return to_script(await parts.database.write(lambda conn: staff_passkey_questions.ask_to_add(conn, parts, session)))


@post(f"{HOME}/new", **_STAFF)
async def add(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Keep the passkey that the browser has made."""
    question, answer = field(data, "question", 64), field(data, "answer", _LONGEST_ANSWER + 1)
    name = field(data, "name", staff_passkeys.LONGEST_NAME)
    try:
        await parts.database.write(
            lambda conn: staff_passkey_questions.add(conn, parts, session, question, answer, name)
        )
    except StaffPasskeyError as error:
        return await _page(request, session, parts, PROBLEMS[error.code])
    return see_other(f"{HOME}?done=added")


@post(f"{HOME}/{{passkey_id:str}}/name", **_STAFF)
async def rename(session: StaffSession, parts: Parts, passkey_id: FromPath[str], data: Form) -> Response[Any]:
    """Call one something else."""
    name = field(data, "name", staff_passkeys.LONGEST_NAME)
    await parts.database.write(lambda conn: staff_passkeys.rename(conn, session, passkey_id, name))
    return see_other(HOME)


@post(f"{HOME}/{{passkey_id:str}}/remove", **_STAFF)
async def remove(request: AnyRequest, session: StaffSession, parts: Parts, passkey_id: FromPath[str]) -> Response[Any]:
    """Remove one for ever."""
    now = parts.clock.now()
    try:
        await parts.database.write(lambda conn: staff_passkeys.remove(conn, session, passkey_id, now))
    except StaffPasskeyError as error:
        return await _page(request, session, parts, PROBLEMS[error.code])
    return see_other(f"{HOME}?done=removed")


async def _page(
    request: AnyRequest, session: StaffSession, parts: Parts, problem: Problem | None = None, **context: Any
) -> Response[Any]:
    now = parts.clock.now()
    found = await parts.database.read(lambda conn: staff_passkeys.of_staff(conn, session.staff_id, now))
    given: dict[str, Any] = {"until": None, "done": None}
    return page(
        request,
        "pages/account/passkeys.html",
        status=problem.status if problem else 200,
        back=HOME,
        headers=PASSKEYS_HERE,
        passkeys=found,
        problem=problem,
        is_fresh=staff_passkeys.is_fresh(session, now),
        is_shared=session.terminal_id is not None,
        is_possible=staff_passkey_questions.can_be_used(parts.settings),
        minutes=int(staff_passkeys.FRESH.total_seconds()) // 60,
        **(given | context),
    )


async def _place(request: AnyRequest, parts: Parts) -> Place:
    return entrance.place_of(request, parts, await known_terminal(request, parts), None)


HANDLERS = (show, confirm, ask_to_confirm, confirm_by_passkey, ask_to_add, add, rename, remove)

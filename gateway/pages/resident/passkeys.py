"""The phone's passkey: a yes by it, and adding one while the sign-in is fresh.

The page's script fetches a question, has the passkey answer it, and sends the answer as an ordinary form.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection

from delegation.errors import DelegationError
from gateway.pages.forms import Form, field
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people import passkeys, sessions
from gateway.people.access import ResidentSession, Who, allow
from gateway.people.passkey_errors import PasskeyError, PasskeyNotFreshError, PasskeyOverError
from gateway.people.passkey_questions import Question
from gateway.problem_texts import PROBLEMS, Problem
from gateway.visits import passkey_answers
from gateway.visits.errors import VisitError
from gateway.web import cookies
from gateway.web.cookies import CookieName
from gateway.web.current import CurrentSession
from gateway.web.headers import PASSKEYS_HERE
from gateway.web.redirects import see_other

AnyRequest = Request[Any, Any, Any]
_RESIDENT = allow(Who.RESIDENT)
_LONGEST_ANSWER = 32_768
_NO_PROOF = PROBLEMS["passkey.refused"]


@post("/approve/passkey/question", status_code=200, **_RESIDENT)
async def ask(session: ResidentSession, parts: Parts, data: Form) -> Response[dict[str, Any]]:
    """Give the page's script the question that the passkey is to answer."""
    approval_id = field(data, "approval", 64)
    question = await parts.database.write(lambda conn: passkey_answers.begin(conn, parts, session, approval_id))
    return _to_script(question)


@post("/approve/passkey", **_RESIDENT)
async def approve(request: AnyRequest, session: ResidentSession, parts: Parts, data: Form) -> Response[Any]:
    """Count the passkey's answer as the yes, or say why it is none."""
    attempt = field(data, "question", 64)
    answer = field(data, "answer", _LONGEST_ANSWER + 1)
    try:
        asked = await parts.database.write(lambda conn: passkey_answers.take(conn, parts, session, attempt))
    except PasskeyOverError as error:
        return await _refuse(request, parts, session.approval_id, error)
    try:
        token = await parts.database.write(
            lambda conn: _known(conn, parts, session, passkey_answers.approve(conn, parts, session, asked, answer))
        )
    except (DelegationError, PasskeyError, VisitError) as error:
        return await _refuse(request, parts, asked.subject, error)
    return see_other("/approve", cookies=[cookies.make(parts.settings, CookieName.RESIDENT, token)])


def registration(prefix: str, *who: Who, back: str) -> tuple[ControllerRouterHandler, ...]:
    """Handlers that add a passkey under `prefix`, for callers whose session is a `passkeys.Holder`.

    GET `/new` explains and has the button; GET `/added` says that it is done; both lead `back`.
    """
    callers = allow(*who)

    @get(f"{prefix}/new", **callers)
    async def show(request: AnyRequest, session: CurrentSession, parts: Parts) -> Response[Any]:
        """Explain what a passkey is, with the button that makes one."""
        holder = _holder(session)
        if not passkeys.may_register(parts, holder, parts.clock.now()):
            return _problem_page(request, PROBLEMS[PasskeyNotFreshError.code], back)
        return page(
            request,
            "pages/resident/passkey_new.html",
            headers=PASSKEYS_HERE,
            home=back,
            way_back=back,
            prefix=prefix,
        )

    @post(f"{prefix}/new/question", status_code=200, **callers)
    async def question(session: CurrentSession, parts: Parts) -> Response[dict[str, Any]]:
        """Give the page's script what the new passkey has to be made for."""
        holder = _holder(session)
        return _to_script(await parts.database.write(lambda conn: passkeys.begin_registration(conn, parts, holder)))

    @post(f"{prefix}/new", **callers)
    async def add(request: AnyRequest, session: CurrentSession, parts: Parts, data: Form) -> Response[Any]:
        """Keep the passkey that the browser has made."""
        holder = _holder(session)
        asked, answer = field(data, "question", 64), field(data, "answer", _LONGEST_ANSWER + 1)
        try:
            await parts.database.write(lambda conn: passkeys.finish_registration(conn, parts, holder, asked, answer))
        except PasskeyError as error:
            return _problem_page(request, PROBLEMS[error.code], back)
        return see_other(f"{prefix}/added")

    @get(f"{prefix}/added", **callers)
    async def added(request: AnyRequest) -> Response[Any]:
        """Say that the passkey can be used from now on."""
        return page(request, "pages/resident/passkey_added.html", home=back, way_back=back)

    return (show, question, add, added)


def listing(prefix: str, *who: Who, back: str) -> tuple[ControllerRouterHandler, ...]:
    """Handlers for the passkeys that a resident has: seen at `prefix`, removed by a button, added as `registration`."""
    callers = allow(*who)

    @get(prefix, **callers)
    async def show(request: AnyRequest, session: CurrentSession, parts: Parts) -> Response[Any]:
        """List them."""
        resident_id = _resident_of(session)
        found = await parts.database.read(lambda conn: passkeys.list_of(conn, resident_id))
        is_full = len(found) >= passkeys.MOST
        may_add = passkeys.may_register(parts, _holder(session), parts.clock.now()) and not is_full
        return page(
            request,
            "pages/resident/passkeys.html",
            home=back,
            way_back=back,
            prefix=prefix,
            passkeys=found,
            may_add=may_add,
            is_full=is_full,
        )

    @post(f"{prefix}/{{passkey_id:str}}/remove", **callers)
    async def remove(session: CurrentSession, parts: Parts, passkey_id: FromPath[str]) -> Response[Any]:
        """Remove one for ever."""
        resident_id = _resident_of(session)
        await parts.database.write(lambda conn: passkeys.revoke(conn, parts, resident_id, passkey_id))
        return see_other(prefix)

    return (show, remove, *registration(prefix, *who, back=prefix))


def _resident_of(session: CurrentSession) -> str:
    resident_id = _holder(session).resident_id
    if resident_id is None:
        raise PasskeyNotFreshError("nobody has signed in")
    return resident_id


def _holder(session: CurrentSession) -> passkeys.Holder:
    if not isinstance(session, passkeys.Holder):
        raise PasskeyNotFreshError("not a resident's session")
    return session


def _known(conn: Connection, parts: Parts, session: ResidentSession, resident_id: str) -> str:
    """Go on in a new session that knows its holder; only a sign-in says when and how they signed in."""
    return sessions.rotate(conn, session.token_hash, now=parts.clock.now(), resident_id=resident_id)


def _to_script(question: Question) -> Response[dict[str, Any]]:
    return Response({"question": question.id, "options": question.options}, media_type="application/json")


async def _refuse(request: AnyRequest, parts: Parts, approval_id: str | None, error: Exception) -> Response[Any]:
    if approval_id is not None:
        await parts.database.write(lambda conn: passkey_answers.refused(conn, parts, approval_id, error))
    return _problem_page(request, PROBLEMS.get(str(getattr(type(error), "code", "")), _NO_PROOF), "/approve")


def _problem_page(request: AnyRequest, problem: Problem, back: str) -> Response[Any]:
    return page(
        request,
        "pages/resident/passkey_refused.html",
        status=problem.status,
        back=back,
        home=back,
        problem=problem,
        way_back=back,
    )


HANDLERS = (ask, approve, *registration("/approve/passkey", Who.RESIDENT, back="/approve"))

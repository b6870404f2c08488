"""Into the resident's own page and out of it: a provider of their choice, or a passkey."""

from hashlib import sha256
from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from delegation.assertion import AssertionRefusedError
from delegation.errors import AssuranceTooLowError, DelegationError
from gateway.oauth.errors import OAuthError, SignInFailedError
from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.pages.resident.offers import CANCELLED, REFUSED, refusal_of, sign_in_of, unproved
from gateway.parts import Parts
from gateway.people import passkey_questions, sessions, throttle
from gateway.people.access import AccountSession, Who, allow
from gateway.people.errors import TriedTooOftenError
from gateway.people.passkey_errors import PasskeyCopiedError, PasskeyError
from gateway.people.passkey_evidence import Checked
from gateway.people.passkey_questions import Question
from gateway.people.personal_code import PersonalCodeError
from gateway.people.throttle import Door
from gateway.problem_texts import PROBLEMS, Problem
from gateway.visits import own_sign_in
from gateway.visits.errors import SignInStaleError, VisitError
from gateway.visits.own_sign_in import Returned
from gateway.visits.sign_ins import SignInRequest
from gateway.web import cookies
from gateway.web.admission import stranger_of
from gateway.web.cookies import CookieName
from gateway.web.current import CurrentSession
from gateway.web.exchange import address_of
from gateway.web.headers import PASSKEYS_HERE
from gateway.web.redirects import own_path, see_other
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
HOME = "/mine"
_CALLERS = allow(Who.ANYONE, Who.RESIDENT_ACCOUNT)
_RETURN_PATH = "/mine/return"
_LONGEST = 4096
_LONGEST_ANSWER = 32_768
_TRIES_OF_ADDRESS = 60
"""Sign-ins that one address may begin in a quarter of an hour; many phones share one address of a mobile network."""
_NO_PROOF = PROBLEMS["oauth.sign_in_failed"]
_CANCELLED = Problem(
    403, message("You cancelled the sign-in"), message("Nothing was opened. You can sign in again, by any way.")
)
_PROBLEMS = {
    "approval.assurance_too_low": PROBLEMS["mine.too_weak"],
    "approval.sign_in_stale": Problem(
        403,
        message("The sign-in was not a new one"),
        message("Sign in again here, in this browser. If you were not asked anything there, choose another way."),
    ),
}


@get("/mine/sign-in", **_CALLERS)
async def show(request: AnyRequest) -> Response[Any]:
    """The ways to sign in."""
    return await _ways(request, _asked_for(request.query_params.get("next")))


@post("/mine/sign-in", **_CALLERS)
async def begin(request: AnyRequest, parts: Parts, data: Form) -> Response[Any]:
    """Send the browser to the chosen provider, to sign in anew."""
    sign_in, return_to = sign_in_of(request), _asked_for(data.get("next"))
    chosen = await sign_in.offer_of(field(data, "provider", 64))
    secret, is_new = stranger_of(request, parts)

    def work(conn: Connection) -> SignInRequest:
        _charge(conn, request, parts)
        return own_sign_in.begin(conn, parts, _browser(secret), chosen.id, return_to)

    try:
        begun = await parts.database.write(work)
    except TriedTooOftenError as error:
        return await _ways(request, return_to, PROBLEMS[error.code])
    least, back = own_sign_in.LEAST.uri, _return_address(parts)
    address = await sign_in.address(chosen, begun, redirect_uri=back, least_acr=least, language=language_of(request))
    return see_other(address, cookies=[cookies.make(parts.settings, CookieName.STRANGER, secret)] if is_new else [])


@get(_RETURN_PATH, **_CALLERS)
async def come_back(request: AnyRequest, session: CurrentSession, parts: Parts) -> Response[Any]:
    """Take what the provider answered, and open the page of whoever signed in."""
    query = {name: value[:_LONGEST] for name, value in request.query_params.items()}
    browser = _browser(stranger_of(request, parts)[0])
    try:
        returned = await parts.database.write(
            lambda conn: own_sign_in.take(conn, parts, browser, query.get("state", ""))
        )
    except SignInStaleError as error:
        return await _ways(request, HOME, _told(error.code))
    reason = refusal_of(query)
    if reason is not None:
        return await _refuse(request, parts, returned, reason, _told_of(reason))
    try:
        signed = await sign_in_of(request).redeem(returned, query, redirect_uri=_return_address(parts))
        language = language_of(request)

        def work(conn: Connection) -> str:
            _end_old(conn, parts, session)
            return own_sign_in.enter(conn, parts, returned, signed, language)

        token = await parts.database.write(work)
    except SignInFailedError as error:
        return await _refuse(request, parts, returned, error.reason, unproved(is_lasting=error.is_lasting))
    except (DelegationError, OAuthError, PersonalCodeError, VisitError) as error:
        return await _refuse(request, parts, returned, error.code, _told(error.code))
    return _enter(parts, token, returned.return_to)


@post("/mine/passkey/question", status_code=200, **_CALLERS)
async def ask_passkey(request: AnyRequest, parts: Parts) -> Response[dict[str, Any]]:
    """Give the page's script the question that a passkey is to answer; it names nobody."""
    secret, is_new = stranger_of(request, parts)

    def work(conn: Connection) -> Question:
        _charge(conn, request, parts)
        return passkey_questions.begin_sign_in(conn, parts, _browser(secret))

    question = await parts.database.write(work)
    return Response(
        {"question": question.id, "options": question.options},
        media_type="application/json",
        cookies=[cookies.make(parts.settings, CookieName.STRANGER, secret)] if is_new else [],
    )


@post("/mine/passkey", **_CALLERS)
async def enter_by_passkey(request: AnyRequest, session: CurrentSession, parts: Parts, data: Form) -> Response[Any]:
    """Open the page of the passkey's holder, or say that it opens none."""
    return_to, language = _asked_for(data.get("next")), language_of(request)
    question, answer = field(data, "question", 64), field(data, "answer", _LONGEST_ANSWER + 1)
    browser = _browser(stranger_of(request, parts)[0])
    try:
        asked = await parts.database.write(lambda conn: passkey_questions.take_sign_in(conn, parts, browser, question))

        def work(conn: Connection) -> str:
            checked: Checked = passkey_questions.check(conn, parts, asked, answer)
            _end_old(conn, parts, session)
            return own_sign_in.enter_by_passkey(conn, parts, checked, language)

        token = await parts.database.write(work)
    except PasskeyCopiedError as error:
        copied = error.passkey_id
        await parts.database.write(lambda conn: passkey_questions.suspend(conn, parts, copied, language))
        return await _refuse_passkey(request, parts, return_to, error.code)
    except (AssertionRefusedError, AssuranceTooLowError, PasskeyError) as error:
        return await _refuse_passkey(request, parts, return_to, str(error.code))
    return _enter(parts, token, return_to)


@post("/mine/sign-out", **allow(Who.RESIDENT_ACCOUNT))
async def leave(session: AccountSession, parts: Parts) -> Response[Any]:
    """Sign out; the cookie goes, and so does what the browser kept of the pages."""
    await parts.database.write(lambda conn: own_sign_in.leave(conn, parts, session))
    return see_other("/mine/sign-in", cookies=[cookies.forget(parts.settings, CookieName.ACCOUNT)], clear_cache=True)


async def _ways(request: AnyRequest, return_to: str, problem: Problem | None = None) -> Response[Any]:
    offers = await sign_in_of(request).offers()
    language = language_of(request)
    return page(
        request,
        "pages/mine/sign_in.html",
        status=problem.status if problem else 200,
        back="/mine/sign-in",
        form_targets=[offer.target for offer in offers],
        headers=PASSKEYS_HERE,
        home=HOME,
        offers=[(offer.id, offer.provider.name(language)) for offer in offers],
        return_to=return_to,
        problem=problem,
    )


async def _refuse(
    request: AnyRequest, parts: Parts, returned: Returned, reason: str, problem: Problem
) -> Response[Any]:
    provider = returned.provider
    await parts.database.write(lambda conn: own_sign_in.refused(conn, parts, reason, provider=provider))
    return await _ways(request, returned.return_to, problem)


async def _refuse_passkey(request: AnyRequest, parts: Parts, return_to: str, code: str) -> Response[Any]:
    await parts.database.write(lambda conn: own_sign_in.refused(conn, parts, code))
    return await _ways(request, return_to, _PROBLEMS.get(code) or PROBLEMS.get(code) or PROBLEMS["passkey.refused"])


def _enter(parts: Parts, token: str, path: str) -> Response[Any]:
    return see_other(path, cookies=[cookies.make(parts.settings, CookieName.ACCOUNT, token)])


def _end_old(conn: Connection, parts: Parts, session: CurrentSession) -> None:
    """Whoever signs in anew leaves nothing open behind them."""
    if isinstance(session, AccountSession):
        sessions.end(conn, session.token_hash, parts.clock.now())


def _charge(conn: Connection, request: AnyRequest, parts: Parts) -> None:
    door = Door("account.address", address_of(request), _TRIES_OF_ADDRESS)
    throttle.charge(conn, parts.sealer, [door], parts.clock.now())


def _told(code: str) -> Problem:
    return _PROBLEMS.get(code) or PROBLEMS.get(code, _NO_PROOF)


def _asked_for(path: str | None) -> str:
    """A page of the resident's own, or their first."""
    found = own_path(path, HOME)[:200]
    return found if found.startswith(f"{HOME}/") and not found.startswith("/mine/sign-in") else HOME


def _browser(secret: str) -> bytes:
    return sha256(b"account\0" + secret.encode()).digest()


def _return_address(parts: Parts) -> str:
    return f"{parts.settings.public_url}{_RETURN_PATH}"


def _told_of(refusal: str) -> Problem:
    """What is said when the provider answered that nobody signed in."""
    return _CANCELLED if refusal == CANCELLED else unproved(is_lasting=refusal == REFUSED)


HANDLERS = (show, begin, come_back, ask_passkey, enter_by_passkey, leave)

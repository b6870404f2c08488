"""To an identity provider and back: a fresh sign-in is the yes, or shows who holds the phone."""

from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from delegation.assurance import ApprovalKind
from delegation.errors import DelegationError
from gateway.oauth.errors import OAuthError, SignInFailedError
from gateway.oauth.relying_party import SignedIn
from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.pages.resident.approving import MOVED_ON
from gateway.pages.resident.offers import CANCELLED, REFUSED, refusal_of, sign_in_of, unproved
from gateway.parts import Parts
from gateway.people import sessions
from gateway.people.access import ResidentSession, Who, allow
from gateway.people.personal_code import PersonalCodeError
from gateway.problem_texts import PROBLEMS, Problem
from gateway.visits import confirming, reading, sign_ins
from gateway.visits.errors import SignInStaleError, VisitError
from gateway.visits.sign_ins import SignInRequest, SignInReturn
from gateway.web import cookies
from gateway.web.cookies import CookieName
from gateway.web.redirects import see_other
from ui.i18n import message

AnyRequest = Request[Any, Any, Any]
_RESIDENT = allow(Who.RESIDENT)
_RETURN_PATH = "/approve/return"
_LONGEST = 4096
_CANCELLED = Problem(
    403,
    message("You cancelled the sign-in"),
    message("Nothing was approved. You can sign in again, or refuse."),
)
_NO_PROOF = PROBLEMS["oauth.sign_in_failed"]


@post("/approve/sign-in", **_RESIDENT)
async def begin(request: AnyRequest, session: ResidentSession, parts: Parts, data: Form) -> Response[Any]:
    """Send the browser to the chosen provider, to sign in anew."""
    sign_in = sign_in_of(request)
    chosen = await sign_in.offer_of(field(data, "provider", 64))
    approval_id, to_see = field(data, "approval", 64), field(data, "purpose", 8) == "see"

    def work(conn: Connection) -> tuple[SignInRequest, str]:
        view = reading.for_resident(conn, parts, session)
        begun = sign_ins.begin(conn, parts, session, approval_id, chosen.id, to_see=to_see)
        kind = ApprovalKind.PERMIT if reading.is_permit(view) else ApprovalKind.GRANT
        return begun, view.service.rules.least(kind).uri if view.service else ""

    try:
        begun, least = await parts.database.write(work)
    except MOVED_ON:
        return see_other("/approve")
    back, language = _return_address(parts), language_of(request)
    return see_other(await sign_in.address(chosen, begun, redirect_uri=back, least_acr=least, language=language))


@get(_RETURN_PATH, **_RESIDENT)
async def come_back(request: AnyRequest, session: ResidentSession, parts: Parts) -> Response[Any]:
    """Take what the provider answered: a yes, a look, or a reason why it is neither."""
    query = {name: value[:_LONGEST] for name, value in request.query_params.items()}
    try:
        returned = await parts.database.write(lambda conn: sign_ins.take(conn, parts, session, query.get("state", "")))
    except SignInStaleError as error:
        if session.approval_id is not None:
            await _record(parts, session.approval_id, error.code)
        return _refused_page(request, PROBLEMS[error.code])
    reason = refusal_of(query)
    if reason is not None:
        return await _refuse(request, parts, returned, reason, _told_of(reason))
    try:
        signed = await sign_in_of(request).redeem(returned, query, redirect_uri=_return_address(parts))
        token = await parts.database.write(lambda conn: _count(conn, parts, session, returned, signed))
    except SignInFailedError as error:
        return await _refuse(request, parts, returned, error.reason, unproved(is_lasting=error.is_lasting))
    except (DelegationError, OAuthError, PersonalCodeError, VisitError) as error:
        return await _refuse(request, parts, returned, error.code, PROBLEMS.get(error.code, _NO_PROOF))
    return see_other("/approve", cookies=[cookies.make(parts.settings, CookieName.RESIDENT, token)])


def _count(conn: Connection, parts: Parts, session: ResidentSession, returned: SignInReturn, signed: SignedIn) -> str:
    """Count the sign-in for what it was begun for; the phone goes on in a new session that knows its holder."""
    step = confirming.approve_by_sign_in if returned.is_answer else sign_ins.recognise
    resident_id = step(conn, parts, session, returned, signed)
    known = sessions.SignedIn(resident_id, signed.auth_time, signed.acr)
    return sessions.rotate(conn, session.token_hash, now=parts.clock.now(), **known.columns())


async def _refuse(
    request: AnyRequest, parts: Parts, returned: SignInReturn, reason: str, problem: Problem
) -> Response[Any]:
    await _record(parts, returned.approval_id, reason)
    return _refused_page(request, problem)


async def _record(parts: Parts, approval_id: str, reason: str) -> None:
    await parts.database.write(lambda conn: sign_ins.refused(conn, parts, approval_id, reason))


def _refused_page(request: AnyRequest, problem: Problem) -> Response[Any]:
    return page(
        request,
        "pages/resident/sign_in_refused.html",
        status=problem.status,
        back="/approve",
        home="/approve",
        problem=problem,
    )


def _return_address(parts: Parts) -> str:
    return f"{parts.settings.public_url}{_RETURN_PATH}"


def _told_of(refusal: str) -> Problem:
    """What is said when the provider answered that nobody signed in."""
    return _CANCELLED if refusal == CANCELLED else unproved(is_lasting=refusal == REFUSED)


HANDLERS = (begin, come_back)

"""Signing in and out: which issuer, what its claims allow here, how long."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from connectors.sandbox.common.desk import Desk
from connectors.sandbox.common.people import Person
from connectors.sandbox.common.relying_party import Attempt, RelyingParty, SignInFailedError
from connectors.sandbox.common.sessions import Actor, Session
from connectors.sandbox.pages import PageError, page, see_other

_LONGEST_SESSION = timedelta(hours=8)
AnyRequest = Request[Any, Any, Any]
AnyDesk = SkipValidation[Desk]
"""The desk of whichever portal these routes are put into; Litestar would want this very class."""


class SignInDesk:
    """The issuers that the portal trusts, and the sign-ins under way."""

    def __init__(self, parties: Mapping[str, RelyingParty]) -> None:
        self._parties = dict(parties)
        self._attempts: dict[str, Attempt] = {}

    def trust(self, party: RelyingParty) -> None:
        """Trust an issuer, in place of the one known by the same word."""
        self._parties[party.issuer.via] = party

    def party(self, via: str) -> RelyingParty:
        """The relying party for one way in.

        Raises:
            PageError: there is no such way.
        """
        if via not in self._parties:
            raise PageError(404, "Lapa nav atrasta", "Šāda pieslēgšanās veida nav.")
        return self._parties[via]

    def remember(self, attempt: Attempt) -> None:
        """Keep a sign-in that has begun."""
        self._attempts[attempt.state] = attempt

    def recall(self, state: str) -> Attempt | None:
        """The sign-in with this `state`, once."""
        return self._attempts.pop(state, None)

    def clear(self) -> None:
        """Forget all sign-ins under way."""
        self._attempts.clear()


def local_path(address: str, home: str) -> str:
    """`address` when it is a path of this portal, else `home`: no one is sent elsewhere after signing in."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else home


@get("/pieslegties", sync_to_thread=False)
def choose(request: AnyRequest, desk: NamedDependency[AnyDesk]) -> Response[str]:
    """The page with both ways in."""
    come_back = local_path(request.query_params.get("next", ""), desk.home)
    ended = "beigusies" in request.query_params
    return page(f"{desk.pages}/sign_in.html", session=None, csrf="", next=come_back, ended=ended)


@get("/oidc/login")
async def begin(
    request: AnyRequest, desk: NamedDependency[AnyDesk], sign_in: NamedDependency[SignInDesk]
) -> Response[None]:
    """Send the browser to an issuer."""
    party = sign_in.party(request.query_params.get("via", ""))
    try:
        address, attempt = await party.begin(local_path(request.query_params.get("next", ""), desk.home))
    except SignInFailedError as error:
        raise PageError(502, "Pieslēgšanās neizdevās", str(error)) from error
    sign_in.remember(attempt)
    answer = see_other(address)
    answer.set_cookie(Cookie(_attempt_cookie(desk), value=attempt.state, path="/oidc", httponly=True, samesite="lax"))
    return answer


@get("/oidc/callback")
async def finish(
    request: AnyRequest, desk: NamedDependency[AnyDesk], sign_in: NamedDependency[SignInDesk]
) -> Response[None]:
    """Take an issuer's answer, open a session."""
    answer = {str(name): str(value) for name, value in request.query_params.items()}
    attempt = sign_in.recall(answer.get("state", ""))
    # The cookie ties the answer to the browser that asked: nobody is signed in by somebody else's link.
    if attempt is None or request.cookies.get(_attempt_cookie(desk)) != attempt.state:
        raise PageError(403, "Pieslēgšanās neizdevās", "Pieslēgšanās nav sākta šajā pārlūkā.")
    try:
        claims = await sign_in.party(attempt.issuer.via).finish(answer, attempt, desk.now())
        session = session_from(claims, attempt.issuer.delegated, desk.now())
    except SignInFailedError as error:
        raise PageError(403, "Pieslēgšanās neizdevās", str(error)) from error
    desk.sessions.close(request.cookies.get(desk.sessions.cookie))
    desk.registry.sign_ins += 1
    arrived = see_other(attempt.come_back)
    arrived.set_cookie(Cookie(desk.sessions.cookie, value=desk.sessions.open(session), httponly=True, samesite="lax"))
    arrived.delete_cookie(_attempt_cookie(desk), path="/oidc")
    return arrived


@post("/iziet")
async def leave(request: AnyRequest, desk: NamedDependency[AnyDesk]) -> Response[None]:
    """Sign out."""
    visitor = desk.visitor(request)
    visitor.check_form(await request.form())
    desk.sessions.close(request.cookies.get(desk.sessions.cookie))
    answer = see_other(desk.home)
    answer.delete_cookie(desk.sessions.cookie)
    return answer


@post("/oidc/logout", status_code=200)
async def hear(
    request: AnyRequest, desk: NamedDependency[AnyDesk], sign_in: NamedDependency[SignInDesk]
) -> Response[None]:
    """Take word of the issuer of delegations that one of them is over."""
    form = await request.form()
    headers = {"Cache-Control": "no-store"}
    try:
        desk.sessions.stop(await sign_in.party("pilnvara").ended(str(form.get("logout_token", "")), desk.now()))
    except SignInFailedError:
        return Response(None, status_code=400, headers=headers)
    return Response(None, headers=headers)


def session_from(claims: Mapping[str, Any], delegated: bool, now: datetime) -> Session:
    """A session with what an ID token allows: one's own matters, or those that a delegation names.

    Raises:
        SignInFailedError: a delegated sign-in without actor, without services, or whose end has come.
    """
    code = str(claims.get("personal_code") or claims["registration_number"])
    name = str(claims.get("name") or f"{claims.get('given_name', '')} {claims.get('family_name', '')}").strip()
    person = Person(code, name or code)
    longest = now + _LONGEST_SESSION
    if not delegated:
        return Session(person, None, None, None, "", longest, now)
    act = claims.get("act")
    if not isinstance(act, Mapping) or not act.get("sub"):
        raise SignInFailedError("Marķierī nav norādīts, kas rīkojas pilnvaras devēja vārdā.")
    services, end = _allowed(claims.get("authorization_details"), longest)
    if not services:
        raise SignInFailedError("Pilnvarojumā nav neviena pakalpojuma.")
    if end <= now:
        raise SignInFailedError("Pilnvarojuma termiņš ir beidzies.")
    centre = str(act.get("centre_name") or act.get("centre") or "")
    actor = Actor(str(act["sub"]), str(act.get("name") or act["sub"]), centre, _allowed_by(claims.get("approved_by")))
    delegation, sid = str(claims.get("delegation", "")), str(claims.get("sid", ""))
    filed_for = _filed_for(claims.get("authorization_details"))
    return Session(person, actor, frozenset(services), filed_for, delegation, end, now, sid)


def _allowed_by(said: object) -> str:
    """The name of who allowed it for somebody else; nothing where the person did."""
    return str(said.get("name", "")) if isinstance(said, Mapping) else ""


def _allowed(details: object, longest: datetime) -> tuple[set[str], datetime]:
    """Services of type `e_service` (RFC 9396 section 2), and the latest end that one of their actions has."""
    if not isinstance(details, list):
        return set(), longest
    ours = [
        one for one in details if isinstance(one, Mapping) and one.get("type") == "e_service" and one.get("service")
    ]
    ends = [end for one in ours for end in _ends(one.get("valid_until"))]
    latest = datetime.fromtimestamp(max(ends), UTC) if ends else longest
    return {str(one["service"]) for one in ours}, min(latest, longest)


def _filed_for(details: object) -> frozenset[str]:
    """The services that may be filed; with the others one may only look what became of them."""
    ours = [one for one in details if isinstance(one, Mapping)] if isinstance(details, list) else []
    return frozenset(str(one.get("service")) for one in ours if "file" in (one.get("actions") or ()))


def _ends(valid_until: object) -> list[float]:
    values = valid_until.values() if isinstance(valid_until, Mapping) else [valid_until]
    return [float(value) for value in values if isinstance(value, int | float)]


def _attempt_cookie(desk: Desk) -> str:
    return f"{desk.sessions.cookie}_sakums"


SIGN_IN_ROUTES = Router("/", route_handlers=[choose, begin, finish, leave, hear])

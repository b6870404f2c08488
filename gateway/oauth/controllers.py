"""The addresses of the OpenID Provider: thin handlers that read a request to its end and hand it on."""

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.types import ControllerRouterHandler

from gateway.oauth import authorization, endpoints, metadata, pushed, status_lists, tickets
from gateway.oauth.errors import RunRequiredError, UntrustedRequestError
from gateway.oauth.messages import Answer, Asked
from gateway.parts import Parts
from gateway.people.access import Who, allow

AnyRequest = Request[Any, Any, Any]
_LONGEST_FORM = 65_536
_MOST_FIELDS = 64
_FOR_FIVE_MINUTES = {"Cache-Control": "public, max-age=300"}
_FORM = "application/x-www-form-urlencoded"


@get("/oauth/authorize", **allow(Who.RUN))
async def authorize(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Let a run's browser sign in at a portal (RFC 6749 section 4.1.1)."""
    query = request.scope["query_string"]
    return await _authorize(request, parts, query)


@post("/oauth/authorize", **allow(Who.RUN))
async def authorize_by_form(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Do the same for a request that came as a form (OpenID Connect Core section 3.1.2.1)."""
    return await _authorize(request, parts, await request.body())


@post("/oauth/par", status_code=201, **allow(Who.PORTAL))
async def push(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Take an authorization request from a portal itself (RFC 9126)."""
    asked = await _form(request)
    if asked is None or asked.repeated:
        return _not_a_form()
    return _respond(await parts.database.write(lambda conn: pushed.push(conn, parts, asked)))


@post("/oauth/token", status_code=200, **allow(Who.PORTAL))
async def token(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Redeem a code, or exchange a token."""
    asked = await _form(request)
    if asked is None:
        return _not_a_form()
    return _respond(await parts.database.write(lambda conn: endpoints.token(conn, parts, asked)))


@get("/oauth/userinfo", **allow(Who.PORTAL))
async def userinfo(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Say who acts for whom."""
    return await _userinfo(request, parts)


@post("/oauth/userinfo", status_code=200, **allow(Who.PORTAL))
async def userinfo_by_post(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Say the same to a client that posts (OpenID Connect Core section 5.3.1)."""
    return await _userinfo(request, parts)


@post("/oauth/revoke", status_code=200, **allow(Who.PORTAL))
async def revoke(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Revoke an access token."""
    asked = await _form(request)
    if asked is None:
        return _not_a_form()
    return _respond(await parts.database.write(lambda conn: endpoints.revoke(conn, parts, asked)))


@post("/oauth/introspect", status_code=200, **allow(Who.PORTAL))
async def introspect(request: AnyRequest, parts: Parts) -> Response[Any]:
    """Say whether an access token is alive."""
    asked = await _form(request)
    if asked is None:
        return _not_a_form()
    # An assertion is remembered, so that it is not used again.
    work = parts.database.write if asked.has("client_assertion") else parts.database.read
    return _respond(await work(lambda conn: endpoints.introspect(conn, parts, asked)))


@get("/oauth/jwks", sync_to_thread=False, **allow(Who.ANYONE, cacheable=True))
def jwks(parts: Parts) -> Response[Any]:
    """Publish the keys of every kind of token, those that sign now and those just replaced."""
    return Response(parts.keys.jwks(), media_type="application/jwk-set+json", headers=_FOR_FIVE_MINUTES)


@get(
    ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"],
    sync_to_thread=False,
    **allow(Who.ANYONE, cacheable=True),
)
def configuration(parts: Parts) -> Response[Any]:
    """Publish what this issuer offers."""
    return Response(metadata.document(parts.settings), headers=_FOR_FIVE_MINUTES)


@get("/oauth/status/{number:int}", **allow(Who.ANYONE))
async def status_list(parts: Parts, number: int) -> Response[str]:
    """Publish a status list, signed at this moment; how long it may be kept stands inside."""
    signed = await parts.database.read(lambda conn: status_lists.publish(conn, parts, number))
    if signed is None:
        raise NotFoundException
    return Response(signed, media_type=status_lists.MEDIA_TYPE)


CONTROLLERS: tuple[ControllerRouterHandler, ...] = (
    authorize,
    authorize_by_form,
    push,
    token,
    userinfo,
    userinfo_by_post,
    revoke,
    introspect,
    jwks,
    configuration,
    status_list,
)
"""Every handler of this package."""


async def _authorize(request: AnyRequest, parts: Parts, encoded: bytes) -> Response[Any]:
    ticket = request.headers.get(tickets.HEADER)
    if not ticket:
        raise RunRequiredError("no run ticket")
    pairs = _pairs(encoded)
    if pairs is None:
        raise UntrustedRequestError("the request cannot be read")
    asked = Asked(method=str(request.method), path=request.url.path, pairs=pairs)
    return _respond(
        await parts.database.write(lambda conn: authorization.authorize(conn, parts, asked, ticket)),
    )


async def _userinfo(request: AnyRequest, parts: Parts) -> Response[Any]:
    scheme, _, access_token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not access_token:
        return Response(None, status_code=401, headers={"WWW-Authenticate": "Bearer"})
    return _respond(await parts.database.read(lambda conn: endpoints.userinfo(conn, parts, access_token.strip())))


async def _form(request: AnyRequest) -> Asked | None:
    if not request.headers.get("content-type", "").startswith(_FORM):
        return None
    pairs = _pairs(await request.body())
    if pairs is None:
        return None
    return Asked(
        method=str(request.method),
        path=request.url.path,
        pairs=pairs,
        authorization=request.headers.get("authorization"),
    )


def _pairs(encoded: bytes) -> list[tuple[str, str]] | None:
    if len(encoded) > _LONGEST_FORM:
        return None
    try:
        pairs = parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:  # also of bytes that are no text
        return None
    # No parameter has a NUL in it, and not every database takes one.
    return None if any("\0" in name or "\0" in value for name, value in pairs) else pairs


def _respond(answer: Answer) -> Response[Any]:
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-type"}
    if answer.status == 303:
        return Response(None, status_code=303, headers=headers)
    return Response(answer.body, status_code=answer.status, headers=headers, media_type="application/json")


def _not_a_form() -> Response[Any]:
    body = {"error": "invalid_request", "error_description": "Send the parameters as a form"}
    return Response(body, status_code=400, media_type="application/json")

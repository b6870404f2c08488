"""What portals call: token, userinfo, revocation (RFC 7009) and introspection (RFC 7662)."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from sqlalchemy import Connection

from audit.events import EventName
from delegation.errors import DelegationError
from gateway.ledger.health import is_healthy
from gateway.oauth import clients, mandates, tokens
from gateway.oauth.authentication import METHODS
from gateway.oauth.details import Wish
from gateway.oauth.grants import PortalServer
from gateway.oauth.messages import Answer, Asked
from gateway.oauth.tokens import Presented
from gateway.parts import GATEWAY, Parts
from gateway.visits.trail import say

_NO_STORE = {"Content-Type": "application/json", "Cache-Control": "no-store"}
_BEARER = 'Bearer error="invalid_token"'
_SCOPE = 'Bearer error="insufficient_scope", scope="openid"'


def token(conn: Connection, parts: Parts, asked: Asked) -> Answer:
    """Redeem a code for an ID token and an access token (RFC 6749 section 4.1.3)."""
    if asked.repeated:
        return _twice()
    answer: Answer = PortalServer(conn, parts, parts.clock.database_now(conn)).create_token_response(asked)
    return answer


def userinfo(conn: Connection, parts: Parts, access_token: str) -> Answer:
    """Say who acts for whom, to the bearer of an access token (OpenID Connect Core section 5.3)."""
    now = parts.clock.database_now(conn)
    presented = tokens.read(conn, parts, access_token, now)
    client = clients.find(conn, presented.claims.client_id) if presented and presented.is_alive else None
    if presented is None or client is None or not is_healthy(conn):
        return _not_alive()
    if "openid" not in presented.claims.scope.split():
        # A token from an exchange is for the portal's own interfaces, and tells nothing of the person.
        headers = _NO_STORE | {"WWW-Authenticate": _SCOPE}
        return Answer(status=403, body={"error": "insufficient_scope"}, headers=headers)
    facts = mandates.facts_of_filing(conn, presented.row.filing_id)
    try:
        # No more than the token itself says: it may have been asked for less, or exchanged for less.
        wishes = tuple(
            Wish(type="e_service", service=each.service, actions=each.actions)
            for each in presented.claims.authorization_details
        )
        mandate = mandates.mandate_for(conn, parts, facts, client, now, wishes)
    except DelegationError:
        return _not_alive()
    body: dict[str, Any] = {
        "sub": mandate.claims.sub,
        **mandate.person,
        "act": mandate.act,
        "authorization_details": mandates.as_json(mandate.claims.authorization_details),
        "delegation": mandate.claims.jti,
    }
    if mandate.approved_by is not None:
        body["approved_by"] = mandate.approved_by
    return Answer(status=200, body=body, headers=_NO_STORE)


def revoke(conn: Connection, parts: Parts, asked: Asked) -> Answer:
    """Revoke an access token of the client's own (RFC 7009); what is not one is forgotten already."""
    return _answer(conn, parts, asked, Revocation)


def introspect(conn: Connection, parts: Parts, asked: Asked) -> Answer:
    """Say whether an access token of the client's own is alive at this moment (RFC 7662)."""
    return _answer(conn, parts, asked, Introspection)


class _OnOneToken:
    """What both endpoints share: the token is a JWT of ours, and a hint of its kind changes nothing."""

    CLIENT_AUTH_METHODS = METHODS
    server: PortalServer

    def check_params(self, request: Any, client: Any) -> None:  # noqa: ARG002 - Authlib's signature
        """Refuse a request without a token; hints that we do not know are to be ignored."""
        if "token" not in request.form:
            raise InvalidRequestError("The token is missing")

    def query_token(self, token_string: str, token_type_hint: Any) -> Presented | None:  # noqa: ARG002 - as theirs
        """Read the token."""
        return tokens.read(self.server.conn, self.server.parts, token_string, self.server.now)


class Revocation(_OnOneToken, RevocationEndpoint):
    """RFC 7009, also for JWT access tokens, which Authlib's own refuses."""

    server: PortalServer

    def revoke_token(self, token: Presented, request: Any) -> None:
        """Revoke it, and record the first time."""
        server = self.server
        if tokens.revoke(server.conn, token.claims.jti, server.now):
            data = {"client": request.client.client_id, "token": token.claims.jti, "reason": "client"}
            say(server.conn, token.row.visit_id, EventName.OAUTH_TOKEN_REVOKED, GATEWAY, server.now, **data)


class Introspection(_OnOneToken, IntrospectionEndpoint):
    """RFC 7662: the state of the delegation counts, not only that of the token."""

    server: PortalServer

    def query_token(self, token_string: str, token_type_hint: Any) -> Presented | None:
        """Read the token; none is known to be alive while the log is refused, since a no may be forgotten."""
        return super().query_token(token_string, token_type_hint) if is_healthy(self.server.conn) else None

    def check_permission(self, token: Presented, client: Any, request: Any) -> bool:  # noqa: ARG002 - as theirs
        """Say nothing of other clients' tokens, not even that they exist."""
        return token.check_client(client)

    def introspect_token(self, token: Presented) -> dict[str, Any]:
        """Return what the token says."""
        claims = token.claims
        return {
            "active": True,
            "token_type": "Bearer",
            "iss": claims.iss,
            "sub": claims.sub,
            "aud": list(claims.aud),
            "client_id": claims.client_id,
            "scope": claims.scope,
            "iat": claims.iat,
            "exp": claims.exp,
            "jti": claims.jti,
            "acr": claims.acr,
            "auth_time": claims.auth_time,
            "act": claims.act,
            "authorization_details": mandates.as_json(claims.authorization_details),
            "delegation": claims.delegation,
        }


def _answer(conn: Connection, parts: Parts, asked: Asked, endpoint: type[Revocation] | type[Introspection]) -> Answer:
    if asked.repeated:
        return _twice()
    server: Any = PortalServer(conn, parts, parts.clock.database_now(conn))  # Authlib's core has few types
    server.register_endpoint(endpoint)
    answer: Answer = server.create_endpoint_response(endpoint.ENDPOINT_NAME, asked)
    return answer


def _twice() -> Answer:
    body = {"error": "invalid_request", "error_description": "A parameter stands twice"}
    return Answer(status=400, body=body, headers=_NO_STORE)


def _not_alive() -> Answer:
    return Answer(status=401, body={"error": "invalid_token"}, headers=_NO_STORE | {"WWW-Authenticate": _BEARER})

"""How a portal proves who it is: a secret by HTTP Basic or in the form, or an assertion signed with its own key.

One way for each client, the registered one; never two at once (RFC 6749 section 2.3). There are no public clients.
"""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import unquote_plus

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from gateway.ids import digest
from gateway.oauth import clients
from gateway.oauth.clients import AuthMethod, Client
from gateway.oauth.evidence import ALGORITHM
from gateway.oauth.messages import PortalRequest
from gateway.oauth.tables import ClientAssertion
from gateway.parts import Parts

ENDPOINTS = ("token", "par", "revoke", "introspect")
METHODS = [method.value for method in AuthMethod]
SKEW_SECONDS = 30
"""How far a portal's clock may be ahead of ours, or behind."""

LONGEST_LIFE = 600
"""Seconds: an assertion that lives longer is refused, since its `jti` has to be remembered until it ends."""

_LONGEST_JTI = 256
_LONGEST_ASSERTION = 8_192
_REMEMBER = {
    "sqlite": sqlite.insert(ClientAssertion).on_conflict_do_nothing().returning(ClientAssertion.hash),
    "postgresql": postgresql.insert(ClientAssertion).on_conflict_do_nothing().returning(ClientAssertion.hash),
}
QueryClient: TypeAlias = Callable[[str], Client | None]


def by_basic(parts: Parts, query_client: QueryClient, request: OAuth2Request) -> Client | None:
    """Authenticate by HTTP Basic (RFC 6749 section 2.3.1): both halves are form-encoded."""
    scheme, _, encoded = (request.headers or {}).get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return _by_secret(parts, query_client(unquote_plus(client_id)), unquote_plus(secret))


def by_form(parts: Parts, query_client: QueryClient, request: PortalRequest) -> Client | None:
    """Authenticate by `client_id` and `client_secret` in the form (RFC 6749 section 2.3.1)."""
    client_id, secret = request.form.get("client_id"), request.form.get("client_secret")
    return _by_secret(parts, query_client(client_id), secret) if client_id and secret else None


def _by_secret(parts: Parts, client: Client | None, secret: str) -> Client | None:
    return client if client and clients.has_secret(parts, client, secret) else None


def ensure_one_way(request: PortalRequest) -> None:
    """Refuse a request that authenticates in more than one way, or as somebody else than it says.

    Raises:
        InvalidRequestError: it does.
    """
    ways = (
        bool((request.headers or {}).get("Authorization")),
        "client_secret" in request.form,
        "client_assertion" in request.form,
    )
    if sum(ways) > 1:
        raise InvalidRequestError("A client authenticates in one way")


class PrivateKeyJwt(JWTBearerClientAssertion):
    """`private_key_jwt` (OpenID Connect Core section 9, RFC 7523): ES256, for this issuer alone, each `jti` once."""

    CLIENT_AUTH_METHOD = AuthMethod.PRIVATE_KEY_JWT.value  # type: ignore[misc]  # made to be set, says Authlib's manual

    def __init__(self, conn: Connection, issuer: str, now: datetime) -> None:
        super().__init__(validate_jti=True, leeway=SKEW_SECONDS)
        self._conn = conn
        self._issuer = issuer
        self._now = now

    def __call__(self, query_client: Any, request: Any) -> Any:
        """Authenticate; what is no assertion is somebody else's to read."""
        if len(request.form.get("client_assertion", "")) > _LONGEST_ASSERTION:
            raise InvalidClientError
        client = super().__call__(query_client, request)  # type: ignore[no-untyped-call]  # Authlib has few types
        if client is not None and request.form.get("client_id", client.client_id) != client.client_id:
            raise InvalidClientError  # RFC 7521 section 4.2: whoever names itself twice is the same
        return client

    def resolve_client_public_key(self, client: Client) -> KeySet:
        """Return the keys that were registered; a client of another method has none."""
        if client.auth_method is not AuthMethod.PRIVATE_KEY_JWT or client.jwks is None:
            raise InvalidClientError
        return KeySet.import_key_set(client.jwks)  # type: ignore[arg-type]  # it checks

    def process_assertion_claims(self, assertion: Any, resolve_key: Any) -> Any:
        """Check signature and claims; the reason is not told."""
        try:
            token = jwt.decode(assertion, resolve_key, algorithms=[ALGORITHM])
        except (JoseError, TypeError, ValueError) as error:  # a `crit` that is no list of names is a TypeError there
            raise InvalidClientError from error
        self.verify_claims(token.claims)
        return token.claims

    def verify_claims(self, claims: Any) -> None:
        """Refuse an assertion of somebody else, for somebody else, too old, too long-lived, or used before."""
        now, audience, jti = self._now.timestamp(), claims.get("aud"), claims.get("jti")
        if isinstance(audience, list) and len(audience) == 1:
            audience = audience[0]
        is_sound = (
            claims.get("iss") == claims.get("sub")
            # More than one audience would be an assertion that others may present too.
            and audience in self.get_audiences()
            and now - SKEW_SECONDS < _seconds(claims, "exp") <= now + LONGEST_LIFE + SKEW_SECONDS
            and _seconds(claims, "iat", now) <= now + SKEW_SECONDS
            and _seconds(claims, "nbf", now) <= now + SKEW_SECONDS
            and isinstance(jti, str)
            and 0 < len(jti) <= _LONGEST_JTI
            and jti.isprintable()
        )
        if not is_sound or not self.validate_jti(claims, jti):
            raise InvalidClientError

    def get_audiences(self) -> list[str]:
        """Return what an assertion may name us by: the issuer, or the address of an endpoint."""
        return [self._issuer, *(f"{self._issuer}/oauth/{name}" for name in ENDPOINTS)]

    def validate_jti(self, claims: Any, jti: Any) -> bool:
        """Remember a `jti`, in one statement; of two at once only one is new."""
        expires_at = datetime.fromtimestamp(claims["exp"] + SKEW_SECONDS, self._now.tzinfo)
        values = {"hash": digest(f"{claims['sub']}\0{jti}"), "expires_at": expires_at}
        return self._conn.execute(_REMEMBER[self._conn.dialect.name], values).first() is not None


def _seconds(claims: Any, name: str, default: float = 0.0) -> float:
    value = claims.get(name, default)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("inf")

"""Portals as clients of our OpenID Provider: registered by hand, confidential, with fixed redirect addresses."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin
from sqlalchemy import Connection, bindparam, insert, select, update

from audit.entry import Actor
from audit.events import EventName
from delegation.errors import InvalidKeyError
from delegation.signing import KeySet
from gateway.ids import new_token
from gateway.ledger import outbox
from gateway.oauth.errors import ClientUnknownError, RegistrationError
from gateway.oauth.tables import OAuthClient
from gateway.parts import GATEWAY, Store
from gateway.setting_texts import is_loopback

SCOPES = ("openid", "profile", "e_service")
"""`e_service` asks for the delegation; what it allows comes from the filing, whatever is asked for."""

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
GRANT_TYPES = ("authorization_code", TOKEN_EXCHANGE)
"""Nothing is ever refreshed."""

LEAST_SECRET = 16
_SECRET_LABEL = "oauth.client_secret"
_FIND = select(OAuthClient.__table__).where(OAuthClient.client_id == bindparam("client_id"))
_PUBLIC_MEMBERS = ("kty", "crv", "x", "y", "kid")


class AuthMethod(StrEnum):
    """How a client authenticates (OpenID Connect Core section 9). There is no `none`: every portal keeps a secret."""

    SECRET_BASIC = "client_secret_basic"
    SECRET_POST = "client_secret_post"
    PRIVATE_KEY_JWT = "private_key_jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRegistration:
    """What two people say of a portal before it may sign anybody in.

    A secret is shown to them once and not kept; a client of `private_key_jwt` has `jwks` and no secret. Everything that
    we sign for it is ES256.
    """

    client_id: str
    portal_id: str
    """A row of the catalogue's portals."""
    redirect_uris: Sequence[str]
    """Whole addresses, compared as text."""
    personal_code_allowed: bool
    auth_method: AuthMethod = AuthMethod.SECRET_BASIC
    secret: str | None = field(default=None, repr=False)
    """None for a client that is known already: it keeps the secret that it has."""
    jwks: Mapping[str, Any] | None = None
    """A JWK set (RFC 7517) of public P-256 keys, each with its `kid`."""
    services: Sequence[str] | None = None
    """The services that it may be signed in for; none: every one of its portal."""
    par_required: bool = False
    backchannel_logout_uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client(ClientMixin):
    """A registered portal, as Authlib asks about it."""

    client_id: str
    portal_id: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    personal_code_allowed: bool
    secret_hash: bytes = field(repr=False)
    auth_method: AuthMethod
    jwks: Mapping[str, Any] | None
    services: frozenset[str] | None
    par_required: bool
    backchannel_logout_uri: str | None

    def get_client_id(self) -> str:
        """Return the identifier (RFC 6749 section 2.2)."""
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        """Return none: a request names its redirect address (OpenID Connect Core section 3.1.2.1)."""
        return ""

    def get_allowed_scope(self, scope: Any) -> Any:
        """Return the scope asked for; none, which refuses, where `openid` is missing or something is not allowed."""
        wanted = str(scope or "").split()
        return " ".join(wanted) if "openid" in wanted and set(wanted) <= set(self.scopes) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Say whether exactly this address is registered (RFC 9700 section 2.1)."""
        return redirect_uri in self.redirect_uris

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - the same everywhere
        """Say whether the client authenticates in this way, and in no other."""
        return method == self.auth_method

    def check_response_type(self, response_type: str) -> bool:
        """Say whether the client may ask for this: codes alone."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Say whether the client may redeem this."""
        return grant_type in GRANT_TYPES

    def may_have(self, service_id: str) -> bool:
        """Say whether the client may be signed in for this service."""
        return self.services is None or service_id in self.services


def register(conn: Connection, store: Store, registration: ClientRegistration, *, by: Actor = GATEWAY) -> None:
    """Register a portal as a client, or replace its registration, also a suspended one; either is an event.

    Raises:
        RegistrationError: the message says what to mend: addresses, secret or keys.
    """
    now = store.clock.database_now(conn)
    is_known = _row(conn, registration.client_id) is not None
    values = _values(store, registration, is_known=is_known) | {"changed_at": now, "suspended_at": None}
    if is_known:
        conn.execute(update(OAuthClient).where(OAuthClient.client_id == registration.client_id).values(**values))
    else:
        conn.execute(insert(OAuthClient).values(client_id=registration.client_id, created_at=now, **values))
    outbox.record(
        conn,
        chain="system",
        type=EventName.PORTAL_CHANGED if is_known else EventName.PORTAL_REGISTERED,
        actor=by,
        data={
            "client": registration.client_id,
            "portal": registration.portal_id,
            "redirect_uris": list(registration.redirect_uris),
            "personal_code": registration.personal_code_allowed,
            "authenticates_by": registration.auth_method.value,
            "keys": [key["kid"] for key in (values["jwks"] or {"keys": []})["keys"]],
            "services": values["services"],
            "par_required": registration.par_required,
            "logout": registration.backchannel_logout_uri,
        },
        at=now,
    )


def suspend(conn: Connection, store: Store, client_id: str, *, by: Actor = GATEWAY) -> None:
    """Make a client nobody from now on: no sign-in, no token, no introspection. `register` brings it back.

    Raises:
        ClientUnknownError: there is no such client.
    """
    now = store.clock.database_now(conn)
    alive = update(OAuthClient).where(OAuthClient.client_id == client_id, OAuthClient.suspended_at.is_(None))
    if conn.execute(alive.values(suspended_at=now, changed_at=now)).rowcount:
        data = {"client": client_id}
        outbox.record(conn, chain="system", type=EventName.PORTAL_SUSPENDED, actor=by, data=data, at=now)
    elif _row(conn, client_id) is None:
        raise ClientUnknownError(f"no client {client_id}")


def find(conn: Connection, client_id: str) -> Client | None:
    """Return a registered client; none where it was suspended."""
    row = _row(conn, client_id)
    if row is None or row.suspended_at is not None:
        return None
    return Client(
        client_id=row.client_id,
        portal_id=row.portal_id,
        redirect_uris=tuple(row.redirect_uris),
        scopes=tuple(row.scopes),
        personal_code_allowed=row.personal_code_allowed,
        secret_hash=row.secret_hash,
        auth_method=AuthMethod(row.auth_method),
        jwks=row.jwks,
        services=None if row.services is None else frozenset(row.services),
        par_required=row.par_required,
        backchannel_logout_uri=row.backchannel_logout_uri,
    )


def suspended_at(conn: Connection, client_id: str) -> datetime | None:
    """Return when a client was suspended; none where it is not.

    Raises:
        ClientUnknownError: there is no such client.
    """
    row = _row(conn, client_id)
    if row is None:
        raise ClientUnknownError(f"no client {client_id}")
    at: datetime | None = row.suspended_at
    return at


def has_secret(store: Store, client: Client, secret: str) -> bool:
    """Say whether `secret` is the client's; compared in constant time."""
    return hmac.compare_digest(client.secret_hash, hash_of_secret(store, client.client_id, secret))


def ensure_sound(registration: ClientRegistration) -> None:
    """Refuse what could not be registered, before anybody is asked to confirm it.

    Raises:
        RegistrationError: the message says what to mend: addresses, secret or keys.
    """
    if not registration.redirect_uris:
        raise RegistrationError("a client has at least one redirect address")
    for uri in registration.redirect_uris:
        _ensure_address(uri)
    if registration.backchannel_logout_uri is not None:
        _ensure_address(registration.backchannel_logout_uri)
    if registration.services is not None and not registration.services:
        raise RegistrationError("a client is for one service at least; leave the list out for all of its portal's")
    if registration.secret is not None and len(registration.secret) < LEAST_SECRET:
        raise RegistrationError("a client's secret has at least 16 characters, better 43 random ones")
    if registration.auth_method is AuthMethod.PRIVATE_KEY_JWT:
        _public_keys(registration.jwks)
    elif registration.jwks is not None:
        raise RegistrationError("keys are for a client that authenticates by private_key_jwt")


def _values(store: Store, registration: ClientRegistration, *, is_known: bool) -> dict[str, Any]:
    ensure_sound(registration)
    by_key = registration.auth_method is AuthMethod.PRIVATE_KEY_JWT
    if registration.secret is None and not is_known and not by_key:
        raise RegistrationError("a new client needs a secret, or keys of its own")
    values: dict[str, Any] = {
        "portal_id": registration.portal_id,
        "redirect_uris": list(registration.redirect_uris),
        "scopes": list(SCOPES),
        "personal_code_allowed": registration.personal_code_allowed,
        "auth_method": registration.auth_method.value,
        "jwks": _public_keys(registration.jwks) if by_key else None,
        "services": None if registration.services is None else sorted(registration.services),
        "par_required": registration.par_required,
        "backchannel_logout_uri": registration.backchannel_logout_uri,
    }
    # Whoever authenticates by a key has no secret that could be guessed or leak: one that nobody was ever told.
    secret = new_token() if by_key else registration.secret
    if secret is not None:
        values["secret_hash"] = hash_of_secret(store, registration.client_id, secret)
    return values


def _public_keys(jwks: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the set with nothing in it but what verifies a signature."""
    listed = (jwks or {}).get("keys")
    if not isinstance(listed, list) or not listed or not all(isinstance(key, Mapping) for key in listed):
        raise RegistrationError("give a JWK set with at least one key")
    if any("d" in key for key in listed):
        raise RegistrationError("a private key was sent: destroy it, and give the public part of a new one")
    keys = [{name: key[name] for name in _PUBLIC_MEMBERS if name in key} for key in listed]
    if any((key.get("kty"), key.get("crv")) != ("EC", "P-256") for key in keys):
        raise RegistrationError("only P-256 keys are taken, for ES256")
    try:
        KeySet.parse({"keys": keys})
    except InvalidKeyError as error:
        raise RegistrationError(f"not a key that can be used: {error}") from error
    return {"keys": keys}


def _row(conn: Connection, client_id: str) -> Any:
    return conn.execute(_FIND, {"client_id": client_id}).one_or_none()


def hash_of_secret(store: Store, client_id: str, secret: str) -> bytes:
    """The keyed hash under which a client's secret is kept."""
    return store.sealer.keyed_hash(_SECRET_LABEL, f"{client_id}\0{secret}")


def is_read_alike(address: str) -> bool:
    """Whether browsers, libraries and the two people who confirm it read the same host in an address.

    Letters of other scripts look like ours, a name before `@` looks like the host, and browsers take a backslash for a
    slash (RFC 3986 section 7.6).
    """
    return address.isascii() and address.isprintable() and not set(address) & set(" \\") and "@" not in address


def _ensure_address(uri: str) -> None:
    parts = urlsplit(uri)
    is_plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
    is_sound = is_read_alike(uri) and not parts.fragment and "*" not in uri
    if not parts.hostname or not (parts.scheme == "https" or is_plain) or not is_sound:
        raise RegistrationError(f"not an address of a portal: {uri!r}; give a whole https address without a fragment")

"""Portals as clients of our OpenID Provider: registered by hand, confidential, with fixed redirect addresses."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin
from sqlalchemy import Connection, bindparam, insert, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.config import is_loopback
from gateway.ledger import outbox
from gateway.oauth.errors import RegistrationError
from gateway.oauth.tables import OAuthClient
from gateway.parts import GATEWAY, Store

SCOPES = ("openid", "profile", "e_service")
"""`e_service` asks for the delegation; what it allows comes from the filing, whatever is asked for."""

AUTHENTICATION_METHOD = "client_secret_basic"
_SECRET_LABEL = "oauth.client_secret"
_FIND = select(OAuthClient.__table__).where(OAuthClient.client_id == bindparam("client_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Client(ClientMixin):
    """A registered portal, as Authlib asks about it."""

    client_id: str
    portal_id: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    personal_code_allowed: bool
    secret_hash: bytes

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
        """Say whether the client authenticates in this way."""
        return method == AUTHENTICATION_METHOD

    def check_response_type(self, response_type: str) -> bool:
        """Say whether the client may ask for this: codes alone."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Say whether the client may redeem this: codes alone, nothing is ever refreshed."""
        return grant_type == "authorization_code"


def register(
    conn: Connection,
    store: Store,
    *,
    client_id: str,
    portal_id: str,
    secret: str,
    redirect_uris: Sequence[str],
    personal_code_allowed: bool,
    by: Actor = GATEWAY,
) -> None:
    """Register a portal as a client, or replace its registration; either is an event.

    `portal_id` is a row of the catalogue's portals. `secret` is not kept: give it to the portal and forget it.

    Raises:
        RegistrationError: no redirect address, one that is not https (or this machine), or a secret that is too short.
    """
    if len(secret) < 16:
        raise RegistrationError("a client's secret has at least 16 characters, better 43 random ones")
    if not redirect_uris:
        raise RegistrationError("a client has at least one redirect address")
    for uri in redirect_uris:
        _ensure_redirect_uri(uri)
    now = store.clock.database_now(conn)
    values: dict[str, Any] = {
        "portal_id": portal_id,
        "secret_hash": _secret_hash(store, client_id, secret),
        "redirect_uris": list(redirect_uris),
        "scopes": list(SCOPES),
        "personal_code_allowed": personal_code_allowed,
        "changed_at": now,
    }
    is_known = find(conn, client_id) is not None
    if is_known:
        conn.execute(update(OAuthClient).where(OAuthClient.client_id == client_id).values(**values))
    else:
        conn.execute(insert(OAuthClient).values(client_id=client_id, created_at=now, **values))
    outbox.record(
        conn,
        chain="system",
        type=EventName.PORTAL_CHANGED if is_known else EventName.PORTAL_REGISTERED,
        actor=by,
        data={
            "client": client_id,
            "portal": portal_id,
            "redirect_uris": list(redirect_uris),
            "personal_code": personal_code_allowed,
        },
        at=now,
    )


def find(conn: Connection, client_id: str) -> Client | None:
    """Return a registered client."""
    row = conn.execute(_FIND, {"client_id": client_id}).one_or_none()
    if row is None:
        return None
    return Client(
        client_id=row.client_id,
        portal_id=row.portal_id,
        redirect_uris=tuple(row.redirect_uris),
        scopes=tuple(row.scopes),
        personal_code_allowed=row.personal_code_allowed,
        secret_hash=row.secret_hash,
    )


def has_secret(store: Store, client: Client, secret: str) -> bool:
    """Say whether `secret` is the client's; compared in constant time."""
    return hmac.compare_digest(client.secret_hash, _secret_hash(store, client.client_id, secret))


def _secret_hash(store: Store, client_id: str, secret: str) -> bytes:
    return store.sealer.keyed_hash(_SECRET_LABEL, f"{client_id}\0{secret}")


def _ensure_redirect_uri(uri: str) -> None:
    parts = urlsplit(uri)
    is_plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or is_plain) or parts.fragment or "*" in uri:
        raise RegistrationError(f"not a redirect address: {uri!r}; give a whole https address without a fragment")

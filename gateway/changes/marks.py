"""Short marks of secrets: whoever confirms a change sees that its secret is another one, and nobody reads any.

A mark is 32 bits of a hash that is keyed outside the database: it tells two secrets apart, and nobody can try values
against it.
"""

from sqlalchemy import Connection, select

from gateway.oauth import clients, providers
from gateway.oauth.clients import AuthMethod
from gateway.oauth.errors import ProviderUnknownError
from gateway.oauth.tables import OAuthClient
from gateway.parts import Store

_BYTES = 4


def of_portal(conn: Connection, store: Store, client_id: str, secret: str | None = None) -> str | None:
    """The mark of `secret`, else of the one that the portal has now; none where it authenticates by a key."""
    if secret is not None:
        return _mark(store, clients.hash_of_secret(store, client_id, secret))
    found = select(OAuthClient.secret_hash).where(
        OAuthClient.client_id == client_id, OAuthClient.auth_method != AuthMethod.PRIVATE_KEY_JWT.value
    )
    known = conn.execute(found).scalar_one_or_none()
    return None if known is None else _mark(store, known)


def of_provider(conn: Connection, store: Store, provider_id: str, secret: str | None = None) -> str | None:
    """The mark of `secret`, else of the one with which we authenticate at the provider now."""
    if secret is None:
        try:
            secret = providers.secret_of(store, providers.find(conn, provider_id))
        except ProviderUnknownError:
            return None
    return _mark(store, f"{provider_id}\0{secret}".encode()) if secret else None


def _mark(store: Store, of: bytes) -> str:
    made = store.sealer.keyed_hash("settings.secret_mark", of.hex())[:_BYTES].hex()
    return f"{made[:4]}-{made[4:]}"

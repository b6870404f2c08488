"""The OpenID Providers that residents sign in with, registered by hand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from audit.entry import Actor
from audit.events import EventName
from delegation.assurance import Assurance
from delegation.errors import UnknownAssuranceError
from gateway.keys import epochs
from gateway.keys.moving import Place
from gateway.ledger import outbox
from gateway.oauth import clients
from gateway.oauth.clients import AuthMethod
from gateway.oauth.errors import ProviderUnknownError, RegistrationError
from gateway.oauth.tables import IdentityProvider
from gateway.parts import GATEWAY, Store
from gateway.setting_texts import is_loopback

SCOPE = "openid profile phone email"
_CLAIM = re.compile(r"[A-Za-z0-9_.:/#-]{1,120}")
_ALL = (
    select(IdentityProvider.__table__)
    .where(IdentityProvider.suspended_at.is_(None))
    .order_by(IdentityProvider.registered_at, IdentityProvider.id)
)
_FIND = select(IdentityProvider.__table__).where(IdentityProvider.id == bindparam("id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One identity provider."""

    id: str
    names: Mapping[str, str]
    issuer: str
    client_id: str
    scope: str
    sealed_secret: bytes = field(repr=False)
    epoch: int
    auth_method: AuthMethod = AuthMethod.SECRET_BASIC
    """How we authenticate there."""
    acr_levels: Mapping[str, str] = field(default_factory=dict)
    """Its own words for levels of assurance, each with the eIDAS URI that it stands for."""
    code_claim: str | None = None
    """The claim that holds the personal code; none: `personal_code`, else the subject."""
    phone_claim: str | None = None
    """The claim that holds a telephone number; none: `phone_number`."""
    phone_verified: bool = False
    """Whether a number of which the provider does not say itself that it has verified it counts as verified."""

    def name(self, language: str) -> str:
        """Return its name in `language` (`lv`, `en`, `lv-plain`, `en-plain`), in the base language, or in Latvian."""
        known = (language, language.partition("-")[0])
        return next((self.names[code] for code in known if code in self.names), self.names["lv"])


def register(  # noqa: PLR0913 - a registration has as many parts, each named by its caller
    conn: Connection,
    store: Store,
    *,
    provider_id: str,
    names: Mapping[str, str],
    issuer: str,
    client_id: str,
    client_secret: str | None = None,
    scope: str = SCOPE,
    auth_method: AuthMethod = AuthMethod.SECRET_BASIC,
    acr_levels: Mapping[str, str] | None = None,
    code_claim: str | None = None,
    phone_claim: str | None = None,
    phone_verified: bool = False,
    by: Actor = GATEWAY,
) -> None:
    """Register an identity provider, or replace its registration, also a suspended one; either is an event.

    The secret is kept sealed; left out, a provider that is known keeps the one it has, and one at which we authenticate
    by `private_key_jwt` needs none: our public key is in `/oauth/jwks`. `acr_levels` holds the provider's own words for
    levels of assurance, each with an eIDAS URI; `code_claim` and `phone_claim` name the claims in which it tells the
    personal code and a telephone number, where those are not the usual ones. A number counts as verified where the
    provider says so of it; where it says nothing, only with `phone_verified`.

    Raises:
        RegistrationError: the issuer is not https (or this machine), the scope lacks `openid`, or the Latvian name, the
            secret is missing, a level is none of eIDAS, or a claim's name is none.
    """
    ensure_reachable_safely(issuer)
    if issuer.endswith("/") or "openid" not in scope.split() or not names.get("lv"):
        raise RegistrationError("give the issuer without a slash at its end, a scope with openid and a Latvian name")
    _ensure_levels(acr_levels or {})
    if any(name is not None and not is_claim(name) for name in (code_claim, phone_claim)):
        raise RegistrationError("give a claim by its name, without spaces")
    known = conn.execute(_FIND, {"id": provider_id}).one_or_none()
    is_known = known is not None
    if client_secret is None and not is_known and auth_method is not AuthMethod.PRIVATE_KEY_JWT:
        raise RegistrationError("a new provider needs the secret that it gave us")
    now = store.clock.database_now(conn)
    values: dict[str, Any] = {
        "name": dict(names),
        "issuer": issuer,
        "client_id": client_id,
        "scope": scope,
        "auth_method": auth_method.value,
        "acr_levels": dict(acr_levels) if acr_levels else None,
        "code_claim": code_claim,
        "phone_claim": phone_claim,
        "phone_verified": phone_verified,
        "changed_at": now,
        "suspended_at": None,
    }
    if client_secret is not None or not is_known:
        epoch = epochs.ensure_alive(conn, store.sealer.epoch)
        sealed = store.sealer.seal_under_epoch(epoch, _context(provider_id), (client_secret or "").encode())
        values |= {"client_secret": sealed, "epoch": epoch}
    if is_known:
        conn.execute(update(IdentityProvider).where(IdentityProvider.id == provider_id).values(**values))
    else:
        conn.execute(insert(IdentityProvider).values(id=provider_id, registered_at=now, **values))
    outbox.record(
        conn,
        chain="system",
        type=EventName.PROVIDER_CHANGED if is_known else EventName.PROVIDER_REGISTERED,
        actor=by,
        data={
            "provider": provider_id,
            "issuer": issuer,
            "client": client_id,
            "scope": scope,
            "authenticates_by": auth_method.value,
            "levels": values["acr_levels"],
            "code_claim": code_claim,
            "phone_claim": phone_claim,
            "phone_verified": phone_verified,
        },
        at=now,
    )


def suspend(conn: Connection, store: Store, provider_id: str, *, by: Actor = GATEWAY) -> None:
    """Let nobody sign in by a provider from now on, also whoever is on the way. `register` brings it back.

    Raises:
        ProviderUnknownError: none has this name.
    """
    now = store.clock.database_now(conn)
    alive = update(IdentityProvider).where(IdentityProvider.id == provider_id, IdentityProvider.suspended_at.is_(None))
    if conn.execute(alive.values(suspended_at=now, changed_at=now)).rowcount:
        data = {"provider": provider_id}
        outbox.record(conn, chain="system", type=EventName.PROVIDER_SUSPENDED, actor=by, data=data, at=now)
    elif conn.execute(_FIND, {"id": provider_id}).one_or_none() is None:
        raise ProviderUnknownError("no such identity provider")


def all(conn: Connection) -> tuple[Provider, ...]:  # noqa: A001 - read as `providers.all`
    """Return every provider that residents may choose, the one registered first first."""
    return tuple(_provider(row) for row in conn.execute(_ALL))


def find(conn: Connection, provider_id: str) -> Provider:
    """Return one provider.

    Raises:
        ProviderUnknownError: none has this name, or it was suspended.
    """
    row = conn.execute(_FIND, {"id": provider_id}).one_or_none()
    if row is None or row.suspended_at is not None:
        raise ProviderUnknownError("no such identity provider")
    return _provider(row)


def secret_of(store: Store, provider: Provider) -> str:
    """Open the secret with which we authenticate at a provider."""
    return store.sealer.open_under_epoch(provider.epoch, _context(provider.id), provider.sealed_secret).decode()


def ensure_reachable_safely(address: str) -> None:
    """Refuse an address that is neither https nor on this machine: what it says could be anybody's.

    Raises:
        RegistrationError: it is not.
    """
    parts = urlsplit(address)
    is_local = parts.scheme == "http" and is_loopback(parts.hostname or "")
    is_plain = clients.is_read_alike(address) and not parts.query and not parts.fragment
    if not parts.hostname or not (parts.scheme == "https" or is_local) or not is_plain:
        raise RegistrationError("give an address that begins with https://, without a query")


def is_claim(name: str) -> bool:
    """Whether this can be the name of a claim: a plain word or an address."""
    return _CLAIM.fullmatch(name) is not None


def _provider(row: Row[Any]) -> Provider:
    return Provider(
        id=row.id,
        names=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
        scope=row.scope,
        sealed_secret=row.client_secret,
        epoch=row.epoch,
        auth_method=AuthMethod(row.auth_method),
        acr_levels=row.acr_levels or {},
        code_claim=row.code_claim,
        phone_claim=row.phone_claim,
        phone_verified=row.phone_verified,
    )


def _ensure_levels(acr_levels: Mapping[str, str]) -> None:
    """Refuse a word that would pass for a level which nobody has defined."""
    try:
        for level in acr_levels.values():
            Assurance.parse(level)
    except UnknownAssuranceError as error:
        raise RegistrationError("give each of the provider's levels the URI of one of eIDAS") from error


def _context(provider_id: str) -> str:
    return f"identity provider\0{provider_id}"


SECRETS = Place(IdentityProvider.id, IdentityProvider.client_secret, lambda row: _context(row.id))
"""What authenticates us at providers, sealed under an epoch."""

"""The rows of both sides of OAuth. Secrets, tickets and codes are kept as hashes; nothing here is personal."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base


class OAuthClient(Base):
    """A portal as a client of our OpenID Provider."""

    __tablename__ = "oauth_client"
    client_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    portal_id: Mapped[str] = mapped_column(ForeignKey("portal.id"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Keyed, so that a stolen table lets nobody try secrets. Of nothing anybody knows where `jwks` stands instead."""
    redirect_uris: Mapped[list[str]]
    """Compared as text, whole."""
    scopes: Mapped[list[str]]
    personal_code_allowed: Mapped[bool]
    """Whether the portal cannot do its work without the resident's personal code."""
    auth_method: Mapped[str] = mapped_column(String(32), server_default="client_secret_basic")
    jwks: Mapped[dict[str, Any] | None]
    """The public keys of a client that authenticates by `private_key_jwt`."""
    services: Mapped[list[str] | None]
    """The services that it may be signed in for; none: every one of its portal."""
    par_required: Mapped[bool] = mapped_column(server_default=false())
    """Whether an authorization request has to be pushed first (RFC 9126)."""
    backchannel_logout_uri: Mapped[str | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    suspended_at: Mapped[datetime | None]
    """From then on it is nobody here."""


class ClientAssertion(Base):
    """A `jti` with which a client has authenticated: it never does so again (RFC 7523 section 3)."""

    __tablename__ = "client_assertion"
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """Of client and `jti`."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


class PushedRequest(Base):
    """An authorization request that a portal sent by itself, before its browser came (RFC 9126)."""

    __tablename__ = "pushed_request"
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("oauth_client.client_id"))
    parameters: Mapped[dict[str, str]]
    """Those that are understood here; hints that could name a person are not kept."""
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    run_id: Mapped[str | None] = mapped_column(ForeignKey("run.id"))
    """The run that it was used for."""


class RunTicket(Base):
    """Lets the browser of one run sign in at one client, once."""

    __tablename__ = "run_ticket"
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"), index=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("oauth_client.client_id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    consumed_at: Mapped[datetime | None]


class AuthorizationCode(Base):
    """A code that a portal redeems for tokens, once."""

    __tablename__ = "authorization_code"
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("oauth_client.client_id"))
    redirect_uri: Mapped[str]
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"))
    delegation_id: Mapped[str] = mapped_column(ForeignKey("delegation.id"), index=True)
    filing_id: Mapped[str] = mapped_column(ForeignKey("filing.id"))
    scope: Mapped[str]
    nonce: Mapped[str | None]
    authorization_details: Mapped[list[Any] | None]
    """What the portal asked for (RFC 9396); none: whatever the filing has."""
    code_challenge: Mapped[str] = mapped_column(String(43))
    """Of the method S256; there is no other here."""
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    """When it was redeemed, or when it died with its delegation."""


class AccessToken(Base):
    """An access token that was handed out; the token itself is not kept."""

    __tablename__ = "access_token"
    jti: Mapped[str] = mapped_column(String(32), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("oauth_client.client_id"))
    delegation_id: Mapped[str] = mapped_column(ForeignKey("delegation.id"), index=True)
    filing_id: Mapped[str] = mapped_column(ForeignKey("filing.id"))
    code_hash: Mapped[bytes] = mapped_column(ForeignKey("authorization_code.hash"), index=True)
    """The code it goes back to, also by exchanges: a second use of that code revokes it."""
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]


class PortalDelegation(Base):
    """The names that a delegation has toward one client: the whole one's own stay in the gateway."""

    __tablename__ = "portal_delegation"
    __table_args__ = (UniqueConstraint("delegation_id", "client_id"),)
    jti: Mapped[str] = mapped_column(String(32), primary_key=True)
    delegation_id: Mapped[str] = mapped_column(ForeignKey("delegation.id"))
    client_id: Mapped[str] = mapped_column(ForeignKey("oauth_client.client_id"))
    status_index: Mapped[int] = mapped_column(unique=True)
    """In the status list of portals, random: neighbours tell nothing of each other."""
    made_at: Mapped[datetime]


class ExchangedPermit(Base):
    """A permit for which a portal was given the right to file, once."""

    __tablename__ = "exchanged_permit"
    permit_id: Mapped[str] = mapped_column(ForeignKey("permit.id"), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("oauth_client.client_id"))
    exchanged_at: Mapped[datetime]


class IdentityProvider(Base):
    """An OpenID Provider that residents sign in with."""

    __tablename__ = "identity_provider"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[dict[str, str]]
    """By language; `lv` is always there."""
    issuer: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[str]
    client_secret: Mapped[bytes] = mapped_column(LargeBinary)
    """Sealed under `epoch`."""
    epoch: Mapped[int]
    scope: Mapped[str]
    auth_method: Mapped[str] = mapped_column(String(32), server_default="client_secret_basic")
    """How we authenticate there: `client_secret_basic`, `client_secret_post` or `private_key_jwt`."""
    acr_levels: Mapped[dict[str, str] | None]
    """The provider's own words for levels of assurance, each with the eIDAS level that it stands for."""
    code_claim: Mapped[str | None]
    """The claim that holds the personal code; none: `personal_code`, else the subject."""
    phone_claim: Mapped[str | None]
    """The claim that holds a telephone number; none: `phone_number`, as OpenID has it."""
    phone_verified: Mapped[bool] = mapped_column(server_default=false())
    """Whether numbers in that claim are verified even though the provider does not say so of each."""
    registered_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    suspended_at: Mapped[datetime | None]
    """From then on nobody signs in by it."""

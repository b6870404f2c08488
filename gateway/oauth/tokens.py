"""ID tokens and access tokens (RFC 9068): made from a mandate, five minutes long at most, never past the delegation."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from delegation.claims import DelegationClaims, ServiceDetail, Status
from delegation.errors import TokenError
from delegation.model import DelegationState
from delegation.signing import open_signed
from gateway.keys.signing import KeyKind
from gateway.oauth.evidence import half_hash
from gateway.oauth.mandates import Mandate
from gateway.oauth.tables import AccessToken
from gateway.parts import Parts
from gateway.visits.rows import AnyRow
from gateway.visits.tables import DelegationRow

LIFETIME_SECONDS = 300
ACCESS_TOKEN_TYPE = "at+jwt"
ID_TOKEN_TYPE = "JWT"
IN_FORCE = frozenset({DelegationState.ACTIVE, DelegationState.SPENT})

_encode = msgspec.json.Encoder().encode
_KNOWN = (
    select(
        AccessToken.__table__,
        DelegationRow.state.label("delegation_state"),
        DelegationRow.valid_until,
        DelegationRow.visit_id,
    )
    .join(DelegationRow, AccessToken.delegation_id == DelegationRow.id)
    .where(AccessToken.jti == bindparam("jti"))
)


class AccessClaims(msgspec.Struct, frozen=True, kw_only=True):
    """The claims of an access token (RFC 9068 section 2.2); times are seconds since 1970."""

    iss: str
    sub: str
    aud: tuple[str, ...]
    client_id: str
    iat: int
    exp: int
    jti: str
    scope: str
    auth_time: int
    acr: str
    act: dict[str, str]
    authorization_details: tuple[ServiceDetail, ...]
    delegation: str
    status: Status | None = None


class IdClaims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The claims of an ID token (OpenID Connect Core section 2), with who acts and what for."""

    iss: str
    sub: str
    aud: str
    iat: int
    exp: int
    auth_time: int
    acr: str
    at_hash: str
    act: dict[str, str]
    authorization_details: tuple[ServiceDetail, ...]
    delegation: str
    sid: str
    """Of the sign-in at this portal, by which a logout names it: as long as the delegation."""
    name: str
    given_name: str | None = None
    family_name: str | None = None
    personal_code: str | None = None
    registration_number: str | None = None
    approved_by: dict[str, str] | None = None
    nonce: str | None = None
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Presented:
    """An access token of ours that somebody presents, as Authlib asks about it."""

    claims: AccessClaims
    row: AnyRow
    now: datetime

    def check_client(self, client: Any) -> bool:
        """Say whether it was handed out to this client."""
        return bool(self.row.client_id == client.client_id)

    def is_expired(self) -> bool:
        """Say whether its time, or its delegation's, is over."""
        return bool(self.now >= min(self.row.expires_at, self.row.valid_until))

    def is_revoked(self) -> bool:
        """Say whether it was revoked, or its delegation stopped: the delegation's own state counts, at once."""
        return bool(self.row.revoked_at or self.row.delegation_state not in IN_FORCE)

    @property
    def is_alive(self) -> bool:
        """Whether it may be used."""
        return not (self.is_expired() or self.is_revoked())


def access_claims(
    parts: Parts, mandate: Mandate, *, client_id: str, scope: str, jti: str, now: datetime
) -> AccessClaims:
    """Return the claims of a new access token."""
    issued = int(now.timestamp())
    return AccessClaims(
        iss=parts.settings.issuer,
        sub=mandate.claims.sub,
        # For the portal's own interfaces, and for userinfo here.
        aud=(client_id, parts.settings.issuer),
        client_id=client_id,
        iat=issued,
        exp=min(issued + LIFETIME_SECONDS, _latest_end(mandate.claims)),
        jti=jti,
        scope=scope,
        auth_time=mandate.claims.approval.at,
        acr=mandate.claims.approval.assurance,
        act=mandate.act,
        authorization_details=mandate.claims.authorization_details,
        delegation=mandate.claims.jti,
        status=mandate.claims.status,
    )


def _latest_end(claims: DelegationClaims) -> int:
    """Return when the last of the token's own actions ends: what goes on for others keeps no token alive."""
    return min(claims.exp, max(end for each in claims.authorization_details for end in each.valid_until.values()))


def sign_access_token(parts: Parts, claims: AccessClaims) -> str:
    """Sign an access token."""
    return parts.keys.signer(KeyKind.ACCESS_TOKEN).sign(ACCESS_TOKEN_TYPE, _encode(claims))


def sign_id_token(parts: Parts, mandate: Mandate, access: AccessClaims, *, access_token: str, nonce: str | None) -> str:
    """Sign the ID token that goes with an access token."""
    claims = IdClaims(
        iss=access.iss,
        sub=access.sub,
        aud=access.client_id,
        iat=access.iat,
        exp=access.exp,
        auth_time=access.auth_time,
        acr=access.acr,
        at_hash=half_hash(access_token),
        act=access.act,
        authorization_details=access.authorization_details,
        delegation=access.delegation,
        sid=access.delegation,
        nonce=nonce,
        status=access.status,
        approved_by=mandate.approved_by,
        **mandate.person,
    )
    return parts.keys.signer(KeyKind.ID_TOKEN).sign(ID_TOKEN_TYPE, _encode(claims))


def read(conn: Connection, parts: Parts, token: str, now: datetime) -> Presented | None:
    """Read an access token of ours, alive or not; none for anything else."""
    try:
        claims = open_signed(
            token, parts.keys.key_set(KeyKind.ACCESS_TOKEN), typ=ACCESS_TOKEN_TYPE, claims=AccessClaims
        )
    except TokenError:
        return None
    row = conn.execute(_KNOWN, {"jti": claims.jti}).one_or_none()
    if row is None or claims.iss != parts.settings.issuer:
        return None
    return Presented(claims, row, now)


def revoke(conn: Connection, jti: str, now: datetime) -> bool:
    """Revoke one access token; say whether it was not revoked before."""
    alive = update(AccessToken).where(AccessToken.jti == jti, AccessToken.revoked_at.is_(None))
    return conn.execute(alive.values(revoked_at=now)).rowcount == 1


def revoke_of_code(conn: Connection, code_hash: bytes, now: datetime) -> int:
    """Revoke what a code was redeemed for (RFC 6749 section 4.1.2); return how many tokens."""
    alive = update(AccessToken).where(AccessToken.code_hash == code_hash, AccessToken.revoked_at.is_(None))
    return conn.execute(alive.values(revoked_at=now)).rowcount


def expiry(claims: AccessClaims) -> datetime:
    """Return when a token ends, aware UTC."""
    return datetime.fromtimestamp(claims.exp, UTC)

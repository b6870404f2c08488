"""What the provider keeps and signs: sessions, codes, ID tokens."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from connectors.sandbox.provider.requests import ACR_HIGH, ACR_SUBSTANTIAL, AuthorizationRequest
from connectors.sandbox.residents import Resident

METHODS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "eid": ("eID karte", ACR_HIGH, ("hwk", "pin", "mfa")),
    "mobile": ("eParaksts mobile", ACR_SUBSTANTIAL, ("swk", "pin", "mfa")),
}
"""Ways to sign in: shown name, `acr`, `amr` (RFC 8176)."""

_CODE_SECONDS = 60
_TOKEN_SECONDS = 300


@dataclass(frozen=True)
class Login:
    """Somebody who has shown who they are."""

    resident: Resident
    method: str
    at: datetime
    sid: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    """The session that it opens (OpenID Connect Front-Channel Logout section 3)."""

    @property
    def acr(self) -> str:
        """How sure it is, as an eIDAS level of assurance."""
        return METHODS[self.method][1]


@dataclass(frozen=True)
class Grant:
    """A code that waits to be redeemed, or an access token."""

    request: AuthorizationRequest
    login: Login
    ends_at: datetime


class TokenDesk:
    """Codes and access tokens, each for one use or one while; one signing key, made at start."""

    def __init__(self, issuer: str, now: Callable[[], datetime]) -> None:
        self.issuer = issuer
        self._now = now
        self._key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self._codes: dict[str, Grant] = {}
        self._spent_codes: dict[str, str] = {}
        self._access: dict[str, Grant] = {}

    def public_keys(self) -> dict[str, Any]:
        """The JSON Web Key Set (RFC 7517)."""
        return dict(KeySet([self._key]).as_dict(private=False))

    def issue_code(self, request: AuthorizationRequest, login: Login) -> str:
        """A code for one redemption within a minute."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = Grant(request, login, self._now() + timedelta(seconds=_CODE_SECONDS))
        return code

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> dict[str, Any] | None:
        """Tokens for a code, once; None when it does not hold. A code used twice takes its token with it."""
        if code in self._spent_codes:
            self._access.pop(self._spent_codes[code], None)
            return None
        grant = self._codes.pop(code, None)
        if grant is None or self._now() >= grant.ends_at:
            return None
        asked = grant.request
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if asked.client.client_id != client_id or asked.redirect_uri != redirect_uri or challenge != asked.challenge:
            return None
        access = secrets.token_urlsafe(32)
        self._spent_codes[code] = access
        self._access[access] = Grant(asked, grant.login, self._now() + timedelta(seconds=_TOKEN_SECONDS))
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": _TOKEN_SECONDS,
            "scope": asked.scope,
            "id_token": self._id_token(grant, access),
        }

    def userinfo(self, access: str) -> dict[str, Any] | None:
        """Claims for an access token that is alive."""
        grant = self._access.get(access)
        return claims_of(grant.login.resident) if grant and self._now() < grant.ends_at else None

    def clear(self) -> None:
        """Forget codes and tokens; the key stays."""
        self._codes.clear()
        self._spent_codes.clear()
        self._access.clear()

    def _id_token(self, grant: Grant, access: str) -> str:
        now = int(self._now().timestamp())
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            **claims_of(grant.login.resident),
            "iss": self.issuer,
            "aud": grant.request.client.client_id,
            "iat": now,
            "exp": now + _TOKEN_SECONDS,
            "auth_time": int(grant.login.at.timestamp()),
            "acr": grant.login.acr,
            "sid": grant.login.sid,
            "amr": list(METHODS[grant.login.method][2]),
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        }
        if grant.request.nonce:
            claims["nonce"] = grant.request.nonce
        header = {"alg": "ES256", "typ": "JWT", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=["ES256"])


def claims_of(resident: Resident) -> dict[str, Any]:
    """What the provider says about a resident, in tokens and userinfo alike."""
    claims: dict[str, Any] = {
        "sub": resident.subject,
        "name": resident.name,
        "given_name": resident.given_name,
        "family_name": resident.family_name,
        "birthdate": resident.birthdate,
        "personal_code": resident.personal_code,
        "email": resident.email,
        "email_verified": True,
        "address": {"formatted": resident.address},
    }
    if resident.phone:
        claims |= {"phone_number": resident.phone, "phone_number_verified": resident.phone_verified}
    return claims

"""Checks an identity provider's ID token, and says by name what is wrong with it. Pure: no clock, no network.

The relying party asks here at once; whoever verifies the trail asks again years later, with the keys of then.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from delegation.assurance import Assurance
from delegation.commitment import b64url
from delegation.errors import UnknownAssuranceError
from gateway.oauth.errors import SignInFailedError

ALGORITHM = "ES256"
SKEW_SECONDS = 30
"""How far a provider's clock may be ahead of ours."""

LONGEST_TOKEN = 32_768
Jwks: TypeAlias = Mapping[str, Any]


class KeyUnknownError(SignInFailedError):
    """The token names a key that is not in the set: fetch the set again, once."""

    code = "oauth.sign_in_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an ID token has to say to be the answer to our question."""

    issuer: str
    client_id: str
    nonce: str
    now: datetime
    """When it came; for a token from the archive, the time of the approval."""
    access_token: str | None = None
    """What came with it, to be compared with `at_hash`."""
    acr_levels: Mapping[str, str] = field(default_factory=dict)
    """The provider's own words for levels, each with the eIDAS URI that it was registered for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What an ID token was verified with. Kept with it: a provider changes its keys, and the proof outlives them."""

    issuer: str
    client_id: str
    key: Mapping[str, str]
    """The provider's public key, as a JWK."""
    acr_levels: Mapping[str, str] = field(default_factory=dict)
    code_claim: str | None = None
    """The claim in which the provider told the personal code then; none: the usual ones."""


def provenance_of(id_token: str, jwks: Jwks, expected: Expected) -> Provenance:
    """Return what verified a token that `verify_id_token` has just let pass."""
    kid = _checked_kid(jws.extract_compact(id_token.encode("ascii")).headers())
    return Provenance(
        issuer=expected.issuer,
        client_id=expected.client_id,
        key=_published(jwks, kid),
        acr_levels=expected.acr_levels,
    )


def verify_again(id_token: str, kept: Provenance, *, nonce: str, now: datetime) -> dict[str, Any]:
    """Return the claims of an archived ID token. `now` is when it was believed. Raises as `verify_id_token`."""
    expected = Expected(issuer=kept.issuer, client_id=kept.client_id, nonce=nonce, now=now, acr_levels=kept.acr_levels)
    return verify_id_token(id_token, {"keys": [dict(kept.key)]}, expected)


def verify_id_token(id_token: str, jwks: Jwks, expected: Expected) -> dict[str, Any]:
    """Return the claims of an ID token that is what we asked for (OpenID Connect Core section 3.1.3.7).

    Raises:
        KeyUnknownError: 1. `kid` names none of the keys.
        SignInFailedError: 2. form or header: ES256, `typ` JWT, no `crit`; 3. signature; 4. `iss`; 5. `aud`, and `azp`;
            6. `exp`; 7. `iat`; 8. `nonce`; 9. `auth_time`; 10. `acr` is no eIDAS level; 11. `at_hash`; 12. `sub`.
    """
    claims = _signed_claims(id_token, jwks)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    now = expected.now.timestamp()
    checks = (
        ("iss", claims.get("iss") == expected.issuer),
        # More than one audience would be a token that others may present too.
        ("aud", audiences == [expected.client_id]),
        ("azp", claims.get("azp", expected.client_id) == expected.client_id),
        ("exp", _seconds(claims, "exp") > now - SKEW_SECONDS),
        ("iat", now - _LONGEST_WAY < _seconds(claims, "iat") <= now + SKEW_SECONDS),
        ("nonce", _is_same(claims.get("nonce"), expected.nonce)),
        ("auth_time", 0 < _seconds(claims, "auth_time") <= now + SKEW_SECONDS),
        ("acr", _is_level(claims.get("acr"), expected.acr_levels)),
        ("at_hash", _fits_access_token(claims.get("at_hash"), expected.access_token)),
        ("sub", isinstance(claims.get("sub"), str) and bool(claims["sub"])),
    )
    for name, is_right in checks:
        if not is_right:
            raise SignInFailedError(f"id_token.{name}")
    return claims


def auth_time(claims: Mapping[str, Any]) -> datetime:
    """Return when the person signed in, of verified claims."""
    return datetime.fromtimestamp(_seconds(claims, "auth_time"), UTC)


_LONGEST_WAY = 120
"""Seconds after which a token that was not yet seen is too old to be an answer, or its clock too far behind."""


def _signed_claims(id_token: str, jwks: Jwks) -> dict[str, Any]:
    if len(id_token) > LONGEST_TOKEN:
        raise SignInFailedError("id_token.form")
    try:
        header = jws.extract_compact(id_token.encode("ascii")).headers()
        key = ECKey.import_key(_published(jwks, _checked_kid(header)))
        return dict(jwt.decode(id_token, key, algorithms=[ALGORITHM]).claims)
    except (JoseError, ValueError) as error:  # a UnicodeError is a ValueError too
        raise SignInFailedError("id_token.signature") from error


def _checked_kid(header: Mapping[str, Any]) -> str:
    kid = header.get("kid")
    if header.get("alg") != ALGORITHM or "crit" in header or not isinstance(kid, str):
        raise SignInFailedError("id_token.header")
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise SignInFailedError("id_token.header")
    return kid


def _published(jwks: Jwks, kid: str) -> dict[str, Any]:
    """Return the one P-256 key of this name; keys of other kinds are passed over, and never tried in its place."""
    listed = jwks.get("keys")
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, Mapping) and entry.get("kid") == kid and _is_for_es256(entry):
            return {name: entry[name] for name in ("kty", "crv", "x", "y", "kid")}
    raise KeyUnknownError("id_token.kid")


def _is_for_es256(entry: Mapping[str, Any]) -> bool:
    is_p256 = entry.get("kty") == "EC" and entry.get("crv") == "P-256" and entry.get("use", "sig") == "sig"
    return is_p256 and isinstance(entry.get("x"), str) and isinstance(entry.get("y"), str)


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    """Return a time of the claims; zero, which no check accepts, for what is not one."""
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _is_same(value: object, expected: str) -> bool:
    return isinstance(value, str) and hmac.compare_digest(value.encode(), expected.encode())


def level_of(acr: str, acr_levels: Mapping[str, str]) -> str:
    """Return the eIDAS URI that a provider's `acr` stands for."""
    return acr_levels.get(acr, acr)


def _is_level(acr: object, acr_levels: Mapping[str, str]) -> bool:
    try:
        return isinstance(acr, str) and Assurance.parse(level_of(acr, acr_levels)) is not None
    except UnknownAssuranceError:
        return False


def _fits_access_token(at_hash: object, access_token: str | None) -> bool:
    if at_hash is None or access_token is None:
        return True
    return _is_same(at_hash, half_hash(access_token))


def half_hash(token: str) -> str:
    """Return `at_hash` for ES256: the left half of SHA-256 (OpenID Connect Core section 3.1.3.6)."""
    return b64url(hashlib.sha256(token.encode()).digest()[:16])

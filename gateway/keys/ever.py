"""Every public key that ever signed tokens, also those long out of use: what an old signature is checked by."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from sqlalchemy import Connection, bindparam, select

from delegation.commitment import b64url
from gateway.keys.signing import KeyKind
from gateway.keys.tables import SigningKeyRow

_COORDINATE_BYTES = 32
_OF_KIND = select(SigningKeyRow.kid, SigningKeyRow.public).where(SigningKeyRow.kind == bindparam("kind"))


def jwks(conn: Connection, kind: KeyKind) -> dict[str, list[dict[str, Any]]]:
    """The JWK set (RFC 7517) of all keys of `kind` that there ever were; nothing private is opened."""
    rows = conn.execute(_OF_KIND, {"kind": kind.value})
    return {"keys": [_jwk(kid, bytes(public)) for kid, public in rows]}


def _jwk(kid: str, public: bytes) -> dict[str, Any]:
    key = load_der_public_key(public)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError(f"key {kid} signs no tokens")
    numbers = key.public_numbers()
    x, y = (b64url(each.to_bytes(_COORDINATE_BYTES, "big")) for each in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "use": "sig", "alg": "ES256"}

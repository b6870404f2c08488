"""ES256 tokens, signed and opened: the only module here that knows JOSE.

python-jose computes the signatures, on the `cryptography` backend. It also ignores `crit`, takes any algorithm when
none is named, skips characters outside the alphabet, and does not ask what a token is for; `open_signed` therefore
checks form and header itself before a key is ever touched, and nothing but ES256 exists in this module.
"""

import hashlib
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Self, TypeVar

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk
from jose.backends.base import Key
from jose.exceptions import JOSEError

from delegation.claims import (
    DELEGATION_TYPE,
    PERMIT_TYPE,
    STATUS_LIST_TYPE,
    DelegationClaims,
    MadeUp,
    PermitBinding,
    PermitClaims,
    StatusListClaims,
)
from delegation.commitment import b64url
from delegation.errors import (
    AlgorithmError,
    BadSignatureError,
    CriticalHeaderError,
    InvalidKeyError,
    MalformedError,
    UnknownKeyError,
    WrongTypeError,
)

ALGORITHM = "ES256"
PERMIT_SECONDS = 300
MAX_TOKEN_CHARACTERS = 4_000_000
"""A status list of sixteen million tokens still fits; anything longer is refused before it is parsed."""

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)
_HEADER_NAMES = frozenset({"alg", "typ", "kid"})
_ENCODER = msgspec.json.Encoder()

Claims = TypeVar("Claims", bound=msgspec.Struct)


class SigningKey:
    """A P-256 private key and its `kid`; parsed once, so that a signature costs little more than the curve."""

    __slots__ = ("_headers", "_key", "kid")

    def __init__(self, kid: str, private_pem: str) -> None:
        """Load `private_pem`, an unencrypted PEM.

        Raises:
            InvalidKeyError: it is no P-256 private key, or `kid` is empty.
        """
        try:
            private = serialization.load_pem_private_key(private_pem.encode(), password=None)
        except (ValueError, TypeError) as error:
            raise InvalidKeyError(f"key {kid} is no private key") from error
        # python-jose takes a P-384 key for ES256 without a word.
        if not kid or not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
            raise InvalidKeyError(f"key {kid!r} is no named P-256 private key")
        self.kid = kid
        self._key: Key = jwk.construct(private_pem, ALGORITHM)
        self._headers: dict[str, bytes] = {}

    @classmethod
    def generate(cls) -> tuple[Self, str]:
        """A new key, named by its RFC 7638 thumbprint, and the PKCS #8 PEM to keep sealed."""
        pem = generate_private_pem()
        kid = _thumbprint(cls("unnamed", pem).public_jwk())
        return cls(kid, pem), pem

    def public_jwk(self) -> dict[str, str]:
        """The public key as a JWK (RFC 7517), without anything private."""
        public = self._key.public_key().to_dict()
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": public["x"],
            "y": public["y"],
            "kid": self.kid,
            "use": "sig",
            "alg": ALGORITHM,
        }

    def sign(self, typ: str, payload: bytes) -> str:
        """`payload` as a compact JWS of this `typ` (RFC 7515 section 7.1)."""
        header = self._headers.get(typ)
        if header is None:
            header = b64url(_ENCODER.encode({"alg": ALGORITHM, "kid": self.kid, "typ": typ})).encode()
            self._headers[typ] = header
        signed = header + b"." + b64url(payload).encode()
        return (signed + b"." + b64url(self._key.sign(signed)).encode()).decode()


class KeySet:
    """The public keys that may have signed a token, by `kid`. Parse a JWKS once and keep it."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Mapping[str, Key]) -> None:
        self._keys = dict(keys)

    @classmethod
    def parse(cls, jwks: Mapping[str, Any]) -> Self:
        """Read a JWK set (RFC 7517 section 5); keys of other types, curves or uses are passed over.

        Raises:
            InvalidKeyError: it is no key set, a P-256 key in it is broken, or two have the same `kid`.
        """
        listed = jwks.get("keys")
        if not isinstance(listed, list):
            raise InvalidKeyError("a key set has a list of keys")
        keys: dict[str, Key] = {}
        for entry in listed:
            if not isinstance(entry, Mapping) or not _is_es256(entry):
                continue
            kid = entry.get("kid")
            if not isinstance(kid, str) or kid in keys:
                raise InvalidKeyError("each key of a set has a kid of its own")
            keys[kid] = _public_key(kid, entry)
        return cls(keys)

    def get(self, kid: str) -> Key:
        """The key named `kid`.

        Raises:
            UnknownKeyError: the set does not hold it; no other key is ever tried in its place.
        """
        key = self._keys.get(kid)
        if key is None:
            raise UnknownKeyError(f"no key {kid[:100]!r}")
        return key


def generate_private_pem() -> str:
    """A new P-256 private key as PKCS #8 PEM."""
    private = ec.generate_private_key(ec.SECP256R1())
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def public_jwks(*keys: SigningKey) -> dict[str, list[dict[str, str]]]:
    """The JWK set to publish; during a rotation it holds the old key and the new one."""
    return {"keys": [key.public_jwk() for key in keys]}


def sign_delegation(key: SigningKey, claims: DelegationClaims) -> str:
    """Sign a delegation, whole or derived."""
    return key.sign(DELEGATION_TYPE, _ENCODER.encode(claims))


def sign_permit(
    key: SigningKey,
    binding: PermitBinding,
    *,
    issuer: str,
    audience: str,
    jti: str,
    now: datetime,
    made_up: MadeUp | None = None,
) -> str:
    """Sign the yes to the read-back that `binding` names, good for five minutes from `now`."""
    issued = int(now.timestamp())
    claims = PermitClaims(
        iss=issuer,
        aud=audience,
        iat=issued,
        exp=issued + PERMIT_SECONDS,
        jti=jti,
        made_up=made_up,
        **msgspec.structs.asdict(binding),
    )
    return key.sign(PERMIT_TYPE, _ENCODER.encode(claims))


def sign_status_list(key: SigningKey, claims: StatusListClaims) -> str:
    """Sign a status list for publication."""
    return key.sign(STATUS_LIST_TYPE, _ENCODER.encode(claims))


def open_signed(token: str, keys: KeySet | Mapping[str, Any], *, typ: str, claims: type[Claims]) -> Claims:
    """The claims of `token`, once form, header and signature are right.

    What the claims say, of whom, for whom and until when, is left to `delegation.verify`.

    Raises:
        MalformedError: 1. not three segments of base64url; 2. no JSON header, or a member that ours never have.
        CriticalHeaderError: 3. `crit` is there.
        AlgorithmError: 4. `alg` is not ES256.
        WrongTypeError: 5. `typ` is another kind.
        MalformedError: 6. the signature is not 64 bytes.
        UnknownKeyError: 7. `kid` names none of `keys`.
        BadSignatureError: 8. the signature does not fit.
        MalformedError: 9. the claims are not those of this kind, or one stands twice.
    """
    # 1. python-jose decodes what is not base64url too, so that one token would have many spellings.
    if len(token) > MAX_TOKEN_CHARACTERS or not _COMPACT.fullmatch(token):
        raise MalformedError("a token is three segments of base64url")
    header, body, signature = token.split(".")
    kid = _checked_header(header, typ)
    # The last of 86 characters carries four bits that mean nothing; set, they would be a second spelling.
    if len(signature) != 86 or signature[-1] not in "AQgw":
        raise MalformedError("an ES256 signature has 64 bytes, in canonical base64url")
    key = (keys if isinstance(keys, KeySet) else KeySet.parse(keys)).get(kid)
    # `jose.jws.verify` would take the token apart a second time, for a third of the signature's own cost.
    if not key.verify(f"{header}.{body}".encode(), _decoded(signature)):
        raise BadSignatureError(f"the signature does not fit key {kid}")
    payload = _decoded(body)
    try:
        read = msgspec.json.decode(payload, type=claims)
        # msgspec takes the last of two, others the first: a gateway and a portal would see two different delegations.
        # What we write again byte for byte had none; only what others wrote is read member by member.
        if _ENCODER.encode(read) != payload:
            json.loads(payload.decode(), object_pairs_hook=_no_duplicates)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise MalformedError(f"the claims are not those of a {typ}: {error}") from error
    return read


def type_of(token: str) -> str:
    """What `token` says that it is. Nothing is checked by this: open it as that kind, and as no other.

    Raises:
        MalformedError: it is not three segments of base64url, or its header is no JSON object.
    """
    if len(token) > MAX_TOKEN_CHARACTERS or not _COMPACT.fullmatch(token):
        raise MalformedError("a token is three segments of base64url")
    return str(_header(token.partition(".")[0]).get("typ"))


def issuer_of(token: str) -> str:
    """Who `token` says that it is by. Nothing is checked by this.

    Raises:
        MalformedError: it is not three segments of base64url, or its claims are no JSON object.
    """
    if len(token) > MAX_TOKEN_CHARACTERS or not _COMPACT.fullmatch(token):
        raise MalformedError("a token is three segments of base64url")
    try:
        claims = json.loads(_decoded(token.split(".")[1]))
    except (ValueError, RecursionError) as error:
        raise MalformedError("the claims are not JSON") from error
    return str(claims.get("iss")) if isinstance(claims, dict) else ""


@lru_cache(maxsize=64)
def _checked_header(segment: str, typ: str) -> str:
    header = _header(segment)
    if "crit" in header:
        raise CriticalHeaderError("an extension that is not understood")
    if header.get("alg") != ALGORITHM:
        raise AlgorithmError(f"signed with {str(header.get('alg'))[:20]!r}")
    if header.get("typ") != typ:
        raise WrongTypeError(f"{str(header.get('typ'))[:40]!r} is not {typ}")
    # A key or its address inside a token, or an unencoded payload, are for nobody here.
    if header.keys() != _HEADER_NAMES or not isinstance(header["kid"], str):
        raise MalformedError("the header has alg, typ and kid, and nothing else")
    return str(header["kid"])


def _header(segment: str) -> dict[str, Any]:
    try:
        header = json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)), object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise MalformedError("the header is not JSON") from error
    if not isinstance(header, dict):
        raise MalformedError("the header is not an object")
    return header


def _decoded(segment: str) -> bytes:
    try:
        return urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError as error:
        raise MalformedError("a segment of a token is base64url") from error


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Two readers could each believe another one of the two.
        raise ValueError("a member stands twice")
    return members


def _is_es256(entry: Mapping[str, Any]) -> bool:
    return (
        entry.get("kty") == "EC"
        and entry.get("crv") == "P-256"
        and entry.get("alg", ALGORITHM) == ALGORITHM
        and entry.get("use", "sig") == "sig"
    )


def _public_key(kid: str, entry: Mapping[str, Any]) -> Key:
    public = {name: entry.get(name) for name in ("kty", "crv", "x", "y")}
    try:
        return jwk.construct(public, ALGORITHM)
    except (JOSEError, ValueError, TypeError, AttributeError) as error:
        raise InvalidKeyError(f"key {kid[:100]!r} is not on the curve P-256") from error


def _thumbprint(public: Mapping[str, str]) -> str:
    canonical = {name: public[name] for name in ("crv", "kty", "x", "y")}
    return b64url(hashlib.sha256(_ENCODER.encode(canonical)).digest())

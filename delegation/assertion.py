"""A passkey's signature under a challenge, checked from kept bytes alone: no server, no browser, no library of ours.

W3C Web Authentication level 3, section 7.2. The gateway asks here while the resident waits; whoever verifies the trail
asks again years later. What only a server can know stays with the server: whose passkey it is, and its counter.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import ClassVar

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from delegation.errors import DelegationError

_RP_ID_HASH_BYTES = 32
_SHORTEST = 37
"""Hash of the relying party's id, flags, counter (section 6.1)."""
_USER_PRESENT = 0x01
_USER_VERIFIED = 0x04
LONGEST_PART = 8_192
"""More than any authenticator writes; what is longer is refused before it is parsed."""


class AssertionRefusedError(DelegationError):
    """A passkey's answer is not the one that was asked for. `reason` is a stable word, never a value."""

    code: ClassVar[str] = "passkey.refused"

    def __init__(self, reason: str) -> None:
        super().__init__(f"passkey answer refused: {reason}")
        self.reason = reason


class Assertion(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator signed, and the key that it registered; in JSON each as base64."""

    credential_id: bytes
    public_key: bytes
    """SubjectPublicKeyInfo, DER: P-256, Ed25519 or RSA."""
    authenticator_data: bytes
    client_data: bytes
    """`clientDataJSON`, byte for byte as the browser wrote it."""
    signature: bytes


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the answer has to be about. `challenge` is base64url, as `delegation.commitment.approval_nonce` gives it."""

    challenge: str
    rp_id: str
    """Host of the gateway, without scheme and port."""
    origin: str
    """Exact: scheme, host and, unless it is the scheme's own, port."""


@dataclass(frozen=True, slots=True)
class AssertedData:
    """What the authenticator said beside the signature."""

    sign_count: int
    """Zero from an authenticator that does not count."""


class _ClientData(msgspec.Struct, frozen=True):
    type: str
    challenge: str
    origin: str
    crossOrigin: bool = False  # noqa: N815 - the standard's own name


def verify_assertion(assertion: Assertion, expected: Expected) -> AssertedData:
    """Return what a passkey signed, if it signed exactly what was asked, here, with its holder verified.

    Raises:
        AssertionRefusedError: 1. `form`: a part is too long, or is not what it should be; 2. `type`: it is no
            answer to a question; 3. `challenge`; 4. `origin`: another site's page asked, or one inside another site's;
            5. `rp_id`; 6. `not_present`, 7. `not_verified`: nobody touched it, or no PIN, finger or face was asked
            for; 8. `key`; 9. `signature`.
    """
    client = _client_data(assertion)
    data = assertion.authenticator_data
    flags = data[_RP_ID_HASH_BYTES]
    checks = (
        ("type", client.type == "webauthn.get"),
        ("challenge", hmac.compare_digest(client.challenge.encode(), expected.challenge.encode())),
        ("origin", client.origin == expected.origin and not client.crossOrigin),
        ("rp_id", hmac.compare_digest(data[:_RP_ID_HASH_BYTES], hashlib.sha256(expected.rp_id.encode()).digest())),
        ("not_present", bool(flags & _USER_PRESENT)),
        # A phone that lies unlocked on the table is not its holder.
        ("not_verified", bool(flags & _USER_VERIFIED)),
    )
    for reason, is_right in checks:
        if not is_right:
            raise AssertionRefusedError(reason)
    _ensure_signed(assertion)
    return AssertedData(sign_count=int.from_bytes(data[33:37], "big"))


def _client_data(assertion: Assertion) -> _ClientData:
    parts = (assertion.authenticator_data, assertion.client_data, assertion.signature)
    if max(map(len, parts)) > LONGEST_PART or len(assertion.authenticator_data) < _SHORTEST:
        raise AssertionRefusedError("form")
    try:
        return msgspec.json.decode(assertion.client_data, type=_ClientData)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AssertionRefusedError("form") from error


def _ensure_signed(assertion: Assertion) -> None:
    signed = assertion.authenticator_data + hashlib.sha256(assertion.client_data).digest()
    try:
        key = serialization.load_der_public_key(assertion.public_key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise AssertionRefusedError("key") from error
    try:
        match key:
            case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
                key.verify(assertion.signature, signed, ec.ECDSA(hashes.SHA256()))
            case ed25519.Ed25519PublicKey():
                key.verify(assertion.signature, signed)
            case rsa.RSAPublicKey():
                key.verify(assertion.signature, signed, padding.PKCS1v15(), hashes.SHA256())
            case _:
                raise AssertionRefusedError("key")
    except InvalidSignature as error:
        raise AssertionRefusedError("signature") from error

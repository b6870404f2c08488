"""A passkey in software: what a phone and its browser answer, and whatever an attacker would rather have them say."""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

ORIGIN = "http://localhost:8000"
PRESENT, VERIFIED, MAY_BE_BACKED_UP, BACKED_UP, HAS_KEY = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class SoftAuthenticator:
    """One passkey. What is set here goes into its next answer."""

    origin: str = ORIGIN
    rp_id: str | None = None
    """Where it believes that it is; by default where the options say."""
    verified: bool = True
    synced: bool = False
    counts: bool = True
    sign_count: int = 0
    cross_origin: bool = False
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user_handle: bytes | None = None
    attachment: str | None = None
    """What the browser says of where it is kept: `platform` is the computer itself."""

    def create(self, options: dict[str, Any]) -> str:
        """What the browser makes of `navigator.credentials.create`, as JSON."""
        self.user_handle = _bytes(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public_key = encode_cbor(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        )
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public_key
        data = self._data(options["rp"]["id"], HAS_KEY) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": _text(self._client("webauthn.create", options["challenge"])),
            "attestationObject": _text(attestation),
            "transports": ["internal", "a-way-of-tomorrow"],
        }
        return self._answer(response)

    def get(self, options: dict[str, Any], *, challenge: str | None = None) -> str:
        """What the browser makes of `navigator.credentials.get`, as JSON."""
        if self.counts:
            self.sign_count += 1
        data = self._data(options["rpId"])
        client = self._client("webauthn.get", challenge or options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": _text(client),
            "authenticatorData": _text(data),
            "signature": _text(signature),
            "userHandle": None if self.user_handle is None else _text(self.user_handle),
        }
        return self._answer(response)

    def _client(self, kind: str, challenge: str) -> bytes:
        return msgspec.json.encode(
            {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin}
        )

    def _data(self, rp_id: str, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verified else 0)
        flags |= MAY_BE_BACKED_UP | BACKED_UP if self.synced else 0
        rp_hash = hashlib.sha256((self.rp_id or rp_id).encode()).digest()
        return rp_hash + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _answer(self, response: dict[str, Any]) -> str:
        name = _text(self.credential_id)
        answer = {"id": name, "rawId": name, "type": "public-key", "response": response}
        where = {} if self.attachment is None else {"authenticatorAttachment": self.attachment}
        return msgspec.json.encode(answer | where).decode()


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

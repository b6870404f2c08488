"""Witness cosignatures (C2SP tlog-cosignature, Ed25519).

With one, somebody outside says that this checkpoint grew out of every earlier one that they saw.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.errors import NoteError
from audit.note import ed25519_accepts, format_vkey, key_id, parse_vkey

COSIGNATURE_V1 = 0x04
_SIGNATURE_BYTES = 8 + 64


@dataclass(frozen=True)
class WitnessVerifier:
    """A witness's public key; fits wherever a note's verifier does."""

    name: str
    public_key: bytes

    @cached_property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256(name, newline, 0x04, public key)."""
        return key_id(self.name, COSIGNATURE_V1, self.public_key)

    @property
    def vkey(self) -> str:
        """The key as its witness hands it out."""
        return format_vkey(self.name, COSIGNATURE_V1, self.public_key)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read a witness's vkey.

        Raises:
            NoteError: not a vkey of a cosigner.
        """
        name, public_key = parse_vkey(vkey, COSIGNATURE_V1)
        return cls(name, public_key)

    def accepts(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature` (time and Ed25519 signature) is this witness's over the checkpoint's `text`."""
        if len(signature) != _SIGNATURE_BYTES:
            return False
        (timestamp,) = struct.unpack(">Q", signature[:8])
        if timestamp >= 2**63:  # C2SP sets this bound
            return False
        key = Ed25519PublicKey.from_public_bytes(self.public_key)
        return ed25519_accepts(key, _message(timestamp, text), signature[8:])


@dataclass(frozen=True, repr=False)
class WitnessSigner:
    """A witness's private key. It says nothing about having checked: its owner verifies consistency first."""

    name: str
    seed: bytes
    """32 bytes, secret."""
    now: Callable[[], datetime]
    """Gives aware time; a cosignature says when."""

    @cached_property
    def verifier(self) -> WitnessVerifier:
        """The public half."""
        return WitnessVerifier(self.name, self._key.public_key().public_bytes_raw())

    @property
    def key_id(self) -> bytes:
        """Four bytes, as the verifier's."""
        return self.verifier.key_id

    def sign(self, text: bytes) -> bytes:
        """Time as 8 bytes, then 64 bytes over header, time and the checkpoint's `text`."""
        timestamp = int(self.now().timestamp())
        return struct.pack(">Q", timestamp) + self._key.sign(_message(timestamp, text))

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def cosigned_at(signature: bytes) -> datetime:
    """When a witness says that it signed; only as good as the signature that `WitnessVerifier` accepted.

    Raises:
        NoteError: not a timestamped signature.
    """
    if len(signature) != _SIGNATURE_BYTES:
        raise NoteError("not a timestamped cosignature")
    return datetime.fromtimestamp(struct.unpack(">Q", signature[:8])[0], UTC)


def _message(timestamp: int, text: bytes) -> bytes:
    return b"cosignature/v1\ntime %d\n" % timestamp + text

"""Hashes from which nothing can be guessed.

A text or a payload is hashed under the visit's sealed key; destroying that key makes the hash meaningless. A single
value is committed to under a salt of its own, so that one value can be disclosed alone. HMAC-SHA-256 (RFC 2104)
throughout, with the kind of thing inside, so that a hash of one kind never stands for another.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from enum import StrEnum

import rfc8785

from delegation.assurance import ApprovalKind

KEY_BYTES = 32
"""Length of a visit's key and of a value's salt."""

_DOMAIN = b"pilnvara/1/"


class HashKind(StrEnum):
    """What a keyed hash is of."""

    STATEMENT = "statement"
    PAYLOAD = "payload"
    ATTACHMENT = "attachment"
    PICTURE = "picture"
    EVIDENCE = "evidence"
    RECEIPT = "receipt"


class KeyedHasher:
    """HMAC-SHA-256 under one visit's key."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        """Take a visit's key of exactly 32 bytes.

        Raises:
            ValueError: it has another length; a short key would let a hash be guessed.
        """
        if len(key) != KEY_BYTES:
            raise ValueError(f"a visit's key has {KEY_BYTES} bytes")
        self._key = key

    def hash(self, kind: HashKind, data: bytes) -> str:
        """The keyed hash of `data` as a thing of this `kind`: 43 characters of base64url."""
        return b64url(_mac(self._key, kind, data))

    def fits(self, kind: HashKind, data: bytes, expected: str) -> bool:
        """Whether `expected` is the hash of `data`; compared in constant time."""
        return equal(self.hash(kind, data), expected)


def commit_value(salt: bytes, name: str, value: str) -> str:
    """The commitment to one named value under its own 32-byte `salt`, as base64url.

    It hides the value until the salt is disclosed, and binds to it afterwards.

    Raises:
        ValueError: the salt has another length.
    """
    if len(salt) != KEY_BYTES:
        raise ValueError(f"a value's salt has {KEY_BYTES} bytes")
    # As an array, so that no name and value can be cut differently and give the same bytes.
    return b64url(_mac(salt, "value", rfc8785.dumps([name, value])))


def opens(commitment: str, salt: bytes, name: str, value: str) -> bool:
    """Whether a disclosed `salt`, `name` and `value` are what `commitment` was made of."""
    return equal(commit_value(salt, name, value), commitment)


def approval_nonce(kind: ApprovalKind, approval_id: str, keyed_hash: str) -> str:
    """The OpenID `nonce` that makes an identity provider's signature a yes to exactly this text or payload.

    `approval_id` is new for each attempt, so a nonce is never met twice.
    """
    bound = rfc8785.dumps({"approval": approval_id, "hash": keyed_hash, "kind": kind.value})
    return b64url(hashlib.sha256(bound).digest())


def equal(left: str, right: str) -> bool:
    """Compare two hashes in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def b64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _mac(key: bytes, kind: str, data: bytes) -> bytes:
    return hmac.digest(key, _DOMAIN + kind.encode() + b"\0" + data, "sha256")

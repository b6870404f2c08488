"""What a key looks like: `pvk_` and 256 random bits in base64url (RFC 4648 section 5), 47 signs in all."""

import hashlib
import re
import secrets
from typing import Final

PREFIX: Final = "pvk_"
"""By which a search through files finds a key that was left lying about."""
_KEY: Final = re.compile(r"pvk_[A-Za-z0-9_-]{43}")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


def new_key() -> str:
    """A key that nobody has."""
    return PREFIX + secrets.token_urlsafe(32)


def fingerprint(key: str) -> str:
    """SHA-256 of the key's ASCII bytes, 64 lower-case hexadecimal digits: what the gateway knows a key by."""
    return hashlib.sha256(key.encode("ascii")).hexdigest()


def is_key(text: str) -> bool:
    """Whether it is written as a key is."""
    return _KEY.fullmatch(text) is not None


def is_fingerprint(text: str) -> bool:
    """Whether it is written as a fingerprint is."""
    return _FINGERPRINT.fullmatch(text) is not None

"""Names and codes that nobody can guess, and the form in which secrets are stored."""

import hashlib
import re
import secrets

_ID_BYTES = 16
_TOKEN_BYTES = 32
ID_LENGTH = 22
"""Characters of an identifier."""
_ID = re.compile(r"[A-Za-z0-9_-]{22}")


def new_id() -> str:
    """Make a new identifier: 128 random bits, 22 characters that are safe in a URL."""
    return secrets.token_urlsafe(_ID_BYTES)


def is_id(text: str) -> bool:
    """Whether `text`, which came with a form, has the shape of an identifier."""
    return _ID.fullmatch(text) is not None


def new_token() -> str:
    """Make a new bearer secret: 256 random bits, 43 characters. Store only its `digest`."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def short_code(digits: int = 6) -> str:
    """Make a code that a person can read aloud and type: `digits` random decimal digits.

    Short codes are guessable by many tries: whoever hands one out limits tries and time.
    """
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def digest(token: str | bytes) -> bytes:
    """Return the SHA-256 under which a random token is stored: a stolen table opens no session."""
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).digest()

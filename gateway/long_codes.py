"""Codes that a person reads from paper and types: of an invitation to give feedback, and to stop.

Crockford's base 32 without the letters that look like digits; 26 signs carry 128 random bits.
"""

import secrets
from itertools import islice

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("OIL", "011")
_SIGNS = 26
_GROUPS = (4, 4, 5, 4, 4, 5)
"""Two lines of equal length where one has no room, and no short end."""


def new_code() -> str:
    """Make a code: 128 random bits as 26 signs, without dashes."""
    number = secrets.randbits(128)
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in reversed(range(_SIGNS)))


def printed(code: str) -> str:
    """Write a code for paper: in groups, `7Q2F-9KXM-31ZT0-…`."""
    signs = iter(code)
    return "-".join("".join(islice(signs, size)) for size in _GROUPS)


def plain(typed: str) -> str:
    """The signs of a typed code in one spelling: upper case, no dashes, no letters that look like digits."""
    signs = "".join(sign for sign in typed[:200].upper() if sign.isascii() and sign.isalnum())
    return signs.translate(_LOOK_ALIKES)


def read(typed: str) -> str | None:
    """Read a typed code, whatever its case and spacing, with O for 0 and I or L for 1; none if it cannot be one."""
    code = plain(typed)
    return code if len(code) == _SIGNS and set(code) <= set(ALPHABET) else None

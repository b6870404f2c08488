"""Codes that a person reads from paper and types: of an invitation to give feedback, and to stop.

Crockford's base 32 without the letters that look like digits. 26 signs carry 128 random bits; 12 carry 60, for what
opens nothing of anybody and is used once (decision 134).
"""

import secrets
from itertools import islice

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("OIL", "011")
LONG = 26
"""Signs of a code that stops."""
SHORT = 12
"""Signs of a code that only lets somebody say how it went."""
_BITS = {LONG: 128, SHORT: 60}
_GROUPS = {LONG: (4, 4, 5, 4, 4, 5), SHORT: (4, 4, 4)}
"""Two lines of equal length where one has no room, and no short end."""


def new_code(signs: int = LONG) -> str:
    """Make a code of `LONG` or `SHORT` signs, without dashes."""
    number = secrets.randbits(_BITS[signs])
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in reversed(range(signs)))


def printed(code: str) -> str:
    """Write a code for paper: in groups, `7Q2F-9KXM-31ZT0-…`."""
    signs = iter(code)
    return "-".join("".join(islice(signs, size)) for size in _GROUPS[len(code)])


def plain(typed: str) -> str:
    """The signs of a typed code in one spelling: upper case, no dashes, no letters that look like digits."""
    signs = "".join(sign for sign in typed[:200].upper() if sign.isascii() and sign.isalnum())
    return signs.translate(_LOOK_ALIKES)


def read(typed: str, signs: int = LONG) -> str | None:
    """Read a typed code, whatever its case and spacing, with O for 0 and I or L for 1; none if it cannot be one."""
    code = plain(typed)
    return code if len(code) == signs and set(code) <= set(ALPHABET) else None

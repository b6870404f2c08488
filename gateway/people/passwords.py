"""Passwords: Argon2id, and the same work for a login that does not exist."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
"""Characters; length counts for more than signs and digits."""

_hasher = PasswordHasher(time_cost=2, memory_cost=47_104, parallelism=1)
# Two at a time: more would take memory and processor from everybody who is at work.
_executor = ThreadPoolExecutor(2, thread_name_prefix="password")


class WeakPasswordError(ValueError):
    """The password is too short."""

    code = "staff.weak_password"


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a new password.

    Raises:
        WeakPasswordError: it has fewer than twelve characters.
    """
    if len(password) < SHORTEST:
        raise WeakPasswordError(f"a password has at least {SHORTEST} characters")
    return _hasher.hash(password)


async def hashed(password: str) -> str:
    """As `hash_password`, without holding up other requests."""
    return await asyncio.get_running_loop().run_in_executor(_executor, hash_password, password)


async def is_right(stored: str | None, password: str) -> bool:
    """Check a password without holding up other requests; `None` takes as long and is never right."""
    return await asyncio.get_running_loop().run_in_executor(_executor, _verify, stored, password)


def _verify(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(stored or _nobodys(), password)
        return stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """A hash to compare with when there is no account, so that the time taken does not tell."""
    return _hasher.hash("nobody has this password")

"""What a password costs whoever guesses; the other tests hash cheaply."""

import asyncio

import pytest
from argon2 import PasswordHasher

from gateway.people import passwords


def test_a_guess_costs_two_passes_over_46_mebibytes(
    real_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", real_hasher)
    stored = passwords.hash_password("a password for tests")
    assert stored.startswith(f"$argon2id$v=19$m={46 * 1024},t=2,p=1$")
    assert asyncio.run(passwords.is_right(stored, "a password for tests"))
    assert not asyncio.run(passwords.is_right(stored, "another password"))

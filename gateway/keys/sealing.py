"""Seals personal values: AES-256-GCM under data keys, which are wrapped by key-encryption keys or by each other.

A sealed value names the place that it belongs to (its context, authenticated), so it cannot be moved to another row.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.ids import new_id
from gateway.keys.errors import KeyMissingError, SealBrokenError

_VERSION = b"\x01"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_MARK_BYTES = 16
_SHORTEST = len(_VERSION) + _NONCE_BYTES + 16


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key for one resident's or one visit's values."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as it is stored: wrapped under an epoch's key-encryption key, or under another data key."""

    id: str
    wrapped: bytes = field(repr=False)
    epoch: int | None
    under: str | None


@dataclass(frozen=True, slots=True)
class _Known:
    """The epochs that a process knows; put in place as one, since threads seal while it changes."""

    epochs: Mapping[int, bytes] = field(repr=False)
    current: int


class Sealer:
    """Holds the key-encryption keys, one an epoch, and does all sealing."""

    def __init__(self, epochs: Mapping[int, bytes], lookup: bytes) -> None:
        """Take the key of each epoch, and the secret of look-ups (apart, so that an epoch can be destroyed)."""
        self._known = _Known(dict(epochs), max(epochs))
        self._lookup = lookup

    @property
    def epoch(self) -> int:
        """The epoch under which new keys are wrapped."""
        return self._known.current

    @property
    def secrets(self) -> Mapping[int, bytes]:
        """The key of each epoch that can be opened; for `gateway.keys.epochs` alone."""
        return self._known.epochs

    def know(self, epochs: Mapping[int, bytes], current: int) -> None:
        """Take over what the key file holds by now; from here on new keys are wrapped under `current`."""
        self._known = _Known(dict(epochs), current)

    def new_key(self) -> DataKey:
        """Make a data key; nothing is stored yet."""
        return DataKey(new_id(), secrets.token_bytes(_KEY_BYTES))

    def wrap(self, key: DataKey, under: DataKey | None = None) -> WrappedKey:
        """Wrap `key` under another data key, or under the current epoch."""
        if under is None:
            epoch = self.epoch
            return WrappedKey(key.id, self.seal_under_epoch(epoch, wrap_context(key.id), key.secret), epoch, None)
        return WrappedKey(key.id, _seal(under.secret, wrap_context(key.id), key.secret), None, under.id)

    def unwrap(self, wrapped: WrappedKey, under: DataKey | None = None) -> DataKey:
        """Open a wrapped key; `under` is the data key that wrapped it, if one did.

        Raises:
            KeyMissingError: its epoch, or the key that wrapped it, is not at hand.
            SealBrokenError: it was changed.
        """
        if wrapped.under is not None:
            if under is None or under.id != wrapped.under:
                raise KeyMissingError(f"key {wrapped.id} is wrapped under key {wrapped.under}")
            outer = under.secret
        else:
            outer = self._epoch_key(wrapped.epoch)
        return DataKey(wrapped.id, _open(outer, wrap_context(wrapped.id), wrapped.wrapped))

    def seal(self, key: DataKey, context: str, plaintext: bytes) -> bytes:
        """Seal `plaintext` for the place named by `context`, such as `filing.answers:<id>`."""
        return _seal(key.secret, f"{key.id}\0{context}", plaintext)

    def open(self, key: DataKey, context: str, sealed: bytes) -> bytes:
        """Open what `seal` made for the same key and context.

        Raises:
            SealBrokenError: it was changed, moved from another place, or sealed under another key.
        """
        return _open(key.secret, f"{key.id}\0{context}", sealed)

    def seal_under_epoch(self, epoch: int, context: str, plaintext: bytes) -> bytes:
        """Seal something of the gateway's own, such as a signing key, under an epoch's key-encryption key."""
        return _seal(self._epoch_key(epoch), context, plaintext)

    def open_under_epoch(self, epoch: int, context: str, sealed: bytes) -> bytes:
        """Open what `seal_under_epoch` made.

        Raises:
            KeyMissingError: the key file has no such epoch.
            SealBrokenError: it was changed, or moved from another place.
        """
        return _open(self._epoch_key(epoch), context, sealed)

    def keyed_hash(self, label: str, value: str) -> bytes:
        """Hash a value for look-ups: nobody without the key file can try values against it.

        `label` separates uses, such as `resident.code`.
        """
        key = hmac.digest(self._lookup, b"pilnvara lookup\0" + label.encode(), sha256)
        return hmac.digest(key, value.encode(), sha256)

    def _epoch_key(self, epoch: int | None) -> bytes:
        try:
            return self._known.epochs[epoch]  # type: ignore[index]  # None is never a key, so it is refused below
        except KeyError:
            raise KeyMissingError(f"the key file has no epoch {epoch}: bring the newest copy of it") from None


def mark_of(number: int, secret: bytes) -> bytes:
    """By what the key of an epoch is known to be the same on two machines; nothing leads back to the key."""
    return hmac.digest(secret, f"pilnvara epoch\0{number}".encode(), sha256)[:_MARK_BYTES]


def wrap_context(key_id: str) -> str:
    """What a wrapped data key is bound to."""
    return f"data key\0{key_id}"


def _seal(secret: bytes, context: str, plaintext: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(secret).encrypt(nonce, plaintext, context.encode())


def _open(secret: bytes, context: str, sealed: bytes) -> bytes:
    if len(sealed) < _SHORTEST or sealed[:1] != _VERSION:
        raise SealBrokenError("these are not sealed bytes")
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(secret).decrypt(nonce, ciphertext, context.encode())
    except InvalidTag:
        raise SealBrokenError("sealed bytes were changed, moved, or belong to another key") from None

"""What can go wrong with keys; messages name keys and files, never their content."""

from typing import ClassVar


class KeysError(Exception):
    """Root of the errors of this package."""

    code: ClassVar[str] = "keys.error"


class SealBrokenError(KeysError):
    """Sealed bytes were changed, belong to another place, or were sealed under another key."""

    code: ClassVar[str] = "keys.seal_broken"


class KeyDestroyedError(KeysError):
    """The key was destroyed on purpose: what it sealed is erased."""

    code: ClassVar[str] = "keys.destroyed"


class KeyMissingError(KeysError):
    """There is no such key: not in the database, or no such epoch in the key file."""

    code: ClassVar[str] = "keys.missing"


class KeyFileError(KeysError):
    """The key file is missing, cannot be read, or others than its owner may read it."""

    code: ClassVar[str] = "keys.file"


class EpochOverError(KeysError):
    """This process still knows an epoch that was destroyed meanwhile: nothing was sealed under it, and nothing kept."""

    code: ClassVar[str] = "keys.epoch_over"


class EpochRefusedError(KeysError):
    """An epoch cannot be made or destroyed now; the message says why and what to do."""

    code: ClassVar[str] = "keys.epoch_refused"

"""The key-encryption keys, in one file outside the database: without it the database is unreadable.

The file `kek.json` in the data folder belongs to its owner alone (0600). Machines that share PostgreSQL share a copy
of it, brought by the operator.
"""

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

import msgspec

from gateway.keys.errors import KeyFileError
from gateway.keys.sealing import Sealer

NAME = "kek.json"
_KEY_BYTES = 32


class _KeyFile(msgspec.Struct, forbid_unknown_fields=True):
    v: int
    epochs: dict[str, str]
    lookup: str


def create(folder: Path) -> Path:
    """Make the key file with a first epoch, unless there is one; two processes that start at once get the same.

    Raises:
        KeyFileError: the folder cannot be written.
    """
    path = folder / NAME
    if path.exists():
        return path
    content = _KeyFile(v=1, epochs={"1": _new_secret()}, lookup=_new_secret())
    draft = folder / f".{NAME}.{secrets.token_hex(8)}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(content)))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)  # unlike a rename it never replaces the file of a process that was quicker
        except FileExistsError:
            return path
        finally:
            draft.unlink()
        _sync_folder(folder)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}") from error
    return path


def load(folder: Path) -> Sealer:
    """Read the key file.

    Raises:
        KeyFileError: it is missing, damaged, or readable by others.
    """
    path = folder / NAME
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise KeyFileError(f"{path} may be read by others (mode {mode:04o}): chmod 600 it")
        content = msgspec.json.decode(path.read_bytes(), type=_KeyFile)
        epochs = {int(number): _decode(secret) for number, secret in content.epochs.items()}
        lookup = _decode(content.lookup)
    except FileNotFoundError:
        raise KeyFileError(
            f"{path} is missing: bring the copy of it; only for a new gateway make one (`pilnvara keys init`)"
        ) from None
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}") from error
    except (msgspec.MsgspecError, ValueError):
        raise KeyFileError(f"{path} is damaged: bring the copy of it") from None
    if content.v != 1 or not epochs:
        raise KeyFileError(f"{path} is of another version than this program, or holds no key")
    return Sealer(epochs, lookup)


def _new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")


def _decode(text: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(secret) != _KEY_BYTES:
        raise ValueError("not 32 bytes")
    return secret


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

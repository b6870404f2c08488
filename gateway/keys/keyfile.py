"""The key-encryption keys, in one file outside the database: without it the database is unreadable.

The file `kek.json` in the data folder belongs to its owner alone (0600). Machines that share PostgreSQL share a copy
of it, brought by the operator. It is never written in place: whatever dies, there is the old file or the new one.
"""

import base64
import binascii
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from gateway.keys.errors import KeyFileError
from gateway.keys.sealing import Sealer

NAME = "kek.json"
_NEXT = f".{NAME}.next"
_KEY_BYTES = 32
_TRIES = 3
"""How often a file is read again that was replaced while it was read."""


class _KeyFile(msgspec.Struct, forbid_unknown_fields=True):
    v: int
    epochs: dict[str, str]
    lookup: str


@dataclass(frozen=True, slots=True)
class Held:
    """What the key file holds."""

    epochs: Mapping[int, bytes] = field(repr=False)
    lookup: bytes = field(repr=False)


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
        _write(draft, content)
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
    """Read the key file for sealing: until `gateway.keys.epochs` looks, under its newest epoch. Errors as of `read`."""
    held = read(folder)
    return Sealer(held.epochs, held.lookup)


def read(folder: Path) -> Held:
    """Read the key file.

    Raises:
        KeyFileError: it is missing, damaged, or readable by others.
    """
    content = _read(folder / NAME)
    return Held({int(number): _decode(secret) for number, secret in content.epochs.items()}, _decode(content.lookup))


def add(folder: Path, number: int) -> None:
    """Put a new key for epoch `number` into the file, unless it has one.

    Raises:
        KeyFileError: the file cannot be read or written; it is as it was.
    """
    with _changing(folder) as content:
        content.epochs.setdefault(str(number), _new_secret())


def remove(folder: Path, number: int) -> bool:
    """Take the key of epoch `number` out of the file and overwrite what held it; false if it was not there.

    Overwriting is as good as the file system: one that copies on write, or a drive that moves its blocks, keeps the
    old ones until it needs them.

    Raises:
        KeyFileError: the file cannot be read or written, or it would hold no key any more; it is as it was.
    """
    with _changing(folder) as content:
        was_there = content.epochs.pop(str(number), None) is not None
        if not content.epochs:
            raise KeyFileError(f"{folder / NAME} holds no other key than that of epoch {number}")
    return was_there


@contextmanager
def _changing(folder: Path) -> Iterator[_KeyFile]:
    """The file's content, to be changed by one process at a time; if it differs, the whole file is replaced at once."""
    path, draft = folder / NAME, folder / _NEXT
    try:
        with _alone(folder):
            _shred(draft)  # of a process that died; it may hold a key that was meant to be gone
            content = _read(path)
            before = msgspec.json.encode(content)
            yield content
            if msgspec.json.encode(content) == before:
                return
            _write(draft, content)
            old = os.open(path, os.O_WRONLY)
            try:
                _give_to_owner_of(old, draft)
                draft.replace(path)
                _sync_folder(folder)
                _overwrite(old)
            finally:
                os.close(old)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be changed: {error.strerror}") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(path: Path) -> _KeyFile:
    try:
        for _ in range(_TRIES):
            with path.open("rb") as file:
                found = os.fstat(file.fileno())
                if stat.S_IMODE(found.st_mode) & 0o077:
                    mode = stat.S_IMODE(found.st_mode)
                    raise KeyFileError(f"{path} may be read by others (mode {mode:04o}): chmod 600 it")
                content = _parsed(file.read())
            if content is not None:
                return content
            if path.stat().st_ino == found.st_ino:  # else it was replaced, and the old one overwritten, meanwhile
                break
    except FileNotFoundError:
        raise KeyFileError(
            f"{path} is missing: bring the copy of it; only for a new gateway make one (`pilnvara keys init`)"
        ) from None
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}") from error
    raise KeyFileError(
        f"{path} is damaged, holds no key, or is of another version of this program: bring the copy of it"
    )


def _parsed(data: bytes) -> _KeyFile | None:
    try:
        content = msgspec.json.decode(data, type=_KeyFile)
        for number, secret in content.epochs.items():
            int(number), _decode(secret)
        _decode(content.lookup)
    except (msgspec.MsgspecError, ValueError):
        return None
    return content if content.v == 1 and content.epochs else None


def _write(path: Path, content: _KeyFile) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(content)))
        file.flush()
        os.fsync(file.fileno())


def _give_to_owner_of(handle: int, draft: Path) -> None:
    """Keep the owner: a command that root runs must not lock the service out of its own keys."""
    owner = os.fstat(handle)
    if (owner.st_uid, owner.st_gid) != (draft.stat().st_uid, draft.stat().st_gid):
        os.chown(draft, owner.st_uid, owner.st_gid)


def _overwrite(handle: int) -> None:
    os.pwrite(handle, bytes(os.fstat(handle).st_size), 0)
    os.fsync(handle)


def _shred(path: Path) -> None:
    if not path.exists():
        return
    handle = os.open(path, os.O_WRONLY)
    try:
        _overwrite(handle)
    finally:
        os.close(handle)
    path.unlink()


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

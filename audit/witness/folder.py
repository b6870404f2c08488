"""What a witness keeps: its key, the logs that it watches, and the last checkpoint that it cosigned for each.

A folder of small files that a person can read. The state is one file, replaced whole and brought to the disk before
anything is signed; a folder without it is refused, since a witness that has forgotten would sign any history.
"""

import base64
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from audit import checkpoint, note
from audit.cosignature import COSIGNATURE_V1, WitnessVerifier
from audit.errors import CheckpointError, NoteError, WitnessFolderError
from audit.note import Signer, Verifier

KEY = "key"
LOGS = "logs"
STATE = "state.json"
CONFLICTS = "conflicts"
_LOCK = "lock"

_MAX_CONFLICTS = 64
"""Anybody who has a log's signed checkpoints can send them with a wrong proof: the folder must not fill."""

_LOGS_HEAD = "# The logs that this witness watches: one public key (C2SP vkey) a line; its name is the log's origin.\n"
_PRIVATE = "PRIVATE+KEY+"


class _State(msgspec.Struct, forbid_unknown_fields=True):
    """The state file."""

    logs: dict[str, str]
    """By origin, the checkpoint that was cosigned last, as the log signed it."""


class WitnessFolder:
    """The files of one witness."""

    def __init__(self, path: Path) -> None:
        """Use the folder that `create` has made at `path`."""
        self._path = path

    @classmethod
    def create(cls, path: Path, name: str) -> "WitnessFolder":
        """Make a folder with a new key under `name`, no logs and an empty state.

        Raises:
            NoteError: `name` cannot name a key.
            WitnessFolderError: there is a witness already, or the folder cannot be written.
        """
        signer = Signer.generate(name)
        folder = cls(path)
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if (path / KEY).exists():
                raise WitnessFolderError(f"{path} holds a witness already")
            folder._write(LOGS, _LOGS_HEAD.encode())
            folder._write(STATE, msgspec.json.encode(_State({})))
            # The key comes last: a folder that was half made has none, and can be made anew.
            folder._write(KEY, _format_key(signer).encode())
        except OSError as error:
            raise WitnessFolderError(f"{path} cannot be written: {error.strerror}") from error
        return folder

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other process from answering out of this folder: two would sign two histories.

        Raises:
            WitnessFolderError: another one does.
        """
        self._read(STATE)
        with (self._path / _LOCK).open("wb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise WitnessFolderError(f"another process answers out of {self._path}") from error
            yield

    def key(self) -> tuple[str, bytes]:
        """Name and secret seed of the witness's key.

        Raises:
            WitnessFolderError: there is none, or it is damaged.
        """
        return _parse_key(self._read(KEY).decode("utf-8", "replace"))

    def logs(self) -> dict[str, tuple[Verifier, ...]]:
        """The keys of the logs that are watched, by origin; read anew each time, so that one can be added.

        Raises:
            WitnessFolderError: a line of the list is not a vkey.
        """
        found: dict[str, tuple[Verifier, ...]] = {}
        for number, line in enumerate(self._read(LOGS).decode("utf-8", "replace").splitlines(), 1):
            text = line.strip()
            if text and not text.startswith("#"):
                try:
                    verifier = Verifier.parse(text)
                except NoteError as error:
                    raise WitnessFolderError(f"{LOGS}, line {number}: {error}") from error
                found[verifier.name] = (*found.get(verifier.name, ()), verifier)
        return found

    def add_log(self, vkey: str) -> str:
        """Watch a log from now on, or trust one more key of it, and return its origin.

        Raises:
            NoteError: not a log's vkey.
            WitnessFolderError: the list cannot be read or written.
        """
        verifier = Verifier.parse(vkey.strip())
        if verifier not in self.logs().get(verifier.name, ()):
            self._write(LOGS, self._read(LOGS) + f"{verifier.vkey}\n".encode())
        return verifier.name

    def last(self, origin: str) -> bytes | None:
        """The checkpoint of a log that was cosigned last, as the log signed it; none before the first.

        Raises:
            WitnessFolderError: the state is gone or damaged.
        """
        signed = self._state().logs.get(origin)
        return None if signed is None else signed.encode()

    def remember(self, origin: str, signed: bytes) -> None:
        """Keep the checkpoint that is about to be cosigned. It is on the disk when this returns.

        Raises:
            WitnessFolderError: it cannot be kept, so it must not be cosigned.
        """
        state = self._state()
        state.logs[origin] = signed.decode()
        self._write(STATE, msgspec.json.format(msgspec.json.encode(state)))

    def keep_conflict(self, signed: bytes) -> None:
        """Keep what a log signed and did not prove to continue the last one; it may be all that shows a split view."""
        folder = self._path / CONFLICTS
        folder.mkdir(mode=0o700, exist_ok=True)
        kept = folder / f"{hashlib.sha256(signed).hexdigest()[:32]}.txt"
        if not kept.exists() and len(list(folder.iterdir())) < _MAX_CONFLICTS:
            kept.write_bytes(signed)

    def _state(self) -> _State:
        try:
            state = msgspec.json.decode(self._read(STATE), type=_State)
            for signed in state.logs.values():
                checkpoint.parse(signed.encode())
        except (msgspec.DecodeError, NoteError, CheckpointError) as error:
            raise WitnessFolderError(f"{self._path / STATE} is damaged: {error}") from error
        return state

    def _read(self, name: str) -> bytes:
        try:
            return (self._path / name).read_bytes()
        except OSError as error:
            raise WitnessFolderError(f"{self._path / name} cannot be read: {error.strerror}") from error

    def _write(self, name: str, content: bytes) -> None:
        """Replace a file, whole or not at all, and bring it to the disk."""
        draft = self._path / f".{name}.{secrets.token_hex(8)}"
        try:
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path / name)
            _sync(self._path)
        except OSError as error:
            raise WitnessFolderError(f"{self._path / name} cannot be written: {error.strerror}") from error


def _sync(folder: Path) -> None:
    """Bring a folder's names to the disk; without it a renamed file may be the old one after a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _format_key(signer: Signer) -> str:
    """A private key as Go's note package writes it, with the signature type of a cosigner."""
    public = WitnessVerifier(signer.name, signer.verifier.public_key)
    encoded = base64.b64encode(bytes([COSIGNATURE_V1]) + signer.seed).decode("ascii")
    return f"{_PRIVATE}{signer.name}+{public.key_id.hex()}+{encoded}\n"


def _parse_key(text: str) -> tuple[str, bytes]:
    name, _, rest = text.strip().removeprefix(_PRIVATE).partition("+")
    hex_id, _, encoded = rest.partition("+")
    try:
        value = note.from_base64(encoded)
        if len(value) != 33 or value[0] != COSIGNATURE_V1:
            raise NoteError("not a cosigner's key")
        public = WitnessVerifier(name, Signer(name, value[1:]).verifier.public_key)
    except NoteError as error:
        raise WitnessFolderError(f"the witness's key is damaged: {error}") from error
    if public.key_id.hex() != hex_id:
        raise WitnessFolderError("the witness's key does not have the id that stands beside it")
    return name, value[1:]

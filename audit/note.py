"""Signed notes (C2SP signed-note): text that ends in a newline, a blank line, and one line for each signature.

A signature line names its key and carries the key's four-byte id, so several keys can sign one note and a reader takes
the ones that it trusts. Ed25519 only (signature type 0x01); witnesses sign otherwise: see `audit.cosignature`.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.errors import NoteError, SignatureError, UntrustedNoteError

MAX_NOTE_BYTES = 1_000_000
"""Keeps a hostile note from filling memory; C2SP demands room for 16 signatures."""

MAX_SIGNATURES = 100
ED25519 = 0x01

_LINE_START = "\N{EM DASH} "


class NoteVerifier(Protocol):
    """A key that someone trusts, and how its signatures on a note are checked."""

    @property
    def name(self) -> str:
        """The key's name as it stands in signature lines."""

    @property
    def key_id(self) -> bytes:
        """Four bytes; with the name they single out key and algorithm."""

    def accepts(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature` (without the key id) is this key's over the note's `text`."""


class NoteSigner(Protocol):
    """A private key that signs notes."""

    @property
    def name(self) -> str:
        """The key's name as it stands in signature lines."""

    @property
    def key_id(self) -> bytes:
        """Four bytes, as the verifier's."""

    def sign(self, text: bytes) -> bytes:
        """The signature over the note's `text`, without the key id."""


@dataclass(frozen=True)
class Signature:
    """One signature line, unverified."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A note as read. Its text means nothing until `verify` has returned."""

    text: bytes
    signatures: tuple[Signature, ...]

    def verify(self, verifiers: Iterable[NoteVerifier]) -> tuple[NoteVerifier, ...]:
        """Check the signatures of all `verifiers` that signed, and return those; others are ignored.

        Raises:
            SignatureError: a line claims to be by one of the verifiers and is not.
            UntrustedNoteError: none of the verifiers signed.
        """
        known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
        good: dict[tuple[str, bytes], NoteVerifier] = {}
        for line in self.signatures:
            verifier = known.get((line.name, line.key_id))
            if verifier is None:
                continue
            if not verifier.accepts(self.text, line.signature):
                raise SignatureError(f"the signature by {line.name}+{line.key_id.hex()} does not verify")
            good[line.name, line.key_id] = verifier
        if not good:
            raise UntrustedNoteError("no trusted key has signed the note")
        return tuple(good.values())


@dataclass(frozen=True)
class Verifier:
    """An Ed25519 public key under a name: what C2SP writes as a vkey."""

    name: str
    public_key: bytes
    """32 bytes (RFC 8032)."""

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != 32:
            raise NoteError(f"the key {self.name!r} is not 32 bytes")

    @cached_property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256(name, newline, 0x01, public key)."""
        return key_id(self.name, ED25519, self.public_key)

    @property
    def vkey(self) -> str:
        """`name+hex key id+base64(0x01, public key)`: what is handed to whoever verifies."""
        return format_vkey(self.name, ED25519, self.public_key)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read a vkey.

        Raises:
            NoteError: not a vkey, of another algorithm, or its key id is not that of its key.
        """
        name, public_key = parse_vkey(vkey, ED25519)
        return cls(name, public_key)

    def accepts(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's over `text`."""
        return ed25519_accepts(self._key, text, signature)

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.public_key)


@dataclass(frozen=True, repr=False)
class Signer:
    """An Ed25519 private key under a name."""

    name: str
    seed: bytes
    """The 32 bytes of RFC 8032's private key: secret, and all that has to be stored."""

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.seed) != 32:
            raise NoteError(f"the private key {self.name!r} is not 32 bytes")

    def __repr__(self) -> str:
        """Name and key id only: a seed must not reach a log."""
        return f"Signer({self.name!r}, key_id={self.key_id.hex()})"

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key from the system's randomness."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @cached_property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._key.public_key().public_bytes_raw())

    @property
    def key_id(self) -> bytes:
        """Four bytes, as the verifier's."""
        return self.verifier.key_id

    def sign(self, text: bytes) -> bytes:
        """64 bytes over `text`; the same text gives the same bytes (RFC 8032)."""
        return self._key.sign(text)

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def sign(text: bytes, signers: Sequence[NoteSigner]) -> bytes:
    """A note: `text` signed by each of `signers`.

    Raises:
        NoteError: the text cannot stand in a note, or nobody signs.
    """
    _check_text(text)
    if not signers:
        raise NoteError("a note needs a signature")
    return text + b"\n" + b"".join(signature_line(signer, text) for signer in signers)


def add_signatures(note: bytes, signers: Sequence[NoteSigner]) -> bytes:
    """`note` with further signatures after those that it has.

    Raises:
        NoteError: it is not a note.
    """
    text = parse(note).text
    return note + b"".join(signature_line(signer, text) for signer in signers)


def signature_line(signer: NoteSigner, text: bytes) -> bytes:
    """The line that `signer` adds to a note of `text`, with its newline."""
    return format_line(Signature(signer.name, signer.key_id, signer.sign(text)))


def format_line(signature: Signature) -> bytes:
    """A signature as the line that stands in a note, with its newline."""
    encoded = base64.b64encode(signature.key_id + signature.signature).decode("ascii")
    return f"{_LINE_START}{signature.name} {encoded}\n".encode()


def parse(note: bytes) -> Note:
    """Read a note, strictly, without verifying anything.

    Raises:
        NoteError: not UTF-8, control characters, no blank line, or a malformed signature line.
    """
    if len(note) > MAX_NOTE_BYTES:
        raise NoteError(f"a note of {len(note)} bytes; {MAX_NOTE_BYTES} are read")
    decoded = _decode(note)
    cut = decoded.rfind("\n\n")
    if cut < 0 or not decoded.endswith("\n"):
        raise NoteError("a note is text, an empty line, and signature lines")
    lines = decoded[cut + 2 : -1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(f"a note with {len(lines)} signatures; {MAX_SIGNATURES} are read")
    return Note(decoded[: cut + 1].encode(), tuple(_parse_line(line) for line in lines))


def key_id(name: str, kind: int, public_key: bytes) -> bytes:
    """The four bytes that, with its name, single out a key and its algorithm (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[:4]


def format_vkey(name: str, kind: int, public_key: bytes) -> str:
    """A public key as C2SP hands it around: `name+hex key id+base64(kind, key)`."""
    key = base64.b64encode(bytes([kind]) + public_key).decode("ascii")
    return f"{name}+{key_id(name, kind, public_key).hex()}+{key}"


def parse_vkey(vkey: str, kind: int) -> tuple[str, bytes]:
    """Name and 32-byte public key of a vkey of signature type `kind`.

    Raises:
        NoteError: not a vkey, of another algorithm, or its key id is not that of its key.
    """
    name, _, rest = vkey.partition("+")
    hex_id, _, key = rest.partition("+")
    check_name(name)
    encoded = from_base64(key)
    if len(encoded) != 33 or encoded[0] != kind:
        raise NoteError(f"the vkey of {name!r} is not a key of type {kind:#04x}")
    if hex_id != key_id(name, kind, encoded[1:]).hex():
        raise NoteError(f"the vkey of {name!r} does not carry its key's id")
    return name, encoded[1:]


def check_name(name: str) -> None:
    """Refuse what cannot name a key in a signature line.

    Raises:
        NoteError: empty, or with a space, a plus or a control character.
    """
    if not name or "+" in name or any(char.isspace() or char < " " for char in name):
        raise NoteError(f"{name!r} cannot name a key")


def ed25519_accepts(key: Ed25519PublicKey, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is `key`'s over `message` (RFC 8032)."""
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def from_base64(text: str) -> bytes:
    """Standard base64 (RFC 4648 section 4) in its one form: padded, no other characters, no stray bits.

    Raises:
        NoteError: anything else.
    """
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NoteError("not base64") from error
    if base64.b64encode(value).decode("ascii") != text:
        raise NoteError("base64 with stray bits")
    return value


def _parse_line(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_LINE_START).partition(" ")
    if not line.startswith(_LINE_START) or not space:
        raise NoteError("a signature line is a dash, a key's name and base64")
    check_name(name)
    value = from_base64(encoded)
    if len(value) < 5:
        raise NoteError(f"the signature by {name!r} is too short")
    return Signature(name, value[:4], value[4:])


def _check_text(text: bytes) -> None:
    _decode(text)
    if not text.endswith(b"\n"):
        raise NoteError("a note's text ends in a newline")


def _decode(note: bytes) -> str:
    try:
        decoded = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoteError("a note is UTF-8") from error
    if any(char < " " and char != "\n" for char in decoded):
        raise NoteError("a note holds no control characters but newlines")
    return decoded

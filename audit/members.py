"""What is in a bundle, and under which names."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from audit.archive import MANIFEST, Manifest
from audit.entry import Entry, decode
from audit.errors import EntryError
from audit.page import Told

_ENTRY = re.compile(r"log/[0-9]{3,}\.json")


class OpenedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One value that was read back from a portal, opened: what it was and the salt that it was committed to with."""

    run: str
    """Which read-back: the run that took it."""
    index: int
    """Its place among the rows of the read-back."""
    row: tuple[str, str, str, str, str, str]
    """Page, control, label, type, value, shown text."""
    salt: str
    """Base64url."""
    hashes: tuple[str, ...]
    """The way from its commitment to the root that the log holds, in hex."""


class Openings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Salts of what is disclosed; each opens one commitment of the log and nothing else."""

    statements: dict[str, str] = {}
    """By delegation, in base64url."""
    receipts: dict[str, str] = {}
    """Of the number and the file of a receipt, by filing."""
    values: tuple[OpenedRow, ...] = ()


@dataclass(frozen=True)
class Members:
    """The files of a bundle."""

    manifest: Manifest
    files: Mapping[str, bytes]

    CHECKPOINT: ClassVar[str] = "log/checkpoint.txt"
    VKEY: ClassVar[str] = "log/vkey.txt"
    HEADS_ENTRY: ClassVar[str] = "heads/entry.json"
    HEADS_PROOF: ClassVar[str] = "heads/proof.json"
    ERASURE: ClassVar[str] = "erasure/entry.json"
    OPENINGS: ClassVar[str] = "openings.json"
    JWKS: ClassVar[str] = "jwks.json"

    @property
    def checkpoint(self) -> bytes | None:
        """The signed state of the log that all proofs lead to."""
        return self.files.get(self.CHECKPOINT)

    @property
    def openings(self) -> Openings:
        """Salts of what is disclosed. Raises `msgspec.DecodeError`."""
        content = self.files.get(self.OPENINGS)
        return Openings() if content is None else msgspec.json.decode(content, type=Openings)

    def entry_names(self) -> list[str]:
        """The visit's entries, in the order of their names."""
        return sorted((name for name in self.files if _ENTRY.fullmatch(name)), key=lambda name: (len(name), name))

    def proof_of(self, name: str) -> bytes | None:
        """The proof (C2SP tlog-proof) beside an entry."""
        return self.files.get(proof_name(name))

    def after(self, name: str) -> str | None:
        """The hash that the next entry says that this one has, in hex."""
        names = self.entry_names()
        if name not in names[:-1]:
            return None
        try:
            return decode(self.files[names[names.index(name) + 1]]).prev
        except EntryError:
            return None

    def changed(self) -> Iterator[str]:
        """Members that are not what the manifest says."""
        for name, content in sorted(self.files.items()):
            stated = self.manifest.files.get(name)
            if name != MANIFEST and stated is not None and hashlib.sha256(content).hexdigest() != stated:
                yield name

    def to_tell(self, entries: tuple[Entry, ...]) -> Told:
        """What the readable page is written from; what cannot be read is not on it."""
        numbers = range(1, len(self.manifest.delegations) + 1)
        texts = {number: self.files.get(f"{folder(number)}/statement.txt") for number in numbers}
        return Told(
            manifest=self.manifest,
            entries=entries,
            heads=self._heads(),
            statements={number: text.decode(errors="replace") for number, text in texts.items() if text is not None},
            receipts=tuple(self.receipts()),
            values=self._values(),
        )

    def receipts(self) -> Iterator[Mapping[str, Any]]:
        """What institutions answered, in the order of their files."""
        number = 1
        while (content := self.files.get(f"receipts/{number}.json")) is not None:
            try:
                read = msgspec.json.decode(content)
            except (msgspec.DecodeError, UnicodeError):
                read = None
            yield read if isinstance(read, dict) else {}
            number += 1

    def _heads(self) -> Entry | None:
        content = self.files.get(self.HEADS_ENTRY)
        try:
            return None if content is None else decode(content)
        except EntryError:
            return None

    def _values(self) -> tuple[tuple[str, ...], ...]:
        try:
            return tuple(each.row for each in self.openings.values)
        except (msgspec.DecodeError, UnicodeError):
            return ()


def entry_name(n: int) -> str:
    """Where entry `n` of the visit is."""
    return f"log/{n:03}.json"


def proof_name(name: str) -> str:
    """Where the proof of an entry is."""
    return f"{name.removesuffix('.json')}.tlog-proof"


def folder(number: int) -> str:
    """Where what belongs to a delegation is."""
    return f"delegations/{number}"

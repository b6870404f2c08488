"""How a log goes on under a new name, once entries that it had signed for are lost.

The tree goes on from what is left; only name and key are new. The first entry under the new name states the old
checkpoints that it no longer continues, and how many entries are missing for ever. Whoever holds a checkpoint of the
old name finds either that it is still the beginning of this log, or that such an entry admits the loss. What no entry
admits is another history.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from audit import checkpoint
from audit.checkpoint import Checkpoint
from audit.errors import AuditError, ContinuationError
from audit.merkle import HASH_BYTES
from audit.note import Verifier

MOST_CHECKPOINTS = 16
"""That one entry names: of each earlier name and key one is enough."""


class Continued(msgspec.Struct, frozen=True, kw_only=True):
    """What the first entry of a log under a new name states."""

    origin: str
    """The new name."""
    key: str
    """The new name's first key, a vkey (C2SP signed-note)."""
    before: str
    """The name that the log had until then."""
    keys: tuple[str, ...]
    """vkeys of that and of earlier names: what signed the checkpoints below."""
    checkpoints: tuple[str, ...]
    """Signed notes that the tree does not continue, of each name the largest that was known."""
    size: int
    """Entries of the tree at that moment: this entry's own index."""
    root: str
    """Over those, hexadecimal."""
    kept: int
    """Entries of the old log that are certainly still there: a signed checkpoint of that size agrees."""
    missing: int
    """Entries after them that were signed for under each of these names, those aside that were missing before."""

    def heads(self) -> Iterator[Checkpoint]:
        """The checkpoints, each seen to be signed by one of the keys.

        Raises:
            ContinuationError: one of them is not.
        """
        try:
            verifiers = [Verifier.parse(each) for each in self.keys]
            for signed in self.checkpoints:
                yield checkpoint.verify(signed.encode(), verifiers)
        except AuditError as error:
            raise ContinuationError(f"a checkpoint that it names cannot be used: {error}") from error


def read(data: Mapping[str, Any]) -> Continued:
    """What an entry states, seen to be without contradiction in itself.

    Raises:
        ContinuationError: a field is missing or of another kind, a signature is not right, or the numbers do not fit.
    """
    try:
        said = msgspec.convert(dict(data), Continued)
    except msgspec.ValidationError as error:
        raise ContinuationError(f"it does not say how the log goes on: {error}") from error
    if len(said.checkpoints) > MOST_CHECKPOINTS or len(said.root) != 2 * HASH_BYTES:
        raise ContinuationError("it is not in its form")
    sizes = [head.size for head in said.heads()]
    if not 0 <= said.kept <= said.size or said.origin == said.before:
        raise ContinuationError("it keeps more than there was, or has no new name")
    if not sizes or min(sizes) <= said.kept:
        raise ContinuationError("it names no checkpoint, or one that it says is kept")
    return said


class Standing(StrEnum):
    """What the entries of a log say of a checkpoint of an earlier name that its tree does not continue."""

    ADMITTED = "admitted"
    """The loss of what it covers is stated."""
    OTHER_ROOT = "other_root"
    """For the same name and size another root is stated: two were signed."""
    UNKNOWN = "unknown"
    """No entry speaks of so large a state of that name: it is not admitted."""


@dataclass
class Continuations:
    """What the entries of one log state, each with its index."""

    stated: dict[int, Continued] = field(default_factory=dict)
    gained: dict[int, int] = field(default_factory=dict)
    """How many entries more are missing by each."""
    _heads: list[tuple[int, Checkpoint]] = field(default_factory=list)
    """Each named checkpoint, with how much of it is kept."""

    @classmethod
    def of(cls, stated: Iterable[tuple[int, Continued]]) -> "Continuations":
        """Take all of them."""
        taken = cls()
        for index, said in stated:
            taken.add(index, said)
        return taken

    def add(self, index: int, said: Continued) -> None:
        """Take the next one, which `read` gave; twice the same is once."""
        if index not in self.stated:
            before = self.missing
            self.stated[index] = said
            self._heads.extend((said.kept, head) for head in said.heads())
            self.gained[index] = self.missing - before

    @property
    def missing(self) -> int:
        """Entries that are missing in all: of each name, those that any of these says are not kept."""
        return sum(_covered(self._gaps(origin)) for origin in {head.origin for _, head in self._heads})

    def _gaps(self, origin: str) -> list[tuple[int, int]]:
        return sorted((kept, head.size) for kept, head in self._heads if head.origin == origin)

    def missing_with(self, kept: int, heads: Iterable[Checkpoint]) -> int:
        """Entries that would be missing in all, if these were named as well."""
        more = Continuations(_heads=[*self._heads, *((kept, head) for head in heads)])
        return more.missing

    def missing_before(self, size: int) -> int:
        """Entries that are missing by what the first `size` leaves say."""
        return sum(gained for index, gained in self.gained.items() if index < size)

    @property
    def origin(self) -> str | None:
        """The name that the newest of them gave the log."""
        return self.stated[max(self.stated)].origin if self.stated else None

    def names(self) -> dict[str, int]:
        """The names that the log had before, each with the index of the entry that ended it."""
        ended: dict[str, int] = {}
        for index, said in sorted(self.stated.items()):
            ended[said.before] = index
            for _, head in self._heads:
                ended.setdefault(head.origin, index)
        return ended

    def vkeys(self) -> frozenset[str]:
        """The vkeys that signed under those names."""
        return frozenset(key for said in self.stated.values() for key in said.keys)

    def standing(self, held: Checkpoint) -> Standing:
        """Of a checkpoint that the tree does not continue."""
        named = [head for kept, head in self._heads if head.origin == held.origin and kept < held.size <= head.size]
        same_size = [head for head in named if head.size == held.size]
        if same_size:
            return Standing.ADMITTED if held.root in {head.root for head in same_size} else Standing.OTHER_ROOT
        return Standing.ADMITTED if named else Standing.UNKNOWN


def _covered(gaps: Iterable[tuple[int, int]]) -> int:
    """How many numbers lie in any of these ranges, which come in order."""
    total = end = 0
    for first, stop in gaps:
        total += max(0, stop - max(first, end))
        end = max(end, stop)
    return total

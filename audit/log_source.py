"""What a verification reads a log from: a database, a folder of tiles, an address."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from audit.parallel import Reopen


class LogSource(Protocol):
    """Where a log is read from. It is not trusted: whatever it gives is checked."""

    def size(self) -> int:
        """Leaves that the log has now."""

    def leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """Index, bytes and stored hash of the leaves from `start` up to, not including, `stop`, by index.

        A leaf that is gone is left out. A source that stores no hashes gives the hash of the bytes.
        """

    def checkpoints(self) -> Iterator[bytes]:
        """Every signed checkpoint, oldest first."""

    def latest_checkpoint(self) -> bytes | None:
        """The checkpoint that is published now."""

    def events_without_leaf(self, older_than: datetime) -> list[str]:
        """Events recorded before `older_than` that neither are leaves nor wait to be, by id; empty if it keeps none."""

    def events_pending(self, older_than: datetime) -> int:
        """How many events recorded before `older_than` still wait to become leaves; 0 if it keeps none."""

    def continued(self) -> Iterable[int]:
        """Leaves that gave the log a new name, as far as the source knows; whole readings find them by themselves."""

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete node of the tree, level 0 being the leaf hashes.

        Raises:
            SourceError: it is not there.
        """

    def last_of(self, chain: str, before: int) -> int | None:
        """The place of the last entry of `chain` among the leaves below `before`, -1 if there is none.

        None where the source keeps no such list. It is for finding what does not go on as it stood, and proves nothing.
        """

    def reopen(self) -> Reopen | None:
        """How another process opens it; `None` if none can."""

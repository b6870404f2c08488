"""What a reading transaction asks twice is read once: it sees one moment, so the answer cannot have changed.

A page is put together by functions that each read what they need. Where two of them need the same, the second gets what
the first has read, within this transaction alone: the next request reads everything anew. A transaction that writes
remembers nothing, for what it reads may be what it has just changed.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
_MEMORY: Final = "pilnvara.once"


@contextmanager
def remembering(conn: Connection) -> Iterator[None]:
    """Remember what is read until the end of the transaction that begins here."""
    info = conn.info  # asked for now: a connection that is lost meanwhile has none
    info[_MEMORY] = {}
    try:
        yield
    finally:
        info.pop(_MEMORY, None)


def once(conn: Connection, what: Hashable, read: Callable[[], T]) -> T:
    """What `read` gives; in a reading transaction what it gave before. `what` names it among all that is read."""
    memory: dict[Hashable, Any] | None = conn.info.get(_MEMORY)
    if memory is None:
        return read()
    if what not in memory:
        memory[what] = read()
    found: T = memory[what]
    return found


def note(conn: Connection, what: Hashable, found: Any) -> None:
    """Remember something that was read beside something else, for whoever asks for it by `once`."""
    memory: dict[Hashable, Any] | None = conn.info.get(_MEMORY)
    if memory is not None:
        memory[what] = found


def recall(conn: Connection, what: Hashable) -> Any:
    """What was remembered under this name; `None` where nothing was."""
    memory: dict[Hashable, Any] = conn.info.get(_MEMORY, {})
    return memory.get(what)


def is_remembering(conn: Connection) -> bool:
    """Whether the transaction only reads, so that what was read stays so to its end."""
    return _MEMORY in conn.info

"""Lists that are read a page at a time: by the last line of the page before, or by number where a list stays short.

By key, what came meanwhile moves nothing, and the last page costs as much as the first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, bindparam, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from gateway.clock import read_moment
from gateway.database.base import UtcDateTime

_LONGEST_ID: Final = 64
_MOST_DIGITS: Final = 6
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page of a list that has the newest first ends: the next one begins after it."""

    at: datetime
    id: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Key | None":
        """Read what `str` wrote; `None` for anything else, which begins at the newest."""
        at, split, line = text.partition("~")
        moment = read_moment(at)
        return cls(moment, line[:_LONGEST_ID]) if split and moment is not None else None

    @property
    def values(self) -> dict[str, Any]:
        """What `follows` is asked with."""
        return {"after_at": self.at, "after_id": self.id}


def follows(at: InstrumentedAttribute[datetime], line: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether a line comes after the key whose `values` the statement is given."""
    return tuple_(at, line) < tuple_(bindparam("after_at", type_=UtcDateTime()), bindparam("after_id"))


def end_of(found: Sequence[T], most: int, key_of: Callable[[T], Key]) -> Key | None:
    """Where a page of `most` lines ends, if one more was found than it shows."""
    return key_of(found[most - 1]) if len(found) > most else None


@dataclass(frozen=True, slots=True)
class Numbered:
    """One page of a short list: `size` lines after the first `after`."""

    size: int
    after: int

    @classmethod
    def parse(cls, text: str, size: int) -> "Numbered":
        """Read the number that an address gives; anything else begins at the first line."""
        is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
        return cls(size, int(text) if is_number else 0)

    def newer(self, path: str) -> str | None:
        """The address of the page before this one; none before the first."""
        return f"{path}?after={max(self.after - self.size, 0)}" if self.after else None

    def older(self, path: str, found: Sequence[Any]) -> str | None:
        """The address of the page after this one, if a line more was `found` than it shows."""
        return f"{path}?after={self.after + self.size}" if len(found) > self.size else None

"""A sheet: one table of figures with what its figures mean, independent of where it is shown.

A page, a file, the terminal and a printed report are made of the same sheet, so that they hold the same numbers. What
is not known is `Missing`, never 0: it is written in words and counts for nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from ui.formats import write_date, write_number, write_share
from ui.i18n import Message, message

Text = str | Message
"""Words: of a person or a row as they are, ours in the reader's language once they are written."""


class Missing(StrEnum):
    """Why there is no figure."""

    UNKNOWN = "unknown"
    """Nobody has said it, or it was not measured."""
    TOO_FEW = "too_few"
    """There are so few behind it that it would tell of single people."""
    NOT_APPLICABLE = "not_applicable"
    """There is nothing to say here."""


Value = Text | int | float | Decimal | date | Missing


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    COUNT = "count"
    """A whole number."""
    NUMBER = "number"
    """A number with two decimal places, such as an index."""
    SHARE = "share"
    """A part of one: 0.5 is 50 %."""
    MONEY = "money"
    """Euros."""
    MINUTES = "minutes"
    DATE = "date"


class NoteKind(StrEnum):
    """What a note tells of the figures."""

    FORMULA = "formula"
    SOURCE = "source"
    DEFINITION = "definition"
    REMARK = "remark"


PLACES: Final = {Kind.COUNT: 0, Kind.NUMBER: 2, Kind.MONEY: 2, Kind.MINUTES: 1}
"""Decimal places with which a number is written."""
TO_THE_RIGHT: Final = frozenset({Kind.COUNT, Kind.NUMBER, Kind.SHARE, Kind.MONEY, Kind.MINUTES})
"""Kinds that are set to the right, so that their digits stand beneath each other."""
_TYPES: Final[dict[Kind, tuple[type, ...]]] = {
    Kind.TEXT: (str, Message),
    Kind.COUNT: (int,),
    Kind.NUMBER: (int, float, Decimal),
    Kind.SHARE: (int, float, Decimal),
    Kind.MONEY: (int, Decimal),
    Kind.MINUTES: (int, float, Decimal),
    Kind.DATE: (date,),
}
MISSING: Final = {
    Missing.UNKNOWN: message("not known"),
    Missing.TOO_FEW: message("too few"),
    Missing.NOT_APPLICABLE: message("–"),
}
NOTES: Final = {
    NoteKind.FORMULA: message("How it is worked out"),
    NoteKind.SOURCE: message("Where it comes from"),
    NoteKind.DEFINITION: message("What it means"),
    NoteKind.REMARK: message("Note"),
}


class SheetError(ValueError):
    """A sheet was put together wrongly: a row of another length, or a value that is not of its column's kind."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    key: str
    """How programs call it; stays the same in every language."""
    name: Text
    kind: Kind = Kind.TEXT
    bar: bool = False
    """Whether pages draw a small bar beside the number: its part of one, or of the column's greatest."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader has to know to read the figures."""

    kind: NoteKind
    text: Text

    @property
    def heading(self) -> Message:
        """What stands before it."""
        return NOTES[self.kind]


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it is shown, in the language of this context."""

    text: str
    bar: int | None = None
    """How long its bar is, of 100."""
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of figures. Raises `SheetError` where rows and columns do not fit each other."""

    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[Note, ...] = ()
    name: str = "sheet"
    """How programs and files call it."""

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise SheetError(f"{self.name}: row {number} has {len(row)} values for {len(self.columns)} columns")
            for column, value in zip(self.columns, row, strict=True):
                if not _fits(value, column.kind):
                    raise SheetError(f"{self.name}: row {number}, {column.key}: {value!r} is no {column.kind}")

    @property
    def numeric(self) -> list[int]:
        """Which columns are set to the right."""
        return [number for number, column in enumerate(self.columns) if column.kind in TO_THE_RIGHT]

    def cells(self) -> Iterator[list[Cell]]:
        """Every row as it is shown, in the language of this context."""
        greatest = [_greatest(column, values) for column, values in zip(self.columns, self._by_column(), strict=True)]
        for row in self.rows:
            yield [
                Cell(written(value, column.kind), _bar(value, column, most), isinstance(value, Missing))
                for value, column, most in zip(row, self.columns, greatest, strict=True)
            ]

    def _by_column(self) -> Sequence[tuple[Value, ...]]:
        return list(zip(*self.rows, strict=True)) or [()] * len(self.columns)


@dataclass(frozen=True, slots=True)
class Report:
    """Several sheets that belong together, with what stands on the first page."""

    title: Text
    told: tuple[Text, ...]
    """What it is, of which time and of whom, in sentences."""
    sheets: tuple[Sheet, ...]
    made_at: datetime
    name: str = "report"
    """How files are called."""


def written(value: Value, kind: Kind) -> str:
    """A value for people, in the language of this context."""
    if isinstance(value, Missing):
        return str(MISSING[value])
    if isinstance(value, str | Message):
        return str(value)
    if isinstance(value, date):
        return write_date(value)
    return write_share(value) if kind is Kind.SHARE else write_number(value, PLACES[kind])


def _fits(value: Value, kind: Kind) -> bool:
    if isinstance(value, Missing):
        return True
    return isinstance(value, _TYPES[kind]) and not isinstance(value, bool | datetime)


def _greatest(column: Column, values: Sequence[Value]) -> float:
    if not column.bar or column.kind is Kind.SHARE:
        return 1.0
    return max((float(value) for value in values if isinstance(value, int | float | Decimal)), default=0.0)


def _bar(value: Value, column: Column, most: float) -> int | None:
    if not column.bar or not isinstance(value, int | float | Decimal) or most <= 0:
        return None
    return max(0, min(100, round(100 * float(value) / most)))

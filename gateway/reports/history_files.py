"""Files of published figures: read whole, or refused whole with every row that is wrong and why."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import Final

from gateway.reports.history_tables import HistoryKind
from ui.i18n import Message, message

LARGEST: Final = 1_000_000
"""Bytes of a file."""
MOST_ROWS: Final = 10_000
_LONGEST_NAME: Final = 120
_MOST_FAULTS: Final = 20
_COLUMNS: Final = {
    HistoryKind.SERVICES: ("region", "municipality", "centre", "services"),
    HistoryKind.COSTS: ("municipality", "eur_per_service", "centre_level"),
}
MUNICIPAL: Final = "novada"
REGIONAL: Final = "reģionālas"
_EUROS: Final = re.compile(r"\d{1,7}(?:[.,]\d{1,2})?")
_COUNT: Final = re.compile(r"\d{1,9}")

_NOT_UTF8: Final = message("The file is not text in UTF-8.")
_TOO_LARGE: Final = message("The file is larger than 1 MB.")
_NO_ROWS: Final = message("There are no rows beneath the heading.")
_TOO_MANY: Final = message("There are more than 10,000 rows.")
_NO_NAME: Final = message("The name is missing, or longer than 120 characters.")
_NO_REGION: Final = message("The region is missing, or longer than 120 characters.")
_NO_COUNT: Final = message("The number of services is not a whole number.")
_NO_EUROS: Final = message("The cost is not an amount of euros such as 12.97.")
_NO_LEVEL: Final = message("The level is neither “novada” nor “reģionālas”.")
_QUOTES: Final = message("A quotation mark is opened and not closed, or closed too early.")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file; the heading is line 1."""

    line: int
    what: Message


class HistoryFileError(Exception):
    """A file was refused. Nothing of it was taken in."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Take what is wrong, by line."""
        self.faults = faults
        super().__init__("; ".join(f"line {fault.line}: {fault.what}" for fault in faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One row as it was published."""

    line: int
    name: str
    region: str | None = None
    municipality: str | None = None
    level: str | None = None
    services: int | None = None
    cents: int | None = None


def read(content: bytes, kind: HistoryKind) -> tuple[Published, ...]:
    """Read a CSV file with a heading, its values set apart by commas or semicolons.

    Raises:
        HistoryFileError: see there; at most the first twenty faults.
    """
    lines = list(_lines(content, kind))
    rows: list[Published] = []
    faults: list[Fault] = []
    first_of: dict[tuple[str | None, ...], int] = {}
    for number, values in lines:
        found = _row(number, values, kind)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        same = (found.region, found.municipality, found.name)
        if same in first_of:
            faults.append(Fault(number, message("It says the same as line %(num)s.", num=first_of[same])))
        first_of.setdefault(same, number)
        rows.append(found)
    if faults:
        raise HistoryFileError(tuple(faults[:_MOST_FAULTS]))
    return tuple(rows)


def _lines(content: bytes, kind: HistoryKind) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows beneath the heading with their line numbers, each by the names of its columns."""
    text = _text(content)
    head = text.partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=";" if ";" in head else ",", strict=True)
    try:
        table = [(reader.line_num, [value.strip() for value in row]) for row in reader if any(row)]
    except csv.Error as error:
        raise _refused(max(reader.line_num, 1), _QUOTES) from error
    wanted = _COLUMNS[kind]
    if not table or tuple(table[0][1]) != wanted:
        raise _refused(1, message("The heading has to be: %(columns)s", columns=", ".join(wanted)))
    if not 1 <= len(table) - 1 <= MOST_ROWS:
        raise _refused(1, _NO_ROWS if len(table) == 1 else _TOO_MANY)
    wrong = tuple(
        Fault(number, message("There are %(num)s values where %(wanted)s belong.", num=len(row), wanted=len(wanted)))
        for number, row in table[1:]
        if len(row) != len(wanted)
    )
    if wrong:
        raise HistoryFileError(wrong[:_MOST_FAULTS])
    return ((number, dict(zip(wanted, row, strict=True))) for number, row in table[1:])


def _text(content: bytes) -> str:
    if len(content) > LARGEST:
        raise _refused(1, _TOO_LARGE)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(content[: error.start].count(b"\n") + 1, _NOT_UTF8) from error


def _row(line: int, values: dict[str, str], kind: HistoryKind) -> Published | Fault:
    return _services(line, values) if kind is HistoryKind.SERVICES else _cost(line, values)


def _services(line: int, values: dict[str, str]) -> Published | Fault:
    if not _is_name(values["centre"]) or len(values["municipality"]) > _LONGEST_NAME:
        return Fault(line, _NO_NAME)
    if not _is_name(values["region"]):
        return Fault(line, _NO_REGION)
    if not _COUNT.fullmatch(values["services"]):
        return Fault(line, _NO_COUNT)
    return Published(
        line=line,
        name=values["centre"],
        region=values["region"],
        municipality=values["municipality"] or None,
        services=int(values["services"]),
    )


def _cost(line: int, values: dict[str, str]) -> Published | Fault:
    if not _is_name(values["municipality"]):
        return Fault(line, _NO_NAME)
    if not _EUROS.fullmatch(values["eur_per_service"]):
        return Fault(line, _NO_EUROS)
    if values["centre_level"] not in {MUNICIPAL, REGIONAL}:
        return Fault(line, _NO_LEVEL)
    cents = int(Decimal(values["eur_per_service"].replace(",", ".")) * 100)
    return Published(line=line, name=values["municipality"], level=values["centre_level"], cents=cents)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and text.isprintable()


def _refused(line: int, what: Message) -> HistoryFileError:
    return HistoryFileError((Fault(line, what),))

"""A holder's own list of what it received, as it is handed in: CSV or JSON. What cannot be read has its line named."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from io import StringIO
from typing import Any, Final

import msgspec

from gateway.days import beginning_of, end_of
from ui.formats import ZONE

MOST_ROWS: Final = 100_000
LARGEST: Final = 10_000_000
"""Bytes."""
LONGEST_SPAN: Final = timedelta(days=732)
"""From the first line to the last: 24 months. All that we filed in between is read, however short the list is."""
_MOST_FAULTS: Final = 20
_LONGEST: Final = 64
_NAMES: Final = {
    "reference": "reference",
    "number": "reference",
    "numurs": "reference",
    "received_at": "received_at",
    "received": "received_at",
    "saņemts": "received_at",
    "service": "service",
    "pakalpojums": "service",
}
_LOCAL_FORMS: Final = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M")
_DAY: Final = "%d.%m.%Y"
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)


class Wrong(StrEnum):
    """What is wrong with a list, or with a line of it."""

    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    TOO_LONG = "too_long"
    """Its lines lie further apart than `LONGEST_SPAN`."""
    UNREADABLE = "unreadable"
    """It is no text, or no JSON of the form that is asked for."""
    NO_COLUMNS = "no_columns"
    """The first line does not name `reference` and `received_at`."""
    EMPTY = "empty"
    NO_REFERENCE = "no_reference"
    NO_TIME = "no_time"
    UNKNOWN_SERVICE = "unknown_service"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong; `line` is none where it is about the whole."""

    wrong: Wrong
    line: int | None = None


class ListFaultError(ValueError):
    """A list cannot be taken; `faults` says why, at most twenty of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("a list cannot be read")
        self.faults = tuple(faults[:_MOST_FAULTS])


class Row(msgspec.Struct, frozen=True):
    """One application that the holder received between two instants: equal, where it says the minute."""

    reference: str
    earliest: datetime
    latest: datetime
    service: str = ""


class _JsonRow(msgspec.Struct, frozen=True):
    reference: Any = ""
    received_at: Any = ""
    service: Any = ""


def read(content: bytes, services: Mapping[str, str]) -> list[Row]:
    """The rows of a list; `services` are those that it may name, by id.

    Raises:
        ListFaultError: some of it cannot be read: nothing is taken then.
    """
    if len(content) > LARGEST:
        raise ListFaultError([Fault(Wrong.TOO_LARGE)])
    text = _decoded(content).strip()
    if not text:
        raise ListFaultError([Fault(Wrong.EMPTY)])
    rows, faults = [], []
    for line, each in _json(text) if text[0] in "[{" else _csv(text):
        made = _row(each, services)
        if isinstance(made, Wrong):
            faults.append(Fault(made, line))
        else:
            rows.append(made)
        if len(faults) >= _MOST_FAULTS or len(rows) > MOST_ROWS:
            break
    if len(rows) > MOST_ROWS:
        faults.append(Fault(Wrong.TOO_MANY))
    elif rows and max(each.latest for each in rows) - min(each.earliest for each in rows) > LONGEST_SPAN:
        faults.append(Fault(Wrong.TOO_LONG))
    if faults or not rows:
        raise ListFaultError(faults or [Fault(Wrong.EMPTY)])
    return rows


def _decoded(content: bytes) -> str:
    """UTF-8, with a mark or without; else as spreadsheets of this country write it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1257")
    except UnicodeDecodeError as error:
        raise ListFaultError([Fault(Wrong.UNREADABLE)]) from error


def _json(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Each of a JSON array of objects; its line is its place."""
    try:
        every = msgspec.json.decode(text.encode(), type=list[_JsonRow])
    except msgspec.DecodeError as error:
        raise ListFaultError([Fault(Wrong.UNREADABLE)]) from error
    for place, each in enumerate(every, 1):
        yield (
            place,
            {name: value if isinstance(value, str) else "" for name, value in msgspec.structs.asdict(each).items()},
        )


def _csv(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    lines = csv.reader(StringIO(text), delimiter=delimiter)
    try:
        head = [_NAMES.get(each.strip().casefold(), "") for each in next(lines)]
        if not {"reference", "received_at"} <= set(head):
            raise ListFaultError([Fault(Wrong.NO_COLUMNS, 1)])
        for each in lines:
            if any(cell.strip() for cell in each):
                yield lines.line_num, dict(zip(head, each, strict=False))
    except csv.Error as error:
        raise ListFaultError([Fault(Wrong.UNREADABLE, lines.line_num)]) from error


def _row(given: Mapping[str, str], services: Mapping[str, str]) -> Row | Wrong:
    # A spreadsheet is kept from running a cell by an apostrophe before it, also in our own files.
    reference = given.get("reference", "").strip().removeprefix("'")
    service = given.get("service", "").strip()
    if not reference or len(reference) > _LONGEST or not reference.isprintable():
        return Wrong.NO_REFERENCE
    if service and service not in services:
        return Wrong.UNKNOWN_SERVICE
    times = _times(given.get("received_at", "").strip())
    return Wrong.NO_TIME if times is None else Row(reference, *times, service)


def _times(text: str) -> tuple[datetime, datetime] | None:
    """Between which instants: one, or a whole day where no time of day is said. Without a zone it is Latvia's."""
    moment = _moment(text)
    day = _day(text)
    if day is not None:
        return beginning_of(day), end_of(day) - timedelta(microseconds=1)
    if moment is None or not _FIRST < moment.date() < _LAST:
        return None
    local = moment if moment.tzinfo is not None else moment.replace(tzinfo=ZONE)
    return local, local


def _day(text: str) -> date | None:
    for read_day in (date.fromisoformat, lambda given: datetime.strptime(given, _DAY).date()):  # noqa: DTZ007 - a day
        try:
            day = read_day(text)
        except ValueError:
            continue
        return day if _FIRST < day < _LAST else None
    return None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _LOCAL_FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the caller gives it Latvia's zone
        except ValueError:
            continue
    return None

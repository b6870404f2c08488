"""Lines of a CSV file that spreadsheets open as it is meant: UTF-8 with a mark, semicolons, and no formulas."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from io import StringIO
from typing import Final

MARK: Final = "\ufeff"
"""Stands first in a file, so that spreadsheets read Latvian letters."""
MEDIA_TYPE: Final = "text/csv"
"""Without a character set: the server adds it to every kind of text."""


class Figure(str):
    """A number as it is written: it may begin with its sign, and is no formula."""

    __slots__ = ()


_BEGIN_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def line(values: Iterable[object]) -> str:
    """One line with its end. Times are written in UTC, and what a spreadsheet would run begins with an apostrophe."""
    written = StringIO()
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerow(
        [each if isinstance(each, Figure) else _harmless(_text(each)) for each in values]
    )
    return written.getvalue()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return str(value)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_BEGIN_FORMULAS) else text

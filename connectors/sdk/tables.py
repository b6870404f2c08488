"""Tables of a portal's page, read from its bytes: rows by the headings of their columns, and the links around them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

_CELLS = frozenset({"td", "th"})


@dataclass
class _Row:
    cells: list[str] = field(default_factory=list)
    is_open: bool = False
    """A cell is being read."""


class _Reader(HTMLParser):
    """The rows of every table, those of one within another apart; and every link."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[_Row]] = []
        self.links: list[tuple[str, str]] = []
        self._open: list[list[_Row]] = []
        self._link: str | None = None
        self._said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._open.append([])
            self.tables.append(self._open[-1])
        elif tag == "tr" and self._open:
            self._open[-1].append(_Row())
        elif tag in _CELLS and self._open and self._open[-1]:
            row = self._open[-1][-1]
            row.cells.append("")
            row.is_open = True
        elif tag == "a":
            self._link, self._said = dict(attrs).get("href"), ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._open:
            self._open.pop()
        elif tag in _CELLS and self._open and self._open[-1]:
            self._open[-1][-1].is_open = False
        elif tag == "a" and self._link is not None:
            self.links.append((_clean(self._said), self._link))
            self._link = None

    def handle_data(self, data: str) -> None:
        self._said += data
        if self._open and self._open[-1] and self._open[-1][-1].is_open:
            self._open[-1][-1].cells[-1] += data


def read(page: bytes, columns: Collection[str]) -> list[Mapping[str, str]]:
    """The rows of the one table that has all of `columns` among its headings.

    Raises:
        ValueError: there is no such table, or more than one; or a row has not as many cells as there are headings.
    """
    found = [table for table in _parsed(page).tables if table and set(columns) <= {*_texts(table[0])}]
    if len(found) != 1:
        raise ValueError(f"{len(found)} tables have these columns")
    headings, rows = _texts(found[0][0]), [_texts(row) for row in found[0][1:]]
    return [dict(zip(headings, row, strict=True)) for row in rows]


def link(page: bytes, text: str | None) -> str:
    """Where the link with this text leads; empty when the page has none, or when nobody asks for one."""
    return next((address for said, address in _parsed(page).links if said == text), "")


def _parsed(page: bytes) -> _Reader:
    reader = _Reader()
    reader.feed(page.decode("utf-8"))
    reader.close()
    return reader


def _texts(row: _Row) -> list[str]:
    return [_clean(cell) for cell in row.cells]


def _clean(text: str) -> str:
    return " ".join(text.split())

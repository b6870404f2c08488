"""Sheets as files: CSV and XLSX for spreadsheets, JSON for programs. Nothing in them can run as a formula."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import msgspec
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from gateway.reports.sheets import PLACES, Kind, Missing, Report, Sheet, Value, written
from gateway.web import csv_lines
from ui.formats import rounded
from ui.i18n import Language, Message, message, speaking
from ui.i18n.catalogues import base_of

XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOTES: Final = message("Notes")
_ABOUT: Final = message("About")
_LONGEST_TAB: Final = 31
_NOT_IN_A_TAB: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_WIDEST: Final = 48
_FORMATS: Final = {
    Kind.COUNT: "#,##0",
    Kind.NUMBER: "#,##0.00",
    Kind.SHARE: "0.0%",
    Kind.MONEY: '#,##0.00 "€"',
    Kind.MINUTES: "#,##0.0",
    Kind.DATE: "dd.mm.yyyy",
}
"""As spreadsheets show a number of each kind; the number itself stays whole."""


def csv(sheet: Sheet, language: Language) -> str:
    """A sheet as a CSV file, its notes beneath the rows.

    Numbers have the language's decimal mark and no marks between thousands, days are ISO 8601, so that spreadsheets of
    that language read them as what they are.
    """
    mark = "." if base_of(language) == "en" else ","
    with speaking(language):
        lines = [csv_lines.line(str(column.name) for column in sheet.columns)]
        for row in sheet.rows:
            pairs = zip(row, sheet.columns, strict=True)
            lines.append(csv_lines.line(_for_csv(value, column.kind, mark) for value, column in pairs))
        if sheet.notes:
            lines.append(csv_lines.line([]))
            lines += [csv_lines.line([note.heading, note.text]) for note in sheet.notes]
    return csv_lines.MARK + "".join(lines)


def json(report: Report | Sheet, language: Language) -> bytes:
    """Sheets for programs: rows by the keys of their columns, numbers as numbers, `null` where there is none.

    Why there is none stands beside it in `missing`, by key.
    """
    with speaking(language):
        if isinstance(report, Sheet):
            return msgspec.json.encode(_for_programs(report))
        made = report.made_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        about = {"title": str(report.title), "told": [str(each) for each in report.told], "made_at": made}
        return msgspec.json.encode(about | {"sheets": [_for_programs(sheet) for sheet in report.sheets]})


def xlsx(report: Report, language: Language) -> bytes:
    """Sheets as one workbook: each on a tab with its heading row frozen, what they mean on the last.

    The same report gives the same bytes.
    """
    written_to = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with speaking(language), xlsxwriter.Workbook(written_to, options) as book:
        book.set_properties({"title": str(report.title), "created": report.made_at.replace(tzinfo=None)})
        tabs = _tab_names([str(sheet.title) for sheet in report.sheets], str(_NOTES))
        looks = _Looks(book)
        for tab, sheet in zip(tabs, report.sheets, strict=True):
            _fill(book.add_worksheet(tab), sheet, looks)
        _explain(book.add_worksheet(str(_NOTES)), report, looks)
    return written_to.getvalue()


class _Looks:
    """The formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self.head: Format = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.text: Format = book.add_format({"text_wrap": True, "valign": "top"})
        self.missing: Format = book.add_format({"italic": True, "align": "right", "font_color": "#505a5f"})
        self.of = {kind: book.add_format({"num_format": shown, "valign": "top"}) for kind, shown in _FORMATS.items()}


def _fill(tab: Worksheet, sheet: Sheet, looks: _Looks) -> None:
    tab.freeze_panes(1, 0)
    tab.repeat_rows(0)
    tab.set_landscape()
    tab.fit_to_pages(1, 0)
    for place, column in enumerate(sheet.columns):
        tab.write_string(0, place, str(column.name), looks.head)
        widest = max((len(written(row[place], column.kind)) for row in sheet.rows), default=0)
        tab.set_column(place, place, min(_WIDEST, max(10, widest + 2, len(str(column.name)) // 2)))
    for number, row in enumerate(sheet.rows, 1):
        for place, (value, column) in enumerate(zip(row, sheet.columns, strict=True)):
            _put(tab, (number, place), value, column.kind, looks)


def _put(tab: Worksheet, at: tuple[int, int], value: Value, kind: Kind, looks: _Looks) -> None:
    """Write a value as what it is; text is never read as anything else."""
    if isinstance(value, Missing):
        tab.write_string(*at, written(value, kind), looks.missing)
    elif isinstance(value, str | Message):
        tab.write_string(*at, str(value), looks.text)
    elif isinstance(value, date):
        tab.write_datetime(*at, datetime.combine(value, time()), looks.of[kind])
    else:
        tab.write_number(*at, float(value), looks.of[kind])


def _explain(tab: Worksheet, report: Report, looks: _Looks) -> None:
    """The last tab: what the report is, and each sheet's notes."""
    tab.set_column(0, 1, 28)
    tab.set_column(2, 2, 90)
    rows = [(str(_ABOUT), "", str(each)) for each in (report.title, *report.told)]
    for sheet in report.sheets:
        rows += [(str(sheet.title), str(note.heading), str(note.text)) for note in sheet.notes]
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            tab.write_string(number, place, value, looks.text)


def _tab_names(titles: Sequence[str], taken: str) -> list[str]:
    """Names that a workbook takes: at most 31 characters, without some of them, each once in whatever case."""
    names, used = [], {taken.casefold()}
    for title in titles:
        plain = " ".join(title.translate(_NOT_IN_A_TAB).split()) or "–"
        name, number = plain[:_LONGEST_TAB].rstrip(), 1
        while name.casefold() in used:
            number += 1
            end = f" {number}"
            name = plain[: _LONGEST_TAB - len(end)].rstrip() + end
        used.add(name.casefold())
        names.append(name)
    return names


def _for_programs(sheet: Sheet) -> dict[str, Any]:
    columns = [{"key": column.key, "name": str(column.name), "kind": column.kind.value} for column in sheet.columns]
    notes = [{"kind": note.kind.value, "text": str(note.text)} for note in sheet.notes]
    rows = [_record(sheet, row) for row in sheet.rows]
    return {"name": sheet.name, "title": str(sheet.title), "columns": columns, "rows": rows, "notes": notes}


def _record(sheet: Sheet, row: tuple[Value, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for column, value in zip(sheet.columns, row, strict=True):
        if isinstance(value, Missing):
            missing[column.key] = value.value
        found[column.key] = _for_json(value)
    return found | ({"missing": missing} if missing else {})


def _for_json(value: Value) -> str | int | float | None:
    if isinstance(value, Missing):
        return None
    if isinstance(value, str | Message):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _for_csv(value: Value, kind: Kind, mark: str) -> object:
    """What stands between two semicolons: a number with nothing between its thousands, an ISO day, or words."""
    if isinstance(value, str | Message | Missing):
        return written(value, kind)
    if isinstance(value, date):
        return value.isoformat()
    number = Decimal(str(value))
    plain = f"{rounded(100 * number, 1)}%" if kind is Kind.SHARE else f"{rounded(number, PLACES[kind])}"
    return csv_lines.Figure(plain.replace(".", mark))

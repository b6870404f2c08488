"""A report on paper: a PDF that can be read aloud (PDF/UA-1), with its heading rows on each page."""

from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import typst

from gateway.reports.sheets import TO_THE_RIGHT, Report, Sheet
from ui.i18n import Language, message, speaking
from ui.i18n.catalogues import base_of

_TEMPLATE: Final = files("gateway.reports") / "templates" / "report.typ"
_FONTS: Final = files("font_roboto") / "files"
_MOST_UPRIGHT: Final = 6
"""Columns that fit beside each other on an upright page."""
_CONTENTS: Final = message("Contents")
_NOTHING: Final = message("There is nothing to show.")
_AUTHOR: Final = "Pilnvara"


def pdf(report: Report, language: Language) -> bytes:
    """A report as a PDF file, a page or more to each sheet. The same report gives the same bytes.

    Compiling refuses what PDF/UA-1 does not allow, such as a table without a heading row. Nothing is fetched, and words
    are handed over as data: whatever stands in them is printed, never run.
    """
    with speaking(language):
        given = _given(report, language)
    made = typst.compile(
        _TEMPLATE.read_bytes(),
        sys_inputs={"report": msgspec.json.encode(given).decode()},
        font_paths=_fonts(),
        pdf_standards="ua-1",
        timestamp=report.made_at.replace(microsecond=0),
    )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


@cache
def _fonts() -> typst.Fonts:
    """The letters of the report: of a package, so that a report looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_FONTS)])


def _given(report: Report, language: Language) -> dict[str, Any]:
    return {
        "title": str(report.title),
        "author": _AUTHOR,
        "lang": base_of(language),
        "told": [str(each) for each in report.told],
        "contents": str(_CONTENTS),
        "nothing": str(_NOTHING),
        "wide": any(len(sheet.columns) > _MOST_UPRIGHT for sheet in report.sheets),
        "sheets": [_of_sheet(sheet) for sheet in report.sheets],
    }


def _of_sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "title": str(sheet.title),
        "columns": [{"name": str(each.name), "right": each.kind in TO_THE_RIGHT} for each in sheet.columns],
        "rows": [[cell.text for cell in row] for row in sheet.cells()],
        "notes": [{"kind": str(note.heading), "text": str(note.text)} for note in sheet.notes],
    }

"""One sheet, shown everywhere: the same numbers, in words and digits of the reader, and nothing that could run."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pypdf
import pytest
from rich.console import Console

from gateway.reports import sheet_files, sheet_paper, sheet_terminal
from gateway.reports.sheets import Column, Kind, Missing, Note, NoteKind, Report, Sheet, SheetError
from tests.gateway.callers import compiled
from ui.i18n import Language, message, speaking

EVIL = '=HYPERLINK("http://example.org") #emph[x] [bold]y[/bold] <b>'
SHEET = Sheet(
    title="Izmaksas: Ķekavas un Ādažu [2026]",
    columns=(
        Column("centre", message("Centre")),
        Column("services", "Pakalpojumi", Kind.COUNT, bar=True),
        Column("share", "Daļa", Kind.SHARE, bar=True),
        Column("cost", "Izmaksas", Kind.MONEY),
        Column("time", "Minūtes", Kind.MINUTES),
        Column("until", "Līdz", Kind.DATE),
    ),
    rows=(
        ("Ķekava", 12345, 0.8255, Decimal("1234.565"), 7.25, date(2026, 9, 30)),
        (EVIL, 0, 0.0, Missing.UNKNOWN, Missing.TOO_FEW, Missing.NOT_APPLICABLE),
        ("Ādaži", -5, Decimal("0.1225"), Decimal("-3.10"), 0, date(2026, 1, 2)),
    ),
    notes=(Note(NoteKind.FORMULA, "=subsīdijas / pakalpojumi"), Note(NoteKind.SOURCE, "VARAM")),
    name="costs",
)
REPORT = Report(
    title="Ceturkšņa pārskats",
    told=("Viss tīkls, 2026. gada 3. ceturksnis.",),
    sheets=(SHEET, SHEET),
    made_at=datetime(2026, 10, 5, 7, 0, 0, 123456, tzinfo=UTC),
)


class TestASheet:
    @pytest.mark.parametrize(
        "row",
        [
            ("short",),
            ("Ķekava", 1.5, 0.5, Decimal(1), 1.0, date(2026, 1, 1)),
            ("Ķekava", True, 0.5, Decimal(1), 1.0, date(2026, 1, 1)),
            ("Ķekava", 1, 0.5, 12.5, 1.0, date(2026, 1, 1)),
            ("Ķekava", 1, 0.5, Decimal(1), 1.0, datetime(2026, 1, 1, tzinfo=UTC)),
            ("Ķekava", 1, None, Decimal(1), 1.0, date(2026, 1, 1)),
        ],
    )
    def test_refuses_a_row_that_does_not_fit_its_columns(self, row: tuple[object, ...]) -> None:
        with pytest.raises(SheetError):
            replace(SHEET, rows=(row,))  # type: ignore[arg-type]  # that is what is tried

    def test_writes_numbers_as_the_reader_does_and_what_is_missing_in_words(self) -> None:
        with speaking("lv"):
            first, second, third = ([cell.text.replace("\xa0", "_") for cell in row] for row in SHEET.cells())
        assert first == ["Ķekava", "12_345", "82,6_%", "1_234,57", "7,3", "30.09.2026"]
        assert second[3:] == ["nav zināms", "par maz", "–"]
        assert third == ["Ādaži", "-5", "12,3_%", "-3,10", "0,0", "02.01.2026"]
        with speaking("en"):
            assert [cell.text for cell in next(SHEET.cells())][1:4] == ["12,345", "82.6%", "1,234.57"]

    def test_draws_bars_of_the_greatest_or_of_the_whole_and_none_for_what_is_missing(self) -> None:
        with speaking("lv"):
            bars = [[cell.bar for cell in row] for row in SHEET.cells()]
        assert [row[1] for row in bars] == [100, 0, 0]
        assert [row[2] for row in bars] == [83, 0, 12]
        assert {row[3] for row in bars} == {None}

    def test_stands_on_a_page_as_a_table_with_its_notes(self) -> None:
        with speaking("lv"):
            html = compiled()._jinja.from_string("{{ ui.sheet(sheet, id='costs') }}").render(sheet=SHEET)
        assert '<th scope="row" class="govuk-table__header" role="rowheader">Ķekava</th>' in html
        assert html.count('<svg class="app-bar"') == 6
        assert "<dt>Kā to aprēķina</dt><dd>=subsīdijas / pakalpojumi</dd>" in html
        assert '<span class="app-quiet">nav zināms</span>' in html
        assert "style=" not in html
        assert "<b>" not in html

    def test_without_rows_says_so_on_a_page(self) -> None:
        with speaking("lv"):
            html = compiled()._jinja.from_string("{{ ui.sheet(sheet) }}").render(sheet=replace(SHEET, rows=()))
        assert "<table" not in html
        assert str(SHEET.title) in html


class TestACsvFile:
    @pytest.mark.parametrize(
        ("language", "line"),
        [
            ("lv", "Ķekava;12345;82,6%;1234,57;7,3;2026-09-30"),
            ("en", "Ķekava;12345;82.6%;1234.57;7.3;2026-09-30"),
        ],
    )
    def test_holds_numbers_and_days_as_spreadsheets_of_that_language_read_them(
        self, language: Language, line: str
    ) -> None:
        assert sheet_files.csv(SHEET, language).splitlines()[1] == line

    def test_runs_nothing_and_keeps_the_sign_of_a_number(self) -> None:
        lines = sheet_files.csv(SHEET, "lv").splitlines()
        assert lines[0] == "\ufeffCentrs;Pakalpojumi;Daļa;Izmaksas;Minūtes;Līdz"
        assert lines[2].startswith("\"'=HYPERLINK(")
        assert lines[2].endswith(";nav zināms;par maz;–")
        assert lines[3] == "Ādaži;-5;12,3%;-3,10;0,0;2026-01-02"
        assert lines[5] == "Kā to aprēķina;'=subsīdijas / pakalpojumi"


class TestAWorkbook:
    def test_holds_real_numbers_days_and_shares_and_no_formula(self) -> None:
        book = openpyxl.load_workbook(BytesIO(sheet_files.xlsx(REPORT, "lv")))
        tab = book.worksheets[0]
        assert [cell.value for cell in tab[2]] == ["Ķekava", 12345, 0.8255, 1234.565, 7.25, datetime(2026, 9, 30)]  # noqa: DTZ001 - as it is read
        assert tab["C2"].number_format == "0.0%"
        assert tab["F2"].is_date
        assert [cell.value for cell in tab[3]] == [EVIL, 0, 0, "nav zināms", "par maz", "–"]
        assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
        assert tab.freeze_panes == "A2"
        assert all(cell.hyperlink is None for row in tab.iter_rows() for cell in row)

    def test_names_each_tab_once_and_explains_the_figures_on_the_last(self) -> None:
        book = openpyxl.load_workbook(BytesIO(sheet_files.xlsx(REPORT, "lv")))
        assert book.sheetnames == ["Izmaksas Ķekavas un Ādažu 2026", "Izmaksas Ķekavas un Ādažu 202 2", "Piezīmes"]
        told = [[cell.value for cell in row] for row in book["Piezīmes"].iter_rows()]
        assert [SHEET.title, "Kā to aprēķina", "=subsīdijas / pakalpojumi"] in told
        assert ["Par ko", "", REPORT.told[0]] in told

    def test_is_the_same_file_each_time(self) -> None:
        assert sheet_files.xlsx(REPORT, "lv") == sheet_files.xlsx(REPORT, "lv")


class TestJson:
    def test_says_why_there_is_no_number(self) -> None:
        found = json.loads(sheet_files.json(SHEET, "en"))
        assert found["rows"][0] == {
            "centre": "Ķekava",
            "services": 12345,
            "share": 0.8255,
            "cost": 1234.565,
            "time": 7.25,
            "until": "2026-09-30",
        }
        assert found["rows"][1]["cost"] is None
        assert found["rows"][1]["missing"] == {"cost": "unknown", "time": "too_few", "until": "not_applicable"}
        assert found["columns"][0] == {"key": "centre", "name": "Centre", "kind": "text"}
        assert found["notes"][1] == {"kind": "source", "text": "VARAM"}

    def test_of_a_report_says_what_it_is(self) -> None:
        found = json.loads(sheet_files.json(REPORT, "lv"))
        assert found["made_at"] == "2026-10-05T07:00:00Z"
        assert [sheet["name"] for sheet in found["sheets"]] == ["costs", "costs"]


@pytest.fixture(scope="module")
def paper() -> pypdf.PdfReader:
    rows = tuple(
        (f"Ķīļčuža {number} #strong[x]", number, 0.5, Decimal(1), 1.0, date(2026, 1, 1)) for number in range(80)
    )
    return pypdf.PdfReader(BytesIO(sheet_paper.pdf(replace(REPORT, sheets=(replace(SHEET, rows=rows),)), "lv")))


class TestAPdf:
    def test_repeats_its_heading_row_and_numbers_its_pages(self, paper: pypdf.PdfReader) -> None:
        texts = [page.extract_text() for page in paper.pages]
        assert len(texts) >= 3
        assert "Viss tīkls, 2026. gada 3. ceturksnis." in texts[0]
        assert all("Pakalpojumi" in text for text in texts[1:])
        assert all(f"{number} / {len(texts)}" in text for number, text in enumerate(texts, 1))

    def test_prints_latvian_letters_and_reads_nothing_as_markup(self, paper: pypdf.PdfReader) -> None:
        assert "Ķīļčuža 7 #strong[x]" in "".join(page.extract_text() for page in paper.pages)

    def test_can_be_read_aloud(self, paper: pypdf.PdfReader) -> None:
        root: Any = paper.trailer["/Root"]
        assert root["/Lang"] == "lv"
        assert root["/MarkInfo"]["/Marked"]
        assert {"/H1", "/Table", "/TH", "/TD"} <= tags(root["/StructTreeRoot"]["/K"])
        assert paper.metadata is not None
        assert paper.metadata.title == REPORT.title

    def test_is_the_same_file_each_time(self) -> None:
        assert sheet_paper.pdf(REPORT, "lv") == sheet_paper.pdf(REPORT, "lv")

    def test_of_a_sheet_without_rows_says_so(self) -> None:
        made = sheet_paper.pdf(replace(REPORT, sheets=(replace(SHEET, rows=()),)), "en")
        assert "There is nothing to show." in pypdf.PdfReader(BytesIO(made)).pages[-1].extract_text()


def tags(element: object) -> set[str]:
    """The kinds of a PDF's structure elements."""
    found = element.get_object() if isinstance(element, pypdf.generic.IndirectObject) else element
    if isinstance(found, list):
        return set().union(*(tags(each) for each in found))
    if not isinstance(found, dict):
        return set()
    return {str(found["/S"])} | tags(found.get("/K", [])) if "/S" in found else set()


class TestTheTerminal:
    def test_shows_the_same_words_and_reads_nothing_as_markup(self, shown: Callable[[Report], str]) -> None:
        text = shown(REPORT)
        assert "12 345" in text.replace("\xa0", " ")
        assert "[bold]y[/bold]" in text
        assert "Kā to aprēķina: =subsīdijas / pakalpojumi" in text


@pytest.fixture
def shown() -> Callable[[Report], str]:
    def show(report: Report) -> str:
        file = StringIO()
        sheet_terminal.show(report, "lv", Console(file=file, width=200))
        return file.getvalue()

    return show

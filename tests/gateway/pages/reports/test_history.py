"""The page of published figures, and the same taken home as a file."""

import json
from io import BytesIO

import openpyxl
import pypdf
import pytest

from gateway.people.roles import Role
from tests.gateway.callers import Caller, Callers
from tests.gateway.pages.reports.conftest import events
from tests.gateway.reports.network import take_all_in


@pytest.fixture
def manager(callers: Callers) -> Caller:
    return callers.staff(Role.MANAGER)


class TestPublishedFigures:
    def test_without_any_it_says_how_they_are_taken_in(self, manager: Caller) -> None:
        assert "pilnvara report import" in manager.get("/figures/history").text

    def test_show_what_was_published_and_what_is_not_known(self, callers: Callers, manager: Caller) -> None:
        take_all_in(callers.parts.database, callers.parts.clock)
        text = manager.get("/figures/history").text
        for shown in ("12.00", "19.88", "12.97", "122,964", "not known", "249.35"):
            assert shown in text, shown

    def test_hold_the_same_numbers_as_a_spreadsheet_a_pdf_and_for_programs(
        self, callers: Callers, manager: Caller
    ) -> None:
        take_all_in(callers.parts.database, callers.parts.clock)
        book = openpyxl.load_workbook(BytesIO(manager.post("/figures/history/file", {"as": "xlsx"}).body))
        assert [row[1].value for row in book.worksheets[0].iter_rows(min_row=2)] == [72, 34, 21, 17, 5]
        found = json.loads(manager.post("/figures/history/file", {"as": "json"}).body)
        assert [row["rows"] for row in found["sheets"][0]["rows"]] == [72, 34, 21, 17, 5]
        paper = pypdf.PdfReader(BytesIO(manager.post("/figures/history/file", {"as": "pdf"}).body))
        text = "".join(page.extract_text() for page in paper.pages)
        assert "Ozolnieku" in text
        assert "34" in text
        assert [event["as"] for event in events(callers, "manager:report:exported")] == ["xlsx", "json", "pdf"]

    def test_are_not_for_assistants(self, callers: Callers) -> None:
        assert callers.staff(Role.ASSISTANT).get("/figures/history").status == 403

"""The report of a quarter: the same numbers on the page, in a spreadsheet, in a PDF and for programs."""

import json
import re
from io import BytesIO

import openpyxl
import pypdf
import pytest

from gateway.people.roles import Role
from tests.gateway.callers import Caller, Callers
from tests.gateway.pages.reports.conftest import events
from tests.gateway.reports.filled import fill

HERE = "/figures/reports?period=2026-Q3"
ASKED = {"period": "2026-Q3", "place": "network"}


@pytest.fixture
def owner(callers: Callers) -> Caller:
    fill(callers.parts.database, 4, callers.clock.now())
    return callers.staff(Role.NETWORK_OWNER)


def numbers(text: str) -> list[str]:
    """Every number of a text with two decimal places."""
    return re.findall(r"\d[\d,]*\.\d\d(?!\d)", text)


class TestTheReportOfAQuarter:
    def test_holds_the_same_numbers_on_the_page_in_files_and_for_programs(
        self, callers: Callers, owner: Caller
    ) -> None:
        page = owner.get(HERE).text
        found = json.loads(owner.post("/figures/reports/file", ASKED | {"as": "json"}).body)
        sheets = {sheet["name"]: sheet for sheet in found["sheets"]}
        costs = [row["each"] for row in sheets["cost_by_centre"]["rows"] if row["centre"].startswith("Centrs 0")]
        assert costs == pytest.approx([18400 / n for n in (80, 88, 96, 104)])
        assert all(f"{each:,.2f}" in page for each in costs)
        book = openpyxl.load_workbook(BytesIO(owner.post("/figures/reports/file", ASKED | {"as": "xlsx"}).body))
        titles = [str(sheet["title"])[:20] for sheet in found["sheets"]]
        assert [tab[:20] for tab in book.sheetnames[:-1]] == [re.sub(r"[\[\]:*?/\\']", " ", each) for each in titles]
        tab = next(tab for tab in book.worksheets if tab["F1"].value == "Euros a service")
        assert [
            row[5].value for row in tab.iter_rows(min_row=2) if str(row[0].value).startswith("Centrs 0")
        ] == pytest.approx(costs)
        paper = pypdf.PdfReader(BytesIO(owner.post("/figures/reports/file", ASKED | {"as": "pdf"}).body))
        text = "".join(each.extract_text() for each in paper.pages)
        table = page.partition("<main")[2].partition("</main")[0]
        assert set(numbers(re.sub(r"<[^>]+>", " ", table))) <= set(numbers(text))
        exported = [(each["as"], each["place"]) for each in events(callers, "manager:report:exported")]
        assert exported == [("json", "network"), ("xlsx", "network"), ("pdf", "network")]

    def test_of_a_manager_is_of_the_own_centre_whatever_is_asked(self, callers: Callers, owner: Caller) -> None:
        manager = callers.staff(Role.MANAGER)
        for place in ("network", "centre:nothing", ""):
            text = manager.get(f"{HERE}&place={place}").text
            assert "Centrs 00" not in text
            given = json.loads(manager.post("/figures/reports/file", ASKED | {"as": "json"}).body)
            assert "Centrs 00" not in json.dumps(given)

    def test_of_a_place_that_is_none_is_not_there(self, owner: Caller) -> None:
        assert owner.get(f"{HERE}&place=centre:nothing").status == 404
        assert owner.get(f"{HERE}&place=service:x").status == 404

    def test_without_anything_counted_says_what_is_not_known(self, callers: Callers) -> None:
        text = callers.staff(Role.MANAGER).get(HERE).text
        assert "not known" in text

"""`pilnvara report` as an operator types it."""

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pypdf
import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.database.engine import Database
from gateway.reports.history_tables import HistoryKind
from tests.gateway.reports.filled import fill
from tests.gateway.reports.network import FILES

Pilnvara = Callable[..., Result]
COSTS = str(FILES[HistoryKind.COSTS])
TOLD = ("--source", "The plan", "--as-of", "2018-11-30", "--from", "2017-01", "--until", "2018-09")


@pytest.fixture
def pilnvara(tmp_path: Path, ready_file: Path) -> Pilnvara:
    """Types a command on a machine of the test's own."""
    environment = {"PILNVARA_DATA_DIR": str(tmp_path / "data"), "PILNVARA_DATABASE_URL": f"sqlite:///{ready_file}"}
    return lambda *arguments: CliRunner().invoke(main, ("report", *arguments), env=environment)


class TestImporting:
    def test_takes_in_shows_and_takes_back(self, pilnvara: Pilnvara) -> None:
        taken = pilnvara("import", COSTS, "--kind", "costs", *TOLD)
        assert taken.exit_code == 0, taken.output
        assert "77 rows, 0 of a centre" in taken.output
        assert "nothing was changed" in pilnvara("import", COSTS, "--kind", "costs", *TOLD).output
        shown = json.loads(pilnvara("history", "--format", "json", "--language", "en").output)
        assert [row["rows"] for row in shown["sheets"][0]["rows"]] == [72, 34, 21, 17, 5]
        assert "19,88" in pilnvara("history").output
        assert pilnvara("take-back", taken.output.split()[0]).exit_code == 0
        assert json.loads(pilnvara("history", "--format", "json").output)["sheets"] == []

    def test_names_the_line_of_what_is_wrong_and_takes_nothing_in(self, pilnvara: Pilnvara, tmp_path: Path) -> None:
        wrong = tmp_path / "wrong.csv"
        wrong.write_text(Path(COSTS).read_text(encoding="utf-8").replace("21.09", "21,0,9"), encoding="utf-8")
        refused = pilnvara("import", str(wrong), "--kind", "costs", *TOLD)
        assert refused.exit_code == 2
        assert "line 3: There are 5 values where 3 belong." in refused.output
        assert "Nothing was taken in." in refused.output
        assert json.loads(pilnvara("history", "--format", "json").output)["sheets"] == []

    def test_refuses_a_month_that_is_none(self, pilnvara: Pilnvara) -> None:
        refused = pilnvara("import", COSTS, "--kind", "costs", *TOLD[:-1], "2018-13")
        assert refused.exit_code == 2
        assert "no month such as 2017-01" in refused.output

    def test_says_that_there_is_no_such_centre(self, pilnvara: Pilnvara) -> None:
        refused = pilnvara("place", "nowhere", "--latitude", "57", "--longitude", "24", "--source", "map")
        assert refused.exit_code == 2
        assert "there is no centre nowhere" in refused.output


class TestTheReportOfAQuarter:
    @pytest.fixture
    def network(self, pilnvara: Pilnvara, tmp_path: Path) -> Pilnvara:
        assert pilnvara("history").exit_code == 0  # makes the tables
        with closing(Database.open(f"sqlite:///{tmp_path}/pilnvara.db")) as database:
            fill(database, 3, datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
        return pilnvara

    def test_is_written_as_a_pdf_a_spreadsheet_and_for_programs_with_the_same_numbers(
        self, network: Pilnvara, tmp_path: Path
    ) -> None:
        for name in ("q.pdf", "q.xlsx", "q.json"):
            made = network("quarter", "2026-Q3", "--out", str(tmp_path / name))
            assert made.exit_code == 0, made.output
        found = json.loads((tmp_path / "q.json").read_bytes())
        costs = next(sheet for sheet in found["sheets"] if sheet["name"] == "cost_by_centre")["rows"]
        assert [row["each"] for row in costs] == pytest.approx([18400 / n for n in (80, 88, 96)])
        book = openpyxl.load_workbook(tmp_path / "q.xlsx")
        tab = next(tab for tab in book.worksheets if tab["F1"].value == "Eiro par pakalpojumu")
        assert [row[5].value for row in tab.iter_rows(min_row=2)] == pytest.approx([row["each"] for row in costs])
        text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "q.pdf").pages)
        assert "230,00" in text
        shown = network("quarter", "2026-Q3").output
        assert "230,00" in shown
        assert "Viss tīkls" in shown.splitlines()[0]

    def test_says_what_is_not_written_down_and_what_to_do(self, network: Pilnvara, tmp_path: Path) -> None:
        def missing(period: str) -> dict[str, int]:
            made = network("quarter", period, "--language", "en", "--out", str(tmp_path / f"{period}.json"))
            assert made.exit_code == 0, made.output
            sheets = {each["name"]: each for each in json.loads((tmp_path / f"{period}.json").read_bytes())["sheets"]}
            return {row["what"]: row["centres"] for row in sheets["not_set"]["rows"]}

        assert missing("2026-Q3") == {"An improvement": 3}
        every = {"Subsidies of the whole period": 3, "A target for these months": 3, "An improvement": 3}
        assert missing("2025-Q3") == every

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("2026-Q5",), "no quarter"),
            (("2026-Q3", "--out", "a.doc"), "ends in .pdf"),
            (("2026-Q3", "--centre", "nowhere"), "no such place"),
            (("2026-Q3", "--centre", "a", "--region", "b"), "one place only"),
        ],
    )
    def test_that_cannot_be_made_says_why(self, network: Pilnvara, arguments: tuple[str, ...], says: str) -> None:
        refused = network("quarter", *arguments)
        assert refused.exit_code == 2
        assert says in refused.output

"""`pilnvara report` as an operator types it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.reports.history_tables import HistoryKind
from tests.gateway.reports.network import FILES

Pilnvara = Callable[..., Result]
COSTS = str(FILES[HistoryKind.COSTS])
TOLD = ("--source", "The plan", "--as-of", "2018-11-30", "--from", "2017-01", "--until", "2018-09")


@pytest.fixture
def pilnvara(tmp_path: Path) -> Pilnvara:
    """Types a command on a machine of the test's own."""
    environment = {"PILNVARA_DATA_DIR": str(tmp_path / "data"), "PILNVARA_DATABASE_URL": f"sqlite:///{tmp_path}/a.db"}
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

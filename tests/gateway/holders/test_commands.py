"""The operator reads and issues statements, and holds an institution's list against ours, in the terminal."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from tests.gateway.holders.conftest import OURS
from tests.gateway.holders.test_filings import one_of_each
from tests.gateway.visits.counter import Counter


@pytest.fixture
def run(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command on the counter's database and keys."""
    settings = counter.store.settings
    monkeypatch.setenv("PILNVARA_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PILNVARA_DATA_DIR", str(settings.data_dir))
    one_of_each(counter)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["report", *arguments])

    return call


def test_a_statement_is_read_and_issued_once_it_can_be(run: Any) -> None:
    drafted = run("statement", OURS, "2026-11", "--format", "json", "--language", "en")
    assert drafted.exit_code == 0, drafted.output
    (sheet,) = msgspec.json.decode(drafted.stdout)["sheets"]
    assert [row["count"] for row in sheet["rows"]] == [1]
    assert "Slimības pabalsts" in run("statement", OURS, "2026-11").stdout
    future = run("statement", OURS, "2199-01", "--issue")
    assert (future.exit_code, future.stderr) == (2, "pilnvara: 2199-01 is not over\n")
    assert run("statement", OURS, "2026-10", "--issue").exit_code == 0
    assert "issued before" in run("statement", OURS, "2026-10", "--issue").stderr
    assert run("statement", OURS, "October").exit_code == 2
    assert "VSAA" in run("statement", "Nobody", "2026-11").stderr


def test_a_list_is_held_against_ours_and_the_exit_code_says_how_it_came_out(run: Any, tmp_path: Path) -> None:
    given = tmp_path / "received.csv"
    given.write_text("reference;received_at\nSP-2026-000001;2026-11-02\n", "utf-8")
    same = run("reconcile", OURS, str(given))
    assert same.exit_code == 0, same.output
    assert "1  in both" in same.stdout
    given.write_text("reference;received_at\nSP-9;2026-11-02\n", "utf-8")
    different = run("reconcile", OURS, str(given), "--json")
    assert different.exit_code == 1
    assert msgspec.json.decode(different.stdout)["counts"]["only_theirs"] == 1
    assert "it may be the doubt" in run("reconcile", OURS, str(given)).stdout
    given.write_text("reference;received_at\nSP-9;now\n", "utf-8")
    wrong = run("reconcile", OURS, str(given))
    assert (wrong.exit_code, "line 2: no_time" in wrong.stderr) == (2, True)

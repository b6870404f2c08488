"""A command that goes on to this gateway's keys imports no package that the operator has not allowed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.sdk import packages, registry
from gateway.cli import main

MODULE = "somebodys_connector"
NAME = "lv.example.somebodys"


@pytest.fixture
def a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A third party's package that nobody has looked at; it cannot be imported without being noticed."""
    tmp_path.joinpath(f"{MODULE}.py").write_text("CONNECTOR = None\n")
    described = tmp_path / f"{MODULE}-1.dist-info"
    described.mkdir()
    described.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: somebodys-connector\nVersion: 1\n")
    described.joinpath("entry_points.txt").write_text(f"[{packages.GROUP}]\n{NAME} = {MODULE}:CONNECTOR\n")
    monkeypatch.setenv("PILNVARA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.syspath_prepend(tmp_path)
    registry.forget()
    yield
    registry.forget()
    sys.modules.pop(MODULE, None)


@pytest.mark.parametrize("command", [("check", NAME, "--record"), ("accept-drift", NAME, "--propose", "Why")])
def test_that_was_not_allowed_is_refused_before_it_is_imported(a_package: None, command: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(main, ["connectors", *command, "--portal-url", "https://test.portal.example"])
    assert (answer.exit_code, MODULE in sys.modules) == (2, False)
    assert "somebodys-connector 1 brings connectors and is not allowed" in answer.stderr

"""Whether every measure of the bench still can be taken; its figures are `make bench`'s own matter.

Each is taken for real, at its smallest size, on the servers and in the process that other tests use too.
"""

import math
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import MEASURES
from tests.benchmarks.effort import QUICK
from tests.benchmarks.figures import Figure
from tests.benchmarks.gateways import KINDS
from tests.databases import Databases, PostgresqlDatabases, SqliteDatabases

APART = {
    "connector": "tests/connectors/test_figures.py",
    "costs": "tests/connectors/test_figures.py",
    "many": "tests/flow/endings/test_figures.py",
    "processes": "tests/flow/endings/test_figures.py",
}
"""Measures of what runs already where these tests are."""


@pytest.mark.parametrize("name", sorted(MEASURES.keys() - APART))
def test_a_measure_yields_figures(
    name: str, sqlite_databases: SqliteDatabases, postgresql_databases: PostgresqlDatabases
) -> None:
    databases: dict[str, Databases] = dict(zip(KINDS, (sqlite_databases, postgresql_databases), strict=True))
    figures = list(MEASURES[name](QUICK, databases))
    assert figures
    for figure in figures:
        assert_means_something(figure)


def test_what_runs_already_elsewhere_is_measured_there() -> None:
    project = Path(__file__).parents[2]
    assert MEASURES.keys() >= APART.keys()
    for name, path in APART.items():
        assert f"{name}.figure" in (project / path).read_text(encoding="utf-8")


def assert_means_something(figure: Figure) -> None:
    """Figures of `QUICK` mean nothing but that they were taken."""
    assert math.isfinite(figure.value), figure
    assert figure.value > 0, figure
    assert figure.ratio is None or figure.ratio > 0, figure

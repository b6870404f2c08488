"""Whether every measure of the bench still can be taken; its figures are `make bench`'s own matter."""

import json
import math
import subprocess
import sys

from tests.benchmarks.__main__ import MEASURES


def test_every_measure_yields_figures() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found.keys() == MEASURES.keys()
    for figures in found.values():
        assert figures
        for figure in figures:
            assert math.isfinite(figure["value"]), figure
            assert figure["value"] > 0, figure
            assert figure["ratio"] is None or figure["ratio"] > 0, figure

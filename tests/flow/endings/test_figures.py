"""Whether `make bench` can still take what it says of processes and of many filings; of those that other tests use."""

from tests.benchmarks import many, processes
from tests.benchmarks.effort import QUICK
from tests.benchmarks.test_smoke import assert_means_something
from tests.flow.endings.conftest import ON_SQLITE
from tests.flow.endings.counter import Counter


@ON_SQLITE
def test_processes_are_looked_at_while_idle_and_while_they_file(counter: Counter) -> None:
    for figure in (*processes.figures(counter.stack, QUICK), *many.figures(counter, QUICK)):
        assert_means_something(figure)

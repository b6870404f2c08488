"""Whether `make bench` can still take what it says of processes; of those that other tests use."""

from gateway.demo.stack import Stack
from tests.benchmarks import processes
from tests.benchmarks.effort import QUICK
from tests.benchmarks.test_smoke import assert_means_something
from tests.flow.endings.conftest import ON_SQLITE


@ON_SQLITE
def test_idle_processes_are_looked_at(stack: Stack) -> None:
    for figure in processes.figures(stack, QUICK):
        assert_means_something(figure)

"""How many filings an hour one machine carries, and what four at once hold in memory.

Gateway, worker and the stand-in portals run as processes of their own, as they do for real, on all cores of this
machine. For four residents whose delegation is granted the form is filled in at once; when all four are held for their
yes, each yes is said, and the next four begin once all are filed. People's time is apart.
"""

import os
import statistics
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.demo.codes import Codes
from gateway.demo.ports import Ports
from gateway.demo.stack import Stack
from gateway.visits.view import Stage
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.benchmarks.processes import descendants, memory_of
from tests.databases import Databases
from tests.flow.endings.counter import Counter

AIM_MB = 700.0
_HOUR = 3600
_LOOK_SECONDS = 0.1


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """On a stack of its own, on SQLite."""
    del databases
    with TemporaryDirectory(prefix="pilnvara-bench-") as folder:
        stack = Stack(Path(folder), Ports.free())
        try:
            stack.start()
            counter = Counter.open(stack, Codes())
            yield from figures(counter, effort)
            counter.close()
        finally:
            stack.stop()


def figures(counter: Counter, effort: Effort) -> Iterator[Figure]:
    """What the worker behind a counter does with as many at once as `effort` says."""
    with _watched(counter.stack.processes["worker"].pid) as most:
        seconds = [_file(counter, effort.at_once) for _ in range(effort.batches)]
    yield Figure(
        name=f"filings an hour, {effort.at_once} at once",
        value=effort.at_once / statistics.median(seconds) * _HOUR,
        unit="/h",
        beside=f"{os.cpu_count()} cores, gateway and portal on them too, load {os.getloadavg()[0]:.0f}; "
        f"{min(seconds):.1f} to {max(seconds):.1f} s each time",
    )
    yield Figure(
        name=f"worker with its browser, {effort.at_once} at once, most",
        value=most[0],
        unit="MB",
        beside="process, browser and its driver together",
        aims=(Aim("MB", most[0], AIM_MB),),
    )


def _file(counter: Counter, at_once: int) -> float:
    """Seconds from the answers until all are filed."""
    cases = [counter.visit().granted() for _ in range(at_once)]
    started = time.perf_counter()
    for case in cases:
        case.desk.look_at(case.visit_id)
        case.desk.answer(case.answers)
    for case in cases:
        case.wait_for(Stage.PERMIT)
    for case in cases:
        case.phone.approve(case.resident)
    for case in cases:
        case.wait_for(Stage.FILED)
    taken = time.perf_counter() - started
    for case in cases:
        case.desk.end(case.visit_id)
    counter.send_home()
    return taken


@contextmanager
def _watched(pid: int) -> Iterator[list[float]]:
    """The most memory, in MB, that a process and those that it has started hold together meanwhile."""
    most, is_over = [0.0], threading.Event()

    def look() -> None:
        while not is_over.wait(_LOOK_SECONDS):
            most[0] = max(most[0], sum(map(memory_of, [pid, *descendants(pid)])))

    with ThreadPoolExecutor(max_workers=1) as beside:
        looking = beside.submit(look)
        try:
            yield most
        finally:
            is_over.set()
        looking.result()  # What ended the looking before its time ends the measurement: the rest was seen by nobody.

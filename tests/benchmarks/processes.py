"""What the two processes take while nobody asks anything: memory, and the worker's CPU."""

import contextlib
import http.client
import os
import resource
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.demo.ports import Ports
from gateway.demo.stack import Stack
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.databases import Databases

AIM_MB = 150.0
_PATIENCE = 60.0
_PAGES = ("/", "/sign-in", "/a", "/log/vkey")
_TIMES = 20
_TICKS = os.sysconf("SC_CLK_TCK")
_MB = 1024 * 1024


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Both processes as they are run, on an SQLite database of their own."""
    del databases
    with TemporaryDirectory(prefix="pilnvara-bench-") as folder:
        stack = Stack(Path(folder), Ports.free())
        try:
            stack.seed()
            stack.start_gateway()
            stack.start_worker()
            yield from figures(stack, effort)
        finally:
            stack.stop()


def figures(stack: Stack, effort: Effort) -> Iterator[Figure]:
    """What gateway and worker of a stack take that answers nobody else."""
    gateway, worker = stack.processes["gateway"].pid, stack.processes["worker"].pid
    _look_around(stack.ports.gateway)
    _wait_for_children(worker)
    time.sleep(effort.idle_seconds)
    memory = memory_of(gateway)
    yield Figure(
        name="gateway, idle",
        value=memory,
        unit="MB",
        beside=f"after {_TIMES * len(_PAGES)} requests; CPU {_cpu_share(gateway, effort.idle_seconds):.1%} of a core",
        aims=(Aim("MB", memory, AIM_MB),),
    )
    own, browser = memory_of(worker), sum(map(memory_of, descendants(worker)))
    yield Figure(
        name="worker, idle",
        value=own,
        unit="MB",
        beside=f"and {browser:.0f} MB for its browser; "
        f"CPU of all {_cpu_share(worker, effort.idle_seconds):.1%} of a core",
    )


def _wait_for_children(pid: int) -> None:
    """Until the browser is warm: its processes are no longer becoming more."""
    deadline = time.monotonic() + _PATIENCE
    before = -1
    while time.monotonic() < deadline:
        now = len(descendants(pid))
        if now and now == before:
            return
        before = now
        time.sleep(0.5)
    raise RuntimeError("the worker started no browser")


def _look_around(port: int) -> None:
    for path in _PAGES * _TIMES:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", path, headers={"Accept": "text/html"})
        connection.getresponse().read()
        connection.close()


def memory_of(pid: int) -> float:
    """MB that a process has for itself, with its part of what it shares; all that it maps where that is not told."""
    folder = Path(f"/proc/{pid}")
    try:
        with contextlib.suppress(PermissionError, StopIteration):
            lines = (folder / "smaps_rollup").read_text(encoding="ascii").splitlines()
            return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
        pages = int((folder / "statm").read_text(encoding="ascii").split()[1])
    except (ProcessLookupError, FileNotFoundError, IndexError):
        return 0.0  # It has just ended; what is left of it in the table of processes maps nothing.
    return pages * resource.getpagesize() / _MB


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == pid:
                child = int(stat.parent.name)
                found += [child, *descendants(child)]
    return found


def _cpu_share(pid: int, seconds: float) -> float:
    """Share of one core that a process and those it started use while `seconds` pass."""
    watched = [pid, *descendants(pid)]
    before, started = sum(map(_ticks, watched)), time.monotonic()
    time.sleep(max(seconds, 0.5))
    return (sum(map(_ticks, watched)) - before) / _TICKS / (time.monotonic() - started)


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])

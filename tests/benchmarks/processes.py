"""What the two processes take while nobody asks anything: memory, and the worker's CPU."""

import contextlib
import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.browser import find_browser
from tests.databases import Databases

AIM_MB = 150.0
_PATIENCE = 60.0
_PAGES = ("/", "/sign-in", "/a", "/log/vkey")
_TIMES = 20
_START = "from gateway.cli import main; main()"
_TICKS = os.sysconf("SC_CLK_TCK")
_MB = 1024 * 1024


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Both processes as they are run, on an SQLite database of their own."""
    with TemporaryDirectory(prefix="pilnvara-bench-") as folder:
        port = _free_port()
        environment = _environment(Path(folder), port)
        with _process("serve", environment) as gateway:
            _wait_for(gateway, port)
            _look_around(port)
            time.sleep(effort.idle_seconds)
            memory = _memory(gateway.pid)
            cpu = _cpu_share(gateway.pid, effort.idle_seconds)
            yield Figure(
                name="gateway, idle",
                value=memory,
                unit="MB",
                beside=f"after {_TIMES * len(_PAGES)} requests; CPU {cpu:.1%} of a core",
                aims=(Aim("MB", memory, AIM_MB),),
            )
        with _process("worker", environment) as worker:
            _wait_for_children(worker)
            time.sleep(effort.idle_seconds)
            own, browser = _memory(worker.pid), sum(_memory(pid) for pid in _descendants(worker.pid))
            cpu = _cpu_share(worker.pid, effort.idle_seconds)
            yield Figure(
                name="worker, idle",
                value=own,
                unit="MB",
                beside=f"and {browser:.0f} MB for its browser; CPU of all {cpu:.1%} of a core",
            )


def _environment(folder: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PILNVARA_")}
    chromium = os.environ.get("PILNVARA_CHROMIUM") or find_browser()
    return kept | {
        "PILNVARA_DATA_DIR": str(folder / "data"),
        "PILNVARA_URL": f"http://localhost:{port}",
        "PILNVARA_LISTEN": f"127.0.0.1:{port}",
        **({"PILNVARA_CHROMIUM": chromium} if chromium else {}),
    }


@contextmanager
def _process(command: str, environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", _START, command], env=dict(environment), stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"`pilnvara serve` did not answer; it ended with {process.poll()}")


def _wait_for_children(process: "subprocess.Popen[bytes]") -> None:
    """Until the browser is warm: its processes are no longer becoming more."""
    deadline = time.monotonic() + _PATIENCE
    before = -1
    while time.monotonic() < deadline and process.poll() is None:
        now = len(_descendants(process.pid))
        if now and now == before:
            return
        before = now
        time.sleep(0.5)
    raise RuntimeError(f"`pilnvara worker` started no browser; it ended with {process.poll()}")


def _look_around(port: int) -> None:
    for path in _PAGES * _TIMES:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", path, headers={"Accept": "text/html"})
        connection.getresponse().read()
        connection.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _memory(pid: int) -> float:
    """MB that a process has for itself, with its part of what it shares; all that it maps where that is not told."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    except (PermissionError, StopIteration):
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / _MB
    except ProcessLookupError:
        return 0.0


def _descendants(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == pid:
                child = int(stat.parent.name)
                found += [child, *_descendants(child)]
    return found


def _cpu_share(pid: int, seconds: float) -> float:
    """Share of one core that a process and those it started use while `seconds` pass."""
    watched = [pid, *_descendants(pid)]
    before, started = sum(map(_ticks, watched)), time.monotonic()
    time.sleep(max(seconds, 0.5))
    return (sum(map(_ticks, watched)) - before) / _TICKS / (time.monotonic() - started)


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])

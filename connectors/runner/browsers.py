"""The warm browsers of one worker: one for each package of connectors, replaced between runs when it has grown old."""

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path

from connectors.browser.isolation import Level
from connectors.runner.api import RunnerSettings
from connectors.runner.child import Child, swept_root
from connectors.runner.errors import PackageRefusedError
from connectors.sdk import registry
from connectors.sdk.packages import PackageNotAllowedError

_log = logging.getLogger(__name__)
_PROC = Path("/proc")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_EACH = 10
"""After as many runs it is looked at how much memory a browser has."""


class Browsers:
    """Starts browsers, and knows which one a connector's code runs in."""

    def __init__(self, settings: RunnerSettings) -> None:
        self._settings = settings
        self._root: Path | None = None
        self._children: dict[str, Child] = {}
        self._runs: dict[str, int] = {}
        self._starting: dict[str, asyncio.Lock] = {}

    async def open(self) -> None:
        """Sweep what dead workers left."""
        self._root = await asyncio.to_thread(swept_root, self._settings.temp_root)

    async def close(self) -> None:
        """End all."""
        for child in self._children.values():
            await child.stop()
        self._children.clear()

    def pids(self) -> tuple[int, ...]:
        """Of those that live."""
        return tuple(child.pid for child in self._children.values() if not child.dead)

    def isolation(self) -> tuple[Level, ...]:
        """How far the kernel shuts each of them in."""
        return tuple(child.level for child in self._children.values() if not child.dead)

    async def of(self, package: str, gate: str, is_idle: Callable[[Child], bool]) -> Child:
        """The browser for `package`, for one more run; one that is dead, or `is_idle` and old, is replaced.

        Raises:
            ChildDiedError: none came up.
            PackageRefusedError: the package's files are not the allowed ones.
        """
        async with self._starting.setdefault(package, asyncio.Lock()):
            child = self._children.get(package)
            if child is not None and (child.dead or (is_idle(child) and self._is_old(package, child))):
                await child.stop()
                child = None
            if child is None:
                if package != registry.OWN_PACKAGE:
                    await self._ensure_allowed(package)
                if self._root is None:
                    raise RuntimeError("the runner is not started")
                child = await Child.start(self._settings, gate, self._root)
                self._children[package] = child
                self._runs[package] = 0
            self._runs[package] += 1
            return child

    async def _ensure_allowed(self, package: str) -> None:
        """Look once more: a file may have changed since the worker started."""
        try:
            await asyncio.to_thread(self._settings.ensure_allowed, package)
        except PackageNotAllowedError as error:
            _log.error("%s", error)
            raise PackageRefusedError(f"the package {package} is not as it was allowed") from None

    def _is_old(self, package: str, child: Child) -> bool:
        runs = self._runs[package]
        if runs >= self._settings.runs_per_browser:
            return True
        return runs % _EACH == 0 and memory_of(child.pid) > self._settings.browser_memory


def memory_of(pid: int) -> int:
    """Bytes that a process and all below it hold in memory; what they share is counted for each."""
    parents: dict[int, list[int]] = {}
    for folder in _PROC.glob("[0-9]*"):
        try:
            parent = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # It has just ended.
        parents.setdefault(parent, []).append(int(folder.name))
    family, found = [pid], 0
    while family:
        one = family.pop()
        family += parents.get(one, [])
        try:
            found += int(_PROC.joinpath(str(one), "statm").read_text().split()[1]) * _PAGE_BYTES
        except OSError:
            continue
    return found

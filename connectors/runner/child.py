"""The browser's process as the worker sees it: started clean, spoken to over one socket pair, gone with the worker.

It inherits that socket and nothing else: no environment of ours, no other open file, no secret.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from connectors.browser import messages as say
from connectors.browser.isolation import Level
from connectors.runner.api import RunnerSettings
from connectors.runner.errors import ChildDiedError
from connectors.sdk import registry

_START_TIMEOUT = 30.0
_REMOVE_TRIES = 100
_REMOVE_PAUSE = 0.05
_CODE_ROOT = Path(__file__).resolve().parents[2]

_SPARING = {"NODE_OPTIONS": "--max-semi-space-size=1 --max-old-space-size=192", "MALLOC_ARENA_MAX": "1"}
"""The browser's driver hands pictures on and forgets them: told so, it keeps 70 MB less for what comes next."""

Deliver = Callable[[say.Report], None]


class Child:
    """One warm browser process."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path, writer: asyncio.StreamWriter) -> None:
        self._process = process
        self._folder = folder
        self._writer = writer
        self._ready = asyncio.Event()
        self._inboxes: dict[str, Deliver] = {}
        self._on_death: dict[str, Callable[[], None]] = {}
        self.dead = False
        self.level = Level()
        """How far the kernel shuts it in."""
        self._reading: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @classmethod
    async def start(cls, settings: RunnerSettings, gate: str, temp_root: Path) -> "Child":
        """Start one and wait until its browser runs.

        Raises:
            ChildDiedError: it did not come up.
        """
        ours, theirs = socket.socketpair()
        folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=temp_root))
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "connectors.browser",
                str(theirs.fileno()),
                gate,
                *settings.connector_paths,
                *map(str, registry.folders()),
                env=_environment(settings, folder),
                cwd=folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=None if settings.show_child_errors else asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        finally:
            theirs.close()
        ours.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=ours)
        child = cls(process, folder, writer)
        child._reading = asyncio.create_task(child._read(reader))
        try:
            async with asyncio.timeout(_START_TIMEOUT):
                await child._ready.wait()
        except TimeoutError:
            await child.stop()
            raise ChildDiedError("the browser did not start in time") from None
        if child.dead:
            await child.stop()
            raise ChildDiedError("the browser did not start")
        return child

    def attach(self, run: str, deliver: Deliver, on_death: Callable[[], None]) -> None:
        """What the child reports of `run` goes to `deliver`; its death is told too."""
        self._inboxes[run], self._on_death[run] = deliver, on_death

    def detach(self, run: str) -> None:
        """Nobody listens for `run` any more."""
        self._inboxes.pop(run, None)
        self._on_death.pop(run, None)

    def say(self, command: say.Command) -> None:
        """Send one command; to a dead child it goes nowhere."""
        if not self.dead:
            self._writer.write(say.framed(command))

    async def stop(self) -> None:
        """End the process and forget its files."""
        self._writer.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        if self._reading is not None:
            await self._reading
        await asyncio.to_thread(_remove, self._folder)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                frame = await say.read_frame(reader)
                report = say.report_decoder.decode(frame) if frame is not None else None
            except ValueError:
                report = None  # A child that speaks another language is as good as dead.
            if report is None:
                break
            if isinstance(report, say.Ready):
                self.level = report.level
                self._ready.set()
            elif report.run in self._inboxes:
                self._inboxes[report.run](report)
        self.dead = True
        self._ready.set()
        for tell in tuple(self._on_death.values()):
            tell()


def _remove(folder: Path) -> None:
    """Remove a browser's files. Its processes write while they die, so it is tried until nothing is left.

    What is still there after some seconds is swept at the next start.
    """
    for _try in range(_REMOVE_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_REMOVE_PAUSE)


def swept_root(given: str | None) -> Path:
    """The folder of all browsers' files, ours alone, without what dead workers left: a killed browser cannot tidy up.

    Raises:
        PermissionError: somebody else owns it.
    """
    root = Path(given or Path(tempfile.gettempdir()) / f"pilnvara-runner-{os.getuid()}")
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    if root.stat().st_uid != os.getuid():
        raise PermissionError("the folder for temporary files belongs to somebody else")
    for folder in root.iterdir():
        owner = folder.name.partition("-")[0]
        if owner.isdigit() and not _lives(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
    return root


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _environment(settings: RunnerSettings, folder: Path) -> dict[str, str]:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "TZ": "Europe/Riga",
        "PYTHONPATH": os.pathsep.join([str(_CODE_ROOT), *settings.connector_paths]),
        "PYTHONDONTWRITEBYTECODE": "1",
        **_SPARING,
    }
    if settings.chromium:
        environment["PILNVARA_CHROMIUM"] = settings.chromium
    return environment

"""The child process: takes commands from one socket, keeps one warm browser, and ends with its parent."""

import asyncio
import ctypes
import os
import resource
import signal
import socket

from playwright.async_api import Browser, async_playwright

from connectors.browser import messages as say
from connectors.browser.isolation import Level
from connectors.browser.launch import launch
from connectors.browser.run import BrowserRun
from connectors.browser.turns import Turn

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
NO_CORE = (1, 1)
"""One byte is too little for a file, and by core(5) the one limit that a program which takes dumps heeds as well."""


def tie_to_parent() -> None:
    """Die with the parent, even when it is killed (prctl(2)), and leave no core file behind: it would hold values.

    What is started from here can be dumped again (execve(2)), but keeps the limit.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_DUMPABLE, 0)
    resource.setrlimit(resource.RLIMIT_CORE, NO_CORE)


async def serve(descriptor: int, gate: str, level: Level) -> None:
    """Carry out commands until the worker closes its end."""
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    async with async_playwright() as playwright:
        browser = await launch(playwright, gate)
        child = _Child(browser, writer)
        await child.tell(say.Ready(run="", version=browser.version, level=level))
        browser.on("disconnected", lambda _: os._exit(3))
        while (frame := await say.read_frame(reader)) is not None:
            await child.take(say.command_decoder.decode(frame))
        # Nobody waits for a tidy end any more: the browser's driver sees its pipe close and takes the browser with it.
        os._exit(0)


class _Child:
    """Which runs are open."""

    def __init__(self, browser: Browser, writer: asyncio.StreamWriter) -> None:
        self._browser = browser
        self._writer = writer
        self._turn = Turn()
        self._runs: dict[str, BrowserRun] = {}
        self._work: dict[str, set[asyncio.Task[None]]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def tell(self, report: say.Report) -> None:
        """Send one report to the worker. One that it would not read is the run's own trouble, and no other's."""
        frame = say.framed(report)
        if len(frame) > say.FRAME_LIMIT:
            frame = say.framed(say.Failed(run=report.run, reason="browser", detail="too large"))
        self._writer.write(frame)
        await self._writer.drain()

    async def take(self, command: say.Command) -> None:
        """Begin one command; what takes time goes on beside the others."""
        if isinstance(command, say.Proceed):
            if command.run in self._runs:
                self._runs[command.run].proceed()
            return
        if isinstance(command, say.Close):
            self._close(command.run)
            return
        task = asyncio.create_task(self._carry_out(command))
        self._work.setdefault(command.run, set()).add(task)
        task.add_done_callback(self._work[command.run].discard)

    async def _carry_out(self, command: say.Command) -> None:
        try:
            if isinstance(command, say.Open):
                self._runs[command.run] = await BrowserRun.open(self._browser, command, self.tell, self._turn)
            run = self._runs.get(command.run)
            if run is not None:
                await run.carry_out(command)
        except Exception as error:  # noqa: BLE001 - connector code may raise anything; only its kind is told
            await self.tell(say.Failed(run=command.run, reason="browser", detail=type(error).__name__))

    def _close(self, name: str) -> None:
        for task in self._work.pop(name, set()):
            task.cancel()
        run = self._runs.pop(name, None)
        if run is not None:
            closing = asyncio.create_task(run.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

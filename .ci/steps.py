"""A step of provisioning: what it makes, what that depends on, and what is said while it is done."""

import hashlib
import json
import os
import platform
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BUILD = PROJECT / ".build"
ENVIRONMENT = PROJECT / ".venv"
STAMPS = BUILD / "stamps"
LOG = BUILD / "provision.log"
QUIET_SECONDS = 15.0
"""How often a step that takes long says so where the output is no terminal."""


class ProvisionError(Exception):
    """A step cannot be done here; the message says what a person can do about it."""


class CommandError(ProvisionError):
    """A command of a step failed."""


@dataclass(frozen=True)
class Step:
    """One thing to have: `state` names everything it depends on, `present` whether it is still there."""

    name: str
    title: str
    make: Callable[[], str]
    state: Callable[[], object]
    present: Callable[[], bool]

    def digest(self) -> str:
        """A hash of everything that this step depends on."""
        return hashlib.sha256(json.dumps([self.state(), platform.python_version()]).encode()).hexdigest()


def carry_out(steps: list[Step], *, force: bool) -> None:
    """Do the steps in order, skipping what is as it was when it was last done."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    for number, step in enumerate(steps, start=1):
        label = f"[{number}/{len(steps)}] {step.title}"
        stamp = STAMPS / step.name
        if not force and stamp.is_file() and stamp.read_text(encoding="utf-8") == step.digest() and step.present():
            print(f"{label}: as it was", flush=True)
            continue
        print(f"{label} ...", flush=True)
        stamp.unlink(missing_ok=True)
        began = time.monotonic()
        outcome = step.make()
        stamp.write_text(step.digest(), encoding="utf-8")
        print(f"{label}: {outcome} ({time.monotonic() - began:.1f} s)", flush=True)


def run(*command: object, environment: dict[str, str] | None = None, doing: str = "") -> None:
    """Run a command, its output in the log, its progress on the screen.

    Raises:
        CommandError: it failed; the message ends with what it said.
    """
    words = [str(word) for word in command]
    if doing:
        print(f"      {doing}", flush=True)
    with LOG.open("ab") as log:
        log.write(f"\n$ {shlex.join(words)}\n".encode())
        log.flush()
        start = log.tell()
        process = subprocess.Popen(
            words,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **(environment or {})},
        )
        _wait(process)
    if process.returncode != 0:
        with LOG.open("rb") as log:
            log.seek(start)
            said = log.read().decode(errors="replace").strip()
        message = f"{shlex.join(words)} ended with {process.returncode}:\n{said[-3000:]}"
        raise CommandError(message)


def _wait(process: "subprocess.Popen[bytes]") -> None:
    began = said = time.monotonic()
    live = sys.stdout.isatty()
    while True:
        try:
            process.wait(timeout=0.5 if live else 1.0)
        except subprocess.TimeoutExpired:
            now = time.monotonic()
            if live:
                print(f"\r      {now - began:.0f} s", end="", flush=True)
            elif now - said >= QUIET_SECONDS:
                said = now
                print(f"      still working: {now - began:.0f} s", flush=True)
        else:
            if live:
                print("\r" + " " * 20 + "\r", end="", flush=True)
            return


def content(*paths: Path) -> list[tuple[str, str]]:
    """The names and hashes of files, and of those in folders."""
    files = sorted(file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())
    return [(str(file.relative_to(PROJECT)), hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]


def answers(program: str, *arguments: str) -> bool:
    """Whether a program is there, runs and is content."""
    try:
        tried = subprocess.run([program, *arguments], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0

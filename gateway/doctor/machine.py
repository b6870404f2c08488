"""Looks at this machine: Python, files, browser, assets, isolation."""

import os
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from connectors.browser import isolation as isolation_level
from gateway.config import Settings
from gateway.doctor.finding import Finding, broken, note, ok
from gateway.keys import keyfile
from gateway.ledger.checkpoints import HELD_NAME
from ui.manifest import Assets, AssetsMissingError

_BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
_BROWSER_SECONDS = 30


def python(_settings: Settings) -> Finding:
    """Look at the version of Python."""
    version = platform.python_version()
    if sys.version_info < (3, 11):  # noqa: UP036 - the doctor is asked exactly when something else is installed
        return broken("Python", version, "Install Python 3.11 or newer.")
    return ok("Python", version)


def assets(_settings: Settings) -> Finding:
    """Look whether style sheet and scripts are built."""
    try:
        built = Assets.built("/assets")
    except AssetsMissingError:
        return broken("Assets", "style sheet and scripts are not built", "Run `python -m ui.build`.")
    return ok("Assets", f"{len(built.files)} files")


def files(settings: Settings) -> Finding:
    """Look at the modes of the data folder and of what must be its owner's alone."""
    folder = settings.data_dir
    if not folder.exists():
        return note("Files", f"{folder} is not there yet", "It is made at first start; or make it with mode 0700.")
    loose = [
        path for path in (folder, folder / keyfile.NAME, folder / HELD_NAME, *_databases(folder)) if _is_loose(path)
    ]
    if loose:
        names = " ".join(str(path) for path in loose)
        return broken("Files", f"others than their owner can read {names}", f"chmod go-rwx {names}")
    if not os.access(folder, os.W_OK):
        return broken("Files", f"{folder} cannot be written", "Run as its owner, or set PILNVARA_DATA_DIR.")
    return ok("Files", f"{folder}, readable by its owner alone")


def browser(settings: Settings) -> Finding:
    """Start the browser of the connectors and let it show an empty page: to find it is not to be able to run it."""
    mend = "Install chromium-headless-shell or chromium, or set PILNVARA_CHROMIUM; `make setup` brings one."
    program = _browser(settings)
    if program is None:
        return broken("Browser", "none was found", mend)
    try:
        version = _launch(program)
    except (OSError, subprocess.SubprocessError):
        return broken("Browser", f"{program} does not start", mend)
    return ok("Browser", f"{program} starts ({version})")


def isolation(settings: Settings) -> Finding:
    """Say how far a connector is kept from everything that is not its own."""
    level = isolation_level.offered()
    kept = ", ".join(said for said, is_kept in _kept(level) if is_kept) or "nothing"
    detail = f"connectors run in a process of their own; the kernel keeps from it: {kept}"
    if missing := ", ".join(said for said, is_kept in _kept(level) if not is_kept):
        detail += f"; not: {missing}"
    if inside := _readable_secrets(settings):
        advice = "Keep data outside the folders of programs: PILNVARA_DATA_DIR."
        return note("Isolation", f"{detail}; but it may read {inside}", advice)
    if os.geteuid() == 0:
        advice = "Run the worker as an ordinary user: for root, Chromium's own sandbox is off."
        return note("Isolation", f"{detail}; Chromium without its sandbox, since this is root", advice)
    if not level.is_whole:
        advice = "Linux 6.12 or newer with Landlock and seccomp keeps all of it; without, trust plug-ins more."
        return note("Isolation", detail, advice)
    return ok("Isolation", f"{detail}; Chromium with its sandbox")


def _kept(level: isolation_level.Level) -> tuple[tuple[str, bool], ...]:
    return (
        ("files but programs and its own", level.files),
        ("addresses but the gate", level.network),
        ("signals to others", level.others),
        ("datagrams, databases' sockets and others' memory", level.sockets),
    )


def _readable_secrets(settings: Settings) -> str:
    """The data folder, where it lies among the programs that a connector may read."""
    folder = settings.data_dir.resolve()
    return str(folder) if any(folder.is_relative_to(each.resolve()) for each in isolation_level.readable()) else ""


def _databases(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.db*"))


def _is_loose(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _browser(settings: Settings) -> str | None:
    if settings.chromium is not None:
        return str(settings.chromium)
    return next((found for name in _BROWSERS if (found := shutil.which(name))), None)


def _launch(program: str) -> str:
    with tempfile.TemporaryDirectory(prefix="pilnvara-doctor-", ignore_cleanup_errors=True) as profile:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = [program, "--headless", *sandbox, "--disable-gpu", f"--user-data-dir={profile}", "--dump-dom"]
        shown = subprocess.run(
            [*command, "about:blank"], capture_output=True, timeout=_BROWSER_SECONDS, check=True, text=True
        )
        if "<html" not in shown.stdout:
            raise subprocess.SubprocessError("it shows nothing")
        version = subprocess.run(
            [program, "--version"], capture_output=True, timeout=_BROWSER_SECONDS, check=True, text=True
        )
        return version.stdout.strip() or "version unknown"

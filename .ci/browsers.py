"""The browsers: one that is quick, for the application and most tests, and a whole one, which keeps pages it has left.

`chromium-headless-shell` has no back-forward cache, so it cannot show what a shared computer must never show again.
"""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from steps import BUILD, ENVIRONMENT, LOG, PROJECT, CommandError, ProvisionError, Step, answers, run

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_PACKAGES = ("chromium-headless-shell", "chromium")
FULL_PACKAGES = ("chromium",)
FONT_PACKAGE = "fonts-dejavu-core"
_NOT_WHOLE = "headless"
"""What stands in the name of every build that was made to have no window."""


def browser_step() -> Step:
    """A Chromium that really starts; its path is noted in `.build/browser` for application and tests."""
    record = BUILD / "browser"

    def make() -> str:
        ways = (browsers_of_the_machine(), browser_of_playwright(), browser_of_the_system(BROWSER_PACKAGES))
        found = _first_that_starts(ways)
        if found is None:
            raise ProvisionError(
                "No browser starts on this machine. Install chromium-headless-shell, chromium or google-chrome with "
                f"your system's packages, or name one with CHROMIUM_PATH. What was tried is in "
                f"{LOG.relative_to(PROJECT)}."
            )
        record.write_text(f"{found}\n", encoding="utf-8")
        return found

    return Step("browser", "Browser", make, _settings, lambda: _is_recorded(record))


def full_browser_step() -> Step:
    """A whole Chromium for the tests of the back button, noted in `.build/browser-full`; without one they fail."""
    record = BUILD / "browser-full"

    def make() -> str:
        record.unlink(missing_ok=True)
        ways = (
            filter(is_whole, browsers_of_the_machine()),
            browser_of_playwright(whole=True),
            filter(is_whole, browser_of_the_system(FULL_PACKAGES)),
        )
        found = _first_that_starts(ways)
        if found is None:
            return "none, so tests of the back button will fail: install chromium with your system's packages"
        record.write_text(f"{found}\n", encoding="utf-8")
        return found

    return Step("browser-full", "Whole browser, for the back button", make, _settings, lambda: _is_recorded(record))


def is_whole(browser: str) -> bool:
    """Whether it is a build with windows, which keeps pages that were left."""
    return not any(_NOT_WHOLE in Path(name).name for name in (browser, os.path.realpath(browser)))


def browsers_of_the_machine() -> Iterator[str]:
    """What is named by `CHROMIUM_PATH` or lies on the PATH."""
    named = os.environ.get("CHROMIUM_PATH")
    if named:
        yield named
    yield from filter(None, map(shutil.which, BROWSERS))


def browser_of_playwright(*, whole: bool = False) -> Iterator[str]:
    """Playwright's own build, where it can be downloaded."""
    folder = BUILD / "browsers"
    try:
        run(
            ENVIRONMENT / "bin" / "playwright",
            "install",
            "chromium",
            "--no-shell" if whole else "--only-shell",
            environment={"PLAYWRIGHT_BROWSERS_PATH": str(folder)},
            doing=f"downloading Playwright's {'whole ' if whole else ''}Chromium",
        )
    except CommandError:
        print("      it cannot be downloaded here", flush=True)
    for name in ("chrome", "Chromium") if whole else ("headless_shell", "chrome-headless-shell"):
        yield from (str(file) for file in folder.rglob(name) if file.is_file())


def browser_of_the_system(packages: Iterable[str]) -> Iterator[str]:
    """The system's package, where it may be installed; none that is there makes way for it."""
    become = _root()
    if become is None or not shutil.which("apt-get"):
        return
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run(*become, "apt-get", "update", environment=quiet, doing="asking for the system's packages")
    except CommandError as error:
        print(f"      {str(error).splitlines()[0]}", flush=True)
    for package in packages:
        wanted = ("apt-get", "install", "-y", "--no-remove", "--no-install-recommends", package, FONT_PACKAGE)
        try:
            run(*become, *wanted, environment=quiet, doing=f"installing {package} with apt-get")
        except CommandError as error:
            print(f"      {str(error).splitlines()[0]}", flush=True)
        else:
            yield from filter(None, map(shutil.which, BROWSERS))


def _first_that_starts(ways: Iterable[Iterator[str]]) -> str | None:
    return next((browser for way in ways for browser in way if starts(browser)), None)


def _settings() -> object:
    return [os.environ.get("CHROMIUM_PATH", ""), os.geteuid()]


def _is_recorded(record: Path) -> bool:
    return record.is_file() and os.access(record.read_text(encoding="utf-8").strip(), os.X_OK)


def _root() -> tuple[str, ...] | None:
    """What to put before a command that needs root: nothing, sudo, or None when nobody lets us."""
    if os.geteuid() == 0:
        return ()
    return ("sudo", "-n") if shutil.which("sudo") and answers("sudo", "-n", "true") else None


def starts(browser: str) -> bool:
    """Launch it as the application will: sandboxed unless root, which Chromium refuses."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="pilnvara-", ignore_cleanup_errors=True) as profile:
        words = [
            browser,
            "--headless",
            *sandbox,
            "--disable-gpu",
            f"--user-data-dir={profile}",
            "--dump-dom",
            "about:blank",
        ]
        try:
            tried = subprocess.run(words, capture_output=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error)
        else:
            if tried.returncode == 0 and b"<html" in tried.stdout:
                return True
            said = tried.stderr.decode(errors="replace")
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {shlex.join(words)}\n{said}\n")
    print(f"      {browser} does not start", flush=True)
    return False

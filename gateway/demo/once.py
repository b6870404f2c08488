"""`pilnvara demo --once`: the whole stack on free ports, one visit, and an exit code that says how it went."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page
from rich.console import Console

from gateway.demo.carried_visits import VISITS
from gateway.demo.pictures import Pictures
from gateway.demo.ports import Ports
from gateway.demo.stack import Stack, StackError
from gateway.demo.steps import Steps, UnexpectedError
from gateway.demo.whole_visit import WholeVisit
from gateway.demo.windows import browser

_LONGEST = 600
"""Characters of an error that are told; the rest is in the logs."""


def drive_once(console: Console, *, route: str, language: str = "lv", pictures: Path | None = None) -> int:
    """Drive one whole visit by `route`; return 0 if every step was what it should be.

    What was made is removed, unless something went wrong: then the folder with logs and pictures stays.
    """
    folder = Path(tempfile.mkdtemp(prefix="pilnvara-demo-"))
    steps = Steps(console)
    stack = Stack(folder, Ports.free())
    try:
        with steps.step("Gateway, worker and the outside world started") as step:
            stack.start()
            step.seen = stack.url
        with browser() as opened:
            album = None if pictures is None else Pictures(pictures)
            made, errand = VISITS[route]
            visit = made(stack, opened, steps, errand, language=language, pictures=album)
            link = _make(visit, folder)
    except (PlaywrightError, StackError, UnexpectedError, OSError) as error:
        _tell_failure(console, steps, stack, error)
        return 1
    finally:
        stack.stop()
    console.print(f"\nOne whole visit in {steps.seconds:.1f} s; feedback by {link}", style="green")
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _make(visit: WholeVisit, folder: Path) -> str:
    """Make the visit; where it goes wrong, keep what each window shows."""
    try:
        return visit.make()
    except (PlaywrightError, UnexpectedError):
        _keep_pictures(visit.windows, folder)
        raise


def _keep_pictures(windows: Mapping[str, Page], folder: Path) -> None:
    for name, page in windows.items():
        try:
            page.screenshot(path=folder / f"{name}.png", full_page=True)
        except PlaywrightError:
            continue  # the browser itself may be what broke


def _tell_failure(console: Console, steps: Steps, stack: Stack, error: Exception) -> None:
    console.print(f"{steps.seconds:6.1f} s  not as it should be: {steps.under_way}", style="bold red")
    console.print(str(error)[:_LONGEST], style="red", markup=False)
    dead = stack.dead()
    if dead is not None:
        console.print(f"The {dead} has ended by itself:\n{stack.tail(dead)}", markup=False)
    console.print(f"Logs, and pictures of what each window showed: {stack.folder}")

"""One visit that a program drives, in a stack of its own or in a demonstration that stays up."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page
from rich.console import Console
from sqlalchemy import select

from gateway.demo.carried_visits import VISITS
from gateway.demo.codes import Codes
from gateway.demo.pictures import Pictures
from gateway.demo.ports import Ports
from gateway.demo.stack import Stack, StackError
from gateway.demo.steps import Steps, UnexpectedError
from gateway.demo.whole_visit import WholeVisit
from gateway.demo.windows import browser
from gateway.people.tables import Staff

_LONGEST = 600
"""Characters of an error that are told; the rest is in the logs."""


def drive_once(console: Console, *, route: str, language: str = "lv", pictures: Path | None = None) -> int:
    """Start a whole stack on free ports and drive one visit by `route`; return 0 if every step was what it should be.

    What was made is removed, unless something went wrong: then the folder with logs and pictures stays.
    """
    folder = Path(tempfile.mkdtemp(prefix="pilnvara-demo-"))
    steps = Steps(console)
    stack = Stack(folder, Ports.free())
    album = None if pictures is None else Pictures(pictures)
    told = _Told()
    try:
        with _telling_failure(console, steps, stack, told):
            with steps.step("Gateway, worker and the outside world started") as step:
                stack.start()
                step.seen = stack.url
            link = _make(stack, steps, route, language, album=album)
            console.print(f"\nOne whole visit in {steps.seconds:.1f} s; feedback by {link}", style="green")
    finally:
        stack.stop()
    if not told.failed:
        shutil.rmtree(folder, ignore_errors=True)
    return int(told.failed)


def drive_in(console: Console, stack: Stack, *, route: str, language: str = "lv") -> int:
    """Drive one visit by `route` in a stack that runs already; return 0 if every step was what it should be."""
    steps = Steps(console)
    told = _Told()
    with _telling_failure(console, steps, stack, told):
        link = _make(stack, steps, route, language, codes=Codes(used=_taken_steps(stack)))
        console.print(
            f"\nOne whole visit in {steps.seconds:.1f} s; it can be looked at: {stack.url}/audit", style="green"
        )
        console.print(f"Feedback by {link}")
    return int(told.failed)


class _Told:
    """Whether a failure was told."""

    failed = False


@contextlib.contextmanager
def _telling_failure(console: Console, steps: Steps, stack: Stack, told: _Told) -> Iterator[None]:
    try:
        yield
    except (PlaywrightError, StackError, UnexpectedError, OSError) as error:
        told.failed = True
        _tell_failure(console, steps, stack, error)


def _taken_steps(stack: Stack) -> dict[str, int]:
    """Which one-time codes were taken already, also of people who have played with the demonstration themselves."""
    store = stack.open_store()
    try:
        rows = store.database.read_now(lambda conn: conn.execute(select(Staff.login, Staff.totp_counter)).all())
    finally:
        store.close()
    return {row.login: row.totp_counter for row in rows}


def _make(
    stack: Stack, steps: Steps, route: str, language: str, *, album: Pictures | None = None, codes: Codes | None = None
) -> str:
    """Make the visit and return the feedback's link; where it goes wrong, keep what each window shows."""
    made, errand = VISITS[route]
    with browser() as opened:
        visit: WholeVisit = made(stack, opened, steps, errand, language=language, codes=codes, pictures=album)
        try:
            return visit.make()
        except (PlaywrightError, UnexpectedError):
            _keep_pictures(visit.windows, stack.folder)
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

"""What an unattended visit tells while it runs: each step, when it was done, and what was seen."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text


class UnexpectedError(Exception):
    """A step of a visit is not what it should be. The message says what was seen instead."""


@dataclass
class Step:
    """One step while it is under way; `seen` is told beside it."""

    title: str
    seen: str = ""


class Steps:
    """Tells each step once it is done, with the seconds since the beginning."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begun = time.monotonic()
        self.under_way = ""
        """The step that has begun last: when something breaks, that is where."""

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._begun

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Tell a step when its block is through; if the block raises, it stays the one under way."""
        self.under_way = title
        step = Step(title)
        yield step
        self._console.print(Text.assemble((f"{self.seconds:6.1f} s  ", "dim"), title, (f"  {step.seen}", "cyan")))
        self.under_way = ""


def expect(is_so: bool, seen: str) -> None:
    """See that something is as it should be.

    Raises:
        UnexpectedError: it is not; `seen` says what is.
    """
    if not is_so:
        raise UnexpectedError(seen)

"""What people do with their hands in a whole visit: clicks, and keys that are pressed, window by window.

Counted where the windows are driven, so that it is the same each time. Choosing from a list is one click, typing a text
as many keys as it has letters. What is kept here the flow's test compares and `make bench` prints.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from unittest.mock import patch

from playwright.sync_api import BrowserContext, Locator, Page


@dataclass
class Work:
    """What somebody did in one window."""

    clicks: int = 0
    keys: int = 0


KEPT: Final[Mapping[str, Mapping[str, Work]]] = {
    "phone": {"desk": Work(clicks=23, keys=167), "phone": Work(clicks=14, keys=18)},
    "display": {
        "desk": Work(clicks=28, keys=235),
        "display": Work(clicks=3, keys=20),
        "phone": Work(clicks=5, keys=14),
    },
}
"""By route and window: at the desk from signing in to the end, on the phone with the answer to how it went."""


@contextmanager
def counted() -> Iterator[Mapping[BrowserContext, Work]]:
    """Count what is done in every window while the block runs."""
    found: dict[BrowserContext, Work] = defaultdict(Work)

    def click(window: BrowserContext, *_given: Any) -> None:
        found[window].clicks += 1

    def type_in(window: BrowserContext, *given: Any) -> None:
        found[window].keys += len(str(given[-1]))

    deeds = {"click": click, "check": click, "select_option": click, "set_input_files": click, "fill": type_in}
    of_page, of_locator = ({name: _noted(each, name, deeds[name]) for name in deeds} for each in (Page, Locator))
    with patch.multiple(Page, **of_page), patch.multiple(Locator, **of_locator):
        yield found


def _noted(kind: type, name: str, deed: Any) -> Any:
    real = getattr(kind, name)

    def done(self: Any, *given: Any, **more: Any) -> Any:
        deed(self.context if isinstance(self, Page) else self.page.context, *given)
        return real(self, *given, **more)

    return done


def by_window(found: Mapping[BrowserContext, Work], windows: Mapping[str, Page]) -> dict[str, Work]:
    """What was done, by the names of a visit's windows."""
    return {name: found[page.context] for name, page in windows.items() if page.context in found}

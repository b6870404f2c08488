"""Takes the gallery's pictures: each process plays its scenes and looks at them in a browser of its own."""

import base64
import io
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Final

from argon2 import PasswordHasher
from playwright.sync_api import CDPSession, Page, sync_playwright

from gateway import logging
from gateway.people import passwords
from tests.browser import find_browser
from tests.databases import SqliteDatabases
from tests.states.registry import play
from tests.states.shown import Shown
from tests.states.site import Site, serve_always, show
from ui.i18n import Language

WIDTHS: Final = (390, 1280)
_HEIGHTS: Final = {390: 844, 1280: 900}
_QUALITY: Final = 82
_TALLEST: Final = 16_000
"""No picture of this kind may be higher."""
_WORDS: Final[tuple[Language, ...]] = ("lv", "en")
_MAIN: Final = re.compile(r"<main.*?</main>", re.DOTALL)
_TAG: Final = re.compile(r"<[^>]+>|\s+")


@dataclass
class Entry:
    """One state as the gallery lists it."""

    name: str
    role: str
    kind: str
    method: str
    path: str
    route: str
    status: int
    pictures: dict[str, str] = field(default_factory=dict)
    """By language and width, as `lv-390`: the file."""


def take(scenes: Sequence[str], folder: Path, workers: int) -> Iterator[tuple[str, list[Entry]]]:
    """Play the scenes, `workers` at a time; yields each when its pictures lie in `folder`.

    Raises whatever a scene raises: a gallery that lacks a page is none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="pilnvara-states-") as databases, ProcessPoolExecutor(workers) as pool:
        running = {pool.submit(_take_one, scene, folder, Path(databases)): scene for scene in scenes}
        for done in as_completed(running):
            yield running[done], done.result()


@dataclass
class _Studio:
    """What one process keeps between scenes."""

    site: Site
    page: Page
    camera: CDPSession
    databases: SqliteDatabases


@cache
def _studio(databases: Path) -> _Studio:
    """Opened at the first scene; all of it ends with the process."""
    logging.configure("INFO", stream=io.StringIO())
    # The product's own hasher takes a tenth of a second for each of hundreds of made-up accounts.
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    site = serve_always(Site())
    playwright = sync_playwright().start()
    browser = playwright.chromium.launch(executable_path=find_browser(), chromium_sandbox=os.geteuid() != 0)
    page = browser.new_page()
    return _Studio(site, page, page.context.new_cdp_session(page), SqliteDatabases(Path(mkdtemp(dir=databases))))


def _take_one(scene: str, folder: Path, databases: Path) -> list[Entry]:
    studio = _studio(databases)
    # Beside a browser the main thread already runs an event loop.
    with ThreadPoolExecutor(1) as aside:
        shown = aside.submit(play, scene, studio.databases).result()
    studio.site.add(shown)
    return [_pictured(each, studio, folder) for each in shown]


def _pictured(shown: Shown, studio: _Studio, folder: Path) -> Entry:
    entry = Entry(shown.name, shown.role, shown.kind.value, shown.method, shown.path, shown.route, shown.status)
    for language in shown.html:
        if language not in _WORDS and _words(shown.html[language]) == _words(shown.html["lv"]):
            continue  # the plain variant has nothing of its own to say here
        if shown.role == "problem" and language not in _WORDS:
            continue
        for width in WIDTHS if shown.role != "problem" else WIDTHS[:1]:
            file = f"{shown.name.replace('/', '-')}-{language}-{width}.webp"
            studio.page.set_viewport_size({"width": width, "height": _HEIGHTS[width]})
            if width == WIDTHS[0]:
                show(studio.page, studio.site, shown, language)
            (folder / file).write_bytes(_picture(studio.camera, width))
            entry.pictures[f"{language}-{width}"] = f"{folder.name}/{file}"
    return entry


def _words(html: str) -> str:
    """What a page says, without what differs each time."""
    found = _MAIN.search(html)
    return _TAG.sub(" ", found[0] if found else html)


def _picture(camera: CDPSession, width: int) -> bytes:
    size = camera.send("Page.getLayoutMetrics")["cssContentSize"]
    height = min(max(size["height"], _HEIGHTS[width]), _TALLEST)
    taken = camera.send(
        "Page.captureScreenshot",
        {
            "format": "webp",
            "quality": _QUALITY,
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": max(width, size["width"]), "height": height, "scale": 1},
        },
    )
    return base64.b64decode(taken["data"])

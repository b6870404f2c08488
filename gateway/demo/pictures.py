"""Pictures of pages for the documentation: what a window shows, in few colours, so that the repository stays small."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

_COLOURS = 64
"""Enough for pages that use a dozen, and the smoothed edges of their letters."""


@dataclass(frozen=True)
class Pictures:
    """Where pictures go."""

    folder: Path

    def __post_init__(self) -> None:
        """Make the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def take(self, name: str, page: Page) -> None:
        """Keep what the window shows now."""
        shown = Image.open(BytesIO(page.screenshot(animations="disabled")))
        few = shown.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        few.save(self.folder / f"{name}.png", optimize=True)

"""A picture that leads a phone's camera to an address."""

from functools import lru_cache

import segno
from markupsafe import Markup


@lru_cache(maxsize=128)  # drawing takes longer than the rest of a page, and a live page is written many times
def qr(address: str) -> Markup:
    """As `draw`; the picture is kept, so never of a secret that lasts."""
    return draw(address)


def draw(address: str) -> Markup:
    """Draw `address` as an inline picture that carries no style of its own; the same must stand beside it as text."""
    drawing = segno.make(address, error="m", micro=False)
    svg = drawing.svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None)
    return Markup(svg)  # noqa: S704 - drawn by segno from modules alone; the address is not in it as text

"""Several photographs of one paper become one PDF, a page each, in the order in which they were sent."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from fpdf import FPDF
from PIL import Image, ImageOps

from connectors.sdk.inputs import Upload
from connectors.sdk.rules import AnswerError

MOST_PAGES: Final = 12
MOST_BYTES: Final = 20_000_000
"""Of all of them together."""
MOST_PIXELS: Final = 60_000_000
"""Of one picture: a small file that unfolds to more would take the machine's memory."""
_KINDS: Final = ("JPEG", "PNG")
_PAPER: Final = (210, 297)
"""A4, in millimetres."""
_EDGE: Final = 5
_QUALITY: Final = 90
_ORIENTATION: Final = 0x0112
"""The EXIF tag by which a telephone says how it was held."""


def one_file(uploads: Sequence[Upload], at: datetime) -> Upload:
    """One PDF of several pictures; a JPEG that stands upright goes in byte for byte. The same pictures give the same.

    Raises:
        AnswerError: they are too many or too large, or one of them is no picture: it says which.
    """
    if len(uploads) > MOST_PAGES:
        raise AnswerError(
            f"Datņu ir vairāk nekā {MOST_PAGES}. Apvienojiet tās vienā PDF datnē.",
            f"There are more than {MOST_PAGES} files. Put them together into one PDF.",
        )
    if sum(len(each.content) for each in uploads) > MOST_BYTES:
        most = MOST_BYTES // 1_000_000
        raise AnswerError(
            f"Attēli kopā ir lielāki par {most} MB. Nofotografējiet ar mazāku izšķirtspēju.",
            f"The pictures are larger than {most} MB together. Take them in a lower resolution.",
        )
    paper = FPDF(unit="mm", format=_PAPER)
    paper.set_creation_date(at)
    for each in uploads:
        picture, (width, height) = _upright(each)
        is_wide = width > height
        paper.add_page(orientation="landscape" if is_wide else "portrait")
        across, down = paper.w - 2 * _EDGE, paper.h - 2 * _EDGE
        paper.image(picture, x=_EDGE, y=_EDGE, w=across, h=down, keep_aspect_ratio=True)
    return Upload("lapas.pdf", "application/pdf", bytes(paper.output()))


def _upright(upload: Upload) -> tuple[io.BytesIO, tuple[int, int]]:
    """A picture as it is to be looked at, and its width and height in pixels."""
    try:
        with Image.open(io.BytesIO(upload.content), formats=_KINDS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise _too_fine(upload.filename)
            picture.load()
            if picture.format == "JPEG" and picture.getexif().get(_ORIENTATION, 1) == 1:
                return io.BytesIO(upload.content), picture.size
            turned = ImageOps.exif_transpose(picture).convert("RGBA")
    except Image.DecompressionBombError as error:
        raise _too_fine(upload.filename) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise _no_picture(upload.filename) from error
    # What a picture lets through is paper.
    shown = Image.new("RGB", turned.size, "white")
    shown.paste(turned, mask=turned)
    kept = io.BytesIO()
    shown.save(kept, "JPEG", quality=_QUALITY)
    kept.seek(0)
    return kept, shown.size


def _too_fine(name: str) -> AnswerError:
    return AnswerError(
        f"Attēls {name} ir pārāk liels. Nofotografējiet ar mazāku izšķirtspēju.",
        f"The picture {name} is too large. Take it in a lower resolution.",
    )


def _no_picture(name: str) -> AnswerError:
    return AnswerError(
        f"Datne {name} nav attēls, ko var atvērt. Kopā var pievienot JPEG un PNG attēlus; PDF pievienojiet vienu pašu.",
        f"The file {name} is no picture that can be opened. Together go JPEG and PNG pictures; hand a PDF in alone.",
    )

"""Photographs of one paper are one file: in their order, as they were held, and none that would take the memory."""

import io
from datetime import UTC, datetime

import pypdf
import pytest
from PIL import Image

from connectors.sdk.inputs import Upload
from connectors.sdk.rules import AnswerError
from gateway.pages import one_file
from gateway.pages.one_file import MOST_BYTES, MOST_PAGES

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEFT_SIDE_UP = 6
"""The EXIF orientation of a telephone that was held upright and took a picture that lies."""


def photograph(width: int, height: int, *, kind: str = "JPEG", orientation: int = 1, mode: str = "RGB") -> Upload:
    picture, exif, kept = Image.new(mode, (width, height)), Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    picture.save(kept, kind, exif=exif)
    return Upload(f"{width}x{height}.{kind.lower()}", f"image/{kind.lower()}", kept.getvalue())


def size_of(page: pypdf.PageObject) -> tuple[int, int]:
    """Width and height of the picture on a page."""
    return picture_of(page).size


def picture_of(page: pypdf.PageObject) -> Image.Image:
    found = page.images[0].image
    assert found is not None
    return found


def pages(*uploads: Upload) -> list[pypdf.PageObject]:
    made = one_file.one_file(uploads, NOW)
    assert made.media_type == "application/pdf"
    return list(pypdf.PdfReader(io.BytesIO(made.content)).pages)


def test_each_is_a_page_in_the_order_in_which_they_were_sent() -> None:
    found = pages(photograph(60, 80), photograph(90, 30, kind="PNG"), photograph(50, 70))
    assert [size_of(each) for each in found] == [(60, 80), (90, 30), (50, 70)]
    assert [each.mediabox.width > each.mediabox.height for each in found] == [False, True, False]


def test_an_upright_photograph_is_kept_byte_for_byte() -> None:
    sent = photograph(60, 80)
    assert sent.content in one_file.one_file((sent, sent), NOW).content


def test_a_photograph_that_lies_is_turned() -> None:
    assert size_of(pages(photograph(80, 60, orientation=LEFT_SIDE_UP), photograph(1, 1))[0]) == (60, 80)


def test_what_lets_through_is_white_as_paper() -> None:
    image = picture_of(pages(photograph(4, 4, kind="PNG", mode="RGBA"), photograph(1, 1))[0])
    assert image.convert("RGB").getpixel((2, 2)) == (255, 255, 255)


def test_the_same_pictures_are_the_same_file() -> None:
    sent = (photograph(60, 80), photograph(80, 60, orientation=LEFT_SIDE_UP))
    assert one_file.one_file(sent, NOW) == one_file.one_file(sent, NOW)


@pytest.mark.parametrize(
    ("uploads", "told"),
    [
        ([photograph(1, 1)] * (MOST_PAGES + 1), "more than 12 files"),
        ([Upload("a.jpg", "image/jpeg", b"x" * MOST_BYTES), photograph(1, 1)], "larger than 20 MB"),
        ([photograph(1, 1), Upload("lapa.pdf", "application/pdf", b"%PDF-1.7")], "lapa.pdf is no picture"),
        (
            [photograph(1, 1), Upload("lapa.jpg", "image/jpeg", photograph(40, 40).content[:-300])],
            "lapa.jpg is no picture",
        ),
        ([photograph(1, 1), photograph(9000, 9000, kind="PNG", mode="1")], "9000x9000.png is too large"),
        ([photograph(1, 1), photograph(15000, 15000, kind="PNG", mode="1")], "15000x15000.png is too large"),
    ],
)
def test_what_cannot_be_taken_is_named(uploads: list[Upload], told: str) -> None:
    with pytest.raises(AnswerError) as refused:
        one_file.one_file(uploads, NOW)
    assert told in refused.value.words.to("en")

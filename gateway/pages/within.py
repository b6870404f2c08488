"""A file of somebody else's, shown within a page of a shared computer: read and printed there, and left on no disk.

A file that is downloaded stays in a folder and in a list after the visit. The browser's own reader shows it inside our
page, which locks, and is hidden once it is left, like every other.
"""

from typing import Final

from litestar import Response

SHOWN_WITHIN: Final = "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox"
"""It runs nothing, reaches nothing, and stands in no page but ours."""


def pdf(content: bytes, name: str) -> Response[bytes]:
    """Answer with a PDF for the frame of a page; `name` is what printing calls it."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Content-Security-Policy": SHOWN_WITHIN}
    return Response(content, media_type="application/pdf", headers=headers)

"""What a page's form sent."""

from typing import Annotated

from litestar.enums import RequestEncodingType
from litestar.params import Body

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
"""The fields of an ordinary form, each given once."""


def field(data: dict[str, str], name: str, longest: int = 200) -> str:
    """A field as text without blanks around it; what is longer than any honest answer is cut."""
    return data.get(name, "").strip()[:longest]

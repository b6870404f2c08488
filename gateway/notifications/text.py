"""A message as it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

OFF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "lv": "Nesūtīt: {link}",
        "lv-plain": "Nesūtīt: {link}",
        "en": "No more: {link}",
        "en-plain": "No more: {link}",
    }
)
"""By language: how such messages are ended, after the text of each that can be."""


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it is sent. `subject` is for e-mail and holds nothing of the resident."""

    subject: str
    body: str


def with_way_out(body: str, language: str, link: str | None) -> str:
    """`body`, and after it how messages of this kind are ended, where they can be."""
    if link is None:
        return body
    known = next(one for one in (language, language.partition("-")[0], "lv") if one in OFF)
    return f"{body} {OFF[known].format(link=link)}"

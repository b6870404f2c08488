"""Whose words are which on a card: what centres say and do, and what only the holder of the service can say.

The network answers for how a service is called, found and shown. The holder answers for what is true of it: for whom it
is, what it takes and costs, where and how it is given, what has to be so first, what follows. Each side's words change
by its own yes alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from gateway.services.catalogue import Card

LANGUAGES: Final = ("lv", "en", "lv-plain", "en-plain")
"""In this order on pages; only the first has to be there."""


class Side(StrEnum):
    """Who answers for some of the words."""

    CENTRE = "centre"
    HOLDER = "holder"


OF_CENTRE: Final = ("title", "summary", "synonyms", "video")
OF_HOLDER: Final = ("who", "needed", "before", "takes", "costs", "pays", "next", "withdraw", "where", "delivery")
SIDE_OF: Final[Mapping[str, Side]] = dict.fromkeys(OF_CENTRE, Side.CENTRE) | dict.fromkeys(OF_HOLDER, Side.HOLDER)
"""By the name of a card's field."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one language that reads otherwise."""

    language: str
    field: str
    before: Any
    after: Any

    @property
    def side(self) -> Side:
        """Whose word it is."""
        return SIDE_OF[self.field]


def differences(before: Mapping[str, Card], after: Mapping[str, Card]) -> list[Difference]:
    """What reads otherwise, by language and then as cards have their fields; a card that is not there reads empty."""
    nothing = Card(title="", summary="")
    found = []
    for language in LANGUAGES:
        was, becomes = before.get(language, nothing), after.get(language, nothing)
        found += [
            Difference(language, field, getattr(was, field), getattr(becomes, field))
            for field in SIDE_OF
            if getattr(was, field) != getattr(becomes, field)
        ]
    return found


def sides_of(found: list[Difference]) -> frozenset[Side]:
    """Whose yes these differences need."""
    return frozenset(each.side for each in found)

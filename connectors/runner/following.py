"""What a portal's page or list says of one application, in the words that its connector knows."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from connectors.runner.api import Followed
from connectors.runner.errors import FormChangedError, PortalUnavailableError
from connectors.sdk.outcome import Listed, Outcome
from connectors.sdk.words import Words

LONGEST = 2_000
"""Characters of a portal's own words that are kept."""
_OTHER_WORDS = Words(
    "Portāls iesnieguma stāvokli nosauc citiem vārdiem nekā iepriekš.",
    "The portal tells the state of an application in other words than before.",
)
_TWICE = Words(
    "Portāla sarakstā ar vienu numuru ir divi iesniegumi.", "The portal lists two applications under one number."
)
_OTHER_LIST = Words(
    "Portāla iesniegumu saraksts nav tāds kā iepriekš.", "The portal’s list of applications is not what it was."
)


def read(rule: Outcome, reference: str, *, text: str, body: bytes) -> Followed:
    """What is said of the application `reference`; its decision comes apart.

    Raises:
        FormChangedError: it is not said where it was, in words that nobody knows, or of two applications at once.
        PortalUnavailableError: the portal does not list the application at all.
    """
    if rule.listed is None:
        found = {name: _first(pattern, text) for name, pattern in _places(rule).items()}
    else:
        found = _entry(rule.listed, _places(rule), reference, body)
    standing = rule.standings.get(found["state"])
    if standing is None:
        raise FormChangedError((_OTHER_WORDS,))
    return Followed(standing=standing, wanted=found.get("wanted", "")[:LONGEST], until=_day(found.get("until", "")))


def _places(rule: Outcome) -> dict[str, str]:
    places = {"state": rule.state, "wanted": rule.wanted, "until": rule.until}
    return {name: place for name, place in places.items() if place is not None}


def _entry(listed: Listed, places: Mapping[str, str], reference: str, body: bytes) -> dict[str, str]:
    try:
        document = json.loads(body)
        entries: list[dict[str, Any]] = document if listed.items is None else document[listed.items]
        found = [each for each in entries if each[listed.reference] == reference]
        if not found:
            raise PortalUnavailableError("the portal does not list the application")
        if len(found) > 1:
            # Which of them is the resident's own nobody can tell, and what is said of the other is none of their news.
            raise FormChangedError((_TWICE,))
        return {name: str(found[0].get(place) or "").strip() for name, place in places.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise FormChangedError((_OTHER_LIST,)) from None


def _first(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match.group(1).strip() if match else ""


def _day(text: str) -> date | None:
    """A day as portals write it; one that cannot be read is none: the words beside it are shown all the same."""
    iso = "-".join(reversed(text.rstrip(".").split("."))) if "." in text else text[:10]
    try:
        return date.fromisoformat(iso) if text else None
    except ValueError:
        return None

"""Which of our languages a browser asks for before anybody has chosen one (Accept-Language, RFC 9110 §12.5.4)."""

from typing import Final

from ui.i18n.catalogues import LANGUAGES, Language

_LONGEST: Final = 20
"""So many entries are looked at: a header is a stranger's."""


def preferred(header: str) -> Language | None:
    """The first of our languages in `header`, by weight; none where it names none of them."""
    weighed = [_weighed(entry) for entry in header.split(",")[:_LONGEST]]
    for weight, name in sorted(weighed, key=lambda each: -each[0]):
        found: Language | None = next((language for language in LANGUAGES if language == name), None)
        if found is not None and weight > 0:
            return found
    return None


def _weighed(entry: str) -> tuple[float, str]:
    tag, _, parameter = entry.partition(";")
    name, _, weight = parameter.strip().partition("=")
    language = tag.strip().partition("-")[0].lower()
    if name.strip() != "q":
        return 1.0, language
    try:
        return float(weight), language
    except ValueError:
        return 0.0, language

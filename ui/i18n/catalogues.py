"""Catalogues parsed from their `.po` files at first use, and the language in which this context speaks."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal, cast, get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["lv", "en", "lv-plain", "en-plain"]
"""What a reader can choose; "plain" is easy language with the base language beneath it."""

LANGUAGES: tuple[Language, ...] = get_args(Language)
FOLDER = Path(__file__).parent
"""Where the catalogues stand: `<language>.po`, with `_` for `-`. English is the source and needs none."""

_spoken: ContextVar[Language] = ContextVar("spoken")


class UnknownLanguageError(ValueError):
    """A language was asked for that the pages do not speak."""


def base_of(language: Language) -> Literal["lv", "en"]:
    """Return the language without its plain variant: what goes into `lang="…"`."""
    return cast("Literal['lv', 'en']", language[:2])


def po_path(language: Language) -> Path:
    """Return where the catalogue of `language` stands, whether or not there is one."""
    return FOLDER / f"{language.replace('-', '_')}.po"


@cache
def catalogue(language: Language) -> NullTranslations:
    """Return the translations of `language`, with those of its base language beneath a plain variant.

    Raises:
        UnknownLanguageError: no such language.
    """
    if language not in LANGUAGES:
        raise UnknownLanguageError(language)
    own = _read(po_path(language))
    if language != base_of(language):
        own.add_fallback(catalogue(base_of(language)))
    return own


def _read(path: Path) -> NullTranslations:
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        parsed = read_po(source)
    compiled = BytesIO()
    write_mo(compiled, parsed)
    compiled.seek(0)
    return GNUTranslations(compiled)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Make `language` the one in which messages, dates and sums of this context are written."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> Language:
    """Return the language of this context.

    Raises:
        LookupError: nobody has said which; a page must never guess.
    """
    return _spoken.get()


def gettext(text: str) -> str:
    """Return `text` in the language of this context."""
    return catalogue(_spoken.get()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of the message that fits `count`, in the language of this context."""
    return catalogue(_spoken.get()).ngettext(one, many, count)


def pgettext(context: str, text: str) -> str:
    """Return `text`, as meant in `context`, in the language of this context."""
    return catalogue(_spoken.get()).pgettext(context, text)


def npgettext(context: str, one: str, many: str, count: int) -> str:
    """Return the form that fits `count`, as meant in `context`, in the language of this context."""
    return catalogue(_spoken.get()).npgettext(context, one, many, count)


def message_forms(one: str, many: str) -> list[tuple[str, str]]:
    """Return each plural form by its CLDR name, for a script that counts by itself (`Intl.PluralRules`)."""
    samples = (("zero", 0), ("one", 1), ("other", 2)) if base_of(_spoken.get()) == "lv" else (("one", 1), ("other", 2))
    return [(rule, ngettext(one, many, count)) for rule, count in samples]

"""Messages marked in Python and written later, in the reader's language."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ui.i18n.catalogues import Language, gettext, ngettext, speaking, spoken


@dataclass(frozen=True)
class Written:
    """A value that is written together with its sentence, in the same language, such as a month or a sum."""

    write: Callable[[Any], str]
    value: Any

    def __str__(self) -> str:
        try:
            spoken()
        except LookupError:
            return str(self.value)
        return self.write(self.value)


Value = str | int | float | Written


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence of the product, not yet in any language.

    In a template `{{ it }}` writes it in the page's language; in Python `it.text(language)` does. `str()` outside a
    page and outside `speaking()` gives the English source, so that a log stays readable.
    """

    source: str
    plural: str | None = None
    count: int | None = None
    values: tuple[tuple[str, Value], ...] = ()

    def text(self, language: Language) -> str:
        """Return the sentence in `language`."""
        with speaking(language):
            return str(self)

    def __str__(self) -> str:
        try:
            spoken()
        except LookupError:
            return self._filled(self.source if self.plural is None or self.count == 1 else self.plural)
        if self.plural is None or self.count is None:
            return self._filled(gettext(self.source))
        return self._filled(ngettext(self.source, self.plural, self.count))

    def _filled(self, sentence: str) -> str:
        return sentence % dict(self.values) if self.values else sentence


def message(source: str, **values: Value) -> Message:
    """Mark `source`, plain English, for translation; `%(name)s` in it takes the value called `name`."""
    return Message(source, values=tuple(values.items()))


def plural_message(one: str, many: str, count: int, **values: Value) -> Message:
    """Mark a sentence that depends on `count`; `%(num)s` in it takes the count itself."""
    return Message(one, many, count, (("num", count), *values.items()))

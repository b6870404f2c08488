"""Text that people read, in the two languages every connector must speak."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One text in Latvian and in English."""

    lv: str
    en: str

    def to(self, language: str) -> str:
        """The text for `language`, a BCP 47 tag; anything that is not English is answered in Latvian."""
        return self.en if language.lower().startswith("en") else self.lv

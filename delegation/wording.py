"""Dated statement templates, and the small strict filler for them.

A template is never edited once its date is out: a new wording is a new folder. The table below pins the bytes of each
file, and a file that differs is refused, so that a past statement can be written again byte for byte.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from delegation.errors import StatementError, TemplateChangedError

LATEST = "2026-11-23"
"""The template for new statements."""

TEMPLATE_SHA256: Mapping[tuple[str, str], str] = {
    ("2026-11-01", "lv"): "e3c1534732ce758e4aebf37449f8a99c4169627a805696f4c62051e5d63c7f22",
    ("2026-11-01", "lv-plain"): "541f2241201dda25d2047e2ff3175f94374febdd38b845d8da922a5b2e9c6eaa",
    ("2026-11-01", "en"): "193d597a12e05b5d1593cd81813a847e708f590530183f753dd29e0a399c8df8",
    ("2026-11-01", "en-plain"): "42c9b90c5e015350454c1561881b606b1264b487bba900540d713c653e5d156f",
    ("2026-11-22", "lv"): "75258e224366b81b9ccefab6042134614965e8ea091f05233902e80d1ff98518",
    ("2026-11-22", "lv-plain"): "56cabf4baea0fd6e79c5f12b5383fc9cbb014e692caa70d7479fb0f9aac19a2d",
    ("2026-11-22", "en"): "34fe3124603209a1381e392770646d5ca828fc6bc6c02cf43cd9991c8fa3befa",
    ("2026-11-22", "en-plain"): "7ed25a77a55f741062b28217ac4c6a6245e4658a36804c98668b74b5f03fd39c",
    ("2026-11-23", "lv"): "2cbae6c9f57b1161800547afa5cdcebe95882a6bbd9a5268b624d3b455b11ff8",
    ("2026-11-23", "lv-plain"): "ea0c7d13890d00f03e8e4909255b3867f320a1ee0de00b72c9c2ef99771ba423",
    ("2026-11-23", "en"): "6947fe56e254a5fe7925460afcf55fc08eee2b437feb2c8698ccb6d17f142396",
    ("2026-11-23", "en-plain"): "413d3ae7f8e00e0db452e455c9ac92bbe026fa35d4ad916b0051c82a8229267a",
}
"""SHA-256 of each published file, by template and language."""

_SECTION = re.compile(r"\[([a-z-]+)\]", re.ASCII)
_SLOT = re.compile(r"\{([a-z_]+)\}", re.ASCII)
_CONTROLS = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class Template:
    """The wording of one statement in one language: named sections with named slots."""

    id: str
    language: str
    sections: Mapping[str, str]

    def fill(self, section: str, slots: Mapping[str, str]) -> str:
        """The text of `section` with every slot filled, and none left over.

        Filled text is never searched for slots again, so a name with braces in it stays a name.

        Raises:
            StatementError: there is no such section, or `slots` are not exactly those that it has.
        """
        text = self.sections.get(section)
        if text is None:
            raise StatementError(f"template {self.id}/{self.language} has no section {section}")
        if set(_SLOT.findall(text)) != set(slots):
            raise StatementError(f"section {section} of {self.id}/{self.language} has other slots")
        return _SLOT.sub(lambda match: slots[match[1]], text)


@cache
def load_template(template_id: str, language: str) -> Template:
    """The published template of this date and language.

    Raises:
        StatementError: it was never published.
        TemplateChangedError: the file no longer has the bytes that were.
    """
    published = TEMPLATE_SHA256.get((template_id, language))
    if published is None:
        raise StatementError(f"no template {template_id[:20]!r} in {language[:20]!r}")
    data = files("delegation").joinpath("templates", template_id, f"{language}.txt").read_bytes()
    if hashlib.sha256(data).hexdigest() != published:
        raise TemplateChangedError(f"template {template_id}/{language} is not what was published")
    return Template(template_id, language, parse_sections(data.decode()))


def parse_sections(text: str) -> Mapping[str, str]:
    """Split a template into its sections, each begun by a line `[name]`.

    Raises:
        StatementError: the text is not NFC with LF, a section stands twice, or a brace opens no slot.
    """
    if not unicodedata.is_normalized("NFC", text) or "\r" in text:
        raise StatementError("a template is NFC, with LF at the ends of lines")
    sections: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in text.splitlines():
        heading = _SECTION.fullmatch(line)
        if heading is not None:
            if heading[1] in sections:
                raise StatementError(f"section {heading[1]} stands twice")
            lines = sections.setdefault(heading[1], [])
        elif lines is None or set("{}") & set(_SLOT.sub("", line)):
            raise StatementError("a template begins with a section, and a brace belongs to a slot")
        else:
            lines.append(line)
    return {name: "\n".join(body) for name, body in sections.items()}


def clean(name: str, value: str) -> str:
    """`value` as it may stand in a statement: NFC, on one line, with nothing invisible in it.

    A line break or a mark that turns the direction of writing could add a sentence nobody approved.

    Raises:
        StatementError: it is blank, or holds such a character; the value itself is not repeated.
    """
    text = unicodedata.normalize("NFC", value).strip()
    if not text or any(unicodedata.category(character) in _CONTROLS for character in text):
        raise StatementError(f"{name} is blank, or not one line of visible text")
    return text

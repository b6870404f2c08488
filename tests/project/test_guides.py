"""Every guide is there in both languages, with the same structure and the same listings."""

import re
from functools import cache

import pytest
from babel.messages.pofile import read_po

from tests.postgresql import PROJECT

FOLDER = PROJECT / "docs" / "guide"
MADE_BY_A_COMMAND = {"settings.md"}
"""In the language of the command line, which is English alone."""

GUIDES = sorted(page.name for page in FOLDER.glob("*.md") if page.name not in MADE_BY_A_COMMAND)

OF_PAGES = ("administrator.md", "assistant.md", "auditor.md", "manager.md", "resident.md")
"""For people who work with pages; what stands there in italics is what the pages say."""

NO_LABELS = {
    *("follow", "receive", "sekot", "saņemt", "or", "vai", "nonce", "unwitnessed", "form changed"),
    *("slimības lapa", "n5sf-83fd"),
}
"""Said with emphasis, or typed by somebody."""

_ITALIC = re.compile(r"(?<!\*)\*([^*\n][^*]*?)\*(?!\*)")
_LISTING = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) ", re.MULTILINE)


def listings(text: str) -> list[str]:
    return _LISTING.findall(text)


def headings(text: str) -> list[str]:
    """The level of each heading, in order, as its signs."""
    return _HEADING.findall(_LISTING.sub("", text))


def pair(guide: str) -> tuple[str, str]:
    english, latvian = FOLDER / guide, FOLDER / "lv" / guide
    return english.read_text(encoding="utf-8"), latvian.read_text(encoding="utf-8")


def bare(label: str) -> str:
    return re.sub(r"\s+", " ", label).replace("’", "'").strip(" .:?").lower()


@cache
def labels(of_translations: bool) -> frozenset[str]:
    """What pages say: in English as it stands in the code, or in Latvian."""
    with (PROJECT / "ui" / "i18n" / "lv.po").open("rb") as file:
        texts = [entry.string if of_translations else entry.id for entry in read_po(file)]
    return frozenset(bare(one) for text in texts for one in ((text,) if isinstance(text, str) else text or ()))


def test_no_guide_is_in_latvian_alone() -> None:
    assert sorted(page.name for page in (FOLDER / "lv").iterdir()) == GUIDES


@pytest.mark.parametrize("guide", GUIDES)
class TestEachGuide:
    def test_has_the_same_headings_in_latvian(self, guide: str) -> None:
        english, latvian = pair(guide)
        assert headings(latvian) == headings(english)

    def test_has_the_same_listings_in_latvian(self, guide: str) -> None:
        english, latvian = pair(guide)
        assert listings(latvian) == listings(english)

    def test_has_the_same_tables_and_steps_in_latvian(self, guide: str) -> None:
        english, latvian = (_LISTING.sub("", text) for text in pair(guide))
        for row in (r"^ *\|", r"^ *\d+\. "):
            assert len(re.findall(row, latvian, re.MULTILINE)) == len(re.findall(row, english, re.MULTILINE))

    def test_leads_to_the_other_language(self, guide: str) -> None:
        english, latvian = pair(guide)
        assert f"[lv/{guide}](lv/{guide})" in english
        assert f"[../{guide}](../{guide})" in latvian


@pytest.mark.parametrize("guide", OF_PAGES)
def test_what_a_guide_quotes_is_what_the_pages_say(guide: str) -> None:
    for text, of_translations in zip(pair(guide), (False, True), strict=True):
        quoted = [bare(each) for each in _ITALIC.findall(_LISTING.sub("", text))]
        assert set(quoted) - labels(of_translations) - NO_LABELS == set()


def test_a_heading_is_none_inside_a_listing() -> None:
    text = "# One\n```console\n# two\n```\n## Three\n"
    assert headings(text) == ["#", "##"]
    assert listings(text) == ["```console\n# two\n```"]

"""Every guide is there in both languages, with the same structure and the same listings."""

import re

import pytest

from tests.postgresql import PROJECT

FOLDER = PROJECT / "docs" / "guide"
MADE_BY_A_COMMAND = {"settings.md"}
"""In the language of the command line, which is English alone."""

GUIDES = sorted(page.name for page in FOLDER.glob("*.md") if page.name not in MADE_BY_A_COMMAND)

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


def test_a_heading_is_none_inside_a_listing() -> None:
    text = "# One\n```console\n# two\n```\n## Three\n"
    assert headings(text) == ["#", "##"]
    assert listings(text) == ["```console\n# two\n```"]

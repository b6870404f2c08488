"""What README and guides say exists: links, commands, settings, functions."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from gateway.cli import main
from gateway.config import Settings
from tests.postgresql import PROJECT

PAGES = sorted([PROJECT / "README.md", PROJECT / "CHANGELOG.md", *(PROJECT / "docs").rglob("*.md")])
OF_TOOLS = {"PILNVARA_DEMO_PORT"}
"""Environment variables that are read by a command alone, and are no setting of gateway or worker."""

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S+ )*(?:\S*/)?pilnvara(?= |$)(.*)")
_SETTING = re.compile(r"\bPILNVARA_[A-Z_]*[A-Z]\b")
_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


def name(page: Path) -> str:
    return str(page.relative_to(PROJECT))


def links(text: str) -> Iterator[str]:
    """Relative links and pictures, without the part of the page that they lead to."""
    for target in _LINK.findall(_FENCE.sub("", text)):
        if not re.match(r"[a-z]+:|#", target):
            yield target.partition("#")[0]


def lost_anchors(page: Path) -> list[str]:
    """The links of a page whose second half names no heading of the page that they lead to."""
    found = _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    inside = [target.partition("#") for target in found if "#" in target and not re.match(r"[a-z]+:", target)]
    goals = [(page if not file else page.parent / file, anchor) for file, _, anchor in inside]
    return [
        f"{goal.name}#{anchor}" for goal, anchor in goals if anchor not in anchors(goal.read_text(encoding="utf-8"))
    ]


def anchors(text: str) -> set[str]:
    """How the headings of a page are linked to: small letters, hyphens for spaces, no punctuation."""
    headings = _HEADING.findall(_FENCE.sub("", text))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(text: str) -> Iterator[list[str]]:
    """The words after `pilnvara` in each command that a page shows or names."""
    spans = _CODE.findall(_FENCE.sub("", text))
    lines = [line.strip() for block in _FENCE.findall(text) for line in block.splitlines() if "$ " in line[:4]]
    for shown in (*spans, *lines):
        if found := _COMMAND.match(shown):
            yield shlex.split(found.group(1), comments=True)


def unknown(words: list[str]) -> str | None:
    """The first word that is neither a command nor an option of the one before it."""
    command: click.Command = main
    context = click.Context(main)
    for word in words:
        if word.startswith("-"):
            known = {option for parameter in command.params for option in parameter.opts} | {"-h", "--help"}
            known |= {"--version"} if command is main else set()
            if word not in known:
                return word
        elif isinstance(command, click.Group) and not any(char in word for char in "|…"):
            found = command.get_command(context, word)
            if found is None:
                return word
            command, context = found, click.Context(found, parent=context)
    return None


@pytest.mark.parametrize("document", PAGES, ids=name)
class TestEachPage:
    def test_links_to_what_is_there(self, document: Path) -> None:
        text = document.read_text(encoding="utf-8")
        assert [target for target in links(text) if not (document.parent / target).exists()] == []

    def test_links_to_headings_that_are_there(self, document: Path) -> None:
        assert lost_anchors(document) == []

    def test_names_commands_that_exist(self, document: Path) -> None:
        named = list(commands(document.read_text(encoding="utf-8")))
        assert [(words, wrong) for words in named if (wrong := unknown(words)) is not None] == []

    def test_names_settings_that_exist(self, document: Path) -> None:
        known = {setting.name for setting in Settings.documentation()} | OF_TOOLS
        named = set(_SETTING.findall(document.read_text(encoding="utf-8")))
        assert {each for each in named - known if not each.startswith("PILNVARA_TEST_")} == set()


class TestTheLook:
    def test_finds_a_dead_link_but_not_one_in_a_listing(self) -> None:
        assert list(links("[a](b.md#c) ![d](e.png)\n```\n[f](g.md)\n```\n[h](https://i.example)")) == ["b.md", "e.png"]

    def test_finds_a_heading_that_is_gone(self, tmp_path: Path) -> None:
        page = tmp_path / "page.md"
        page.write_text(
            "[a](#uz-papīra) [b](page.md#one-two) [c](#three) [d](https://e.example#f)\n# Uz papīra\n## One, two\n"
        )
        assert lost_anchors(page) == ["page.md#three"]

    def test_finds_commands_in_text_and_listings(self) -> None:
        text = "Run `pilnvara audit verify`, not `pilnvara.db`.\n```\n$ A=b .venv/bin/pilnvara doctor  # look\n```\n"
        assert list(commands(text)) == [["audit", "verify"], ["doctor"]]

    @pytest.mark.parametrize(
        ("words", "wrong"),
        [
            (["audit", "verify", "--json"], None),
            (["keys", "rotate", "permit"], None),
            (["audit", "erase"], "erase"),
            (["doctor", "--mend"], "--mend"),
            (["reports"], "reports"),
        ],
    )
    def test_knows_commands_and_options(self, words: list[str], wrong: str | None) -> None:
        assert unknown(words) == wrong


def test_the_index_of_decisions_names_every_page_once() -> None:
    folder = PROJECT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(page.name for page in folder.glob("[0-9]*.md"))
    assert sorted(links(index)) == pages
    assert len({page[:4] for page in pages}) == len(pages)

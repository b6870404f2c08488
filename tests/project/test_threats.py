"""The page of threats, and every other page, names tests that exist, so that none of them is held by a memory."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
THREATS = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
OF_THE_DESIGN = 15
"""Threats that the design lists; what was found since follows them."""
ARE_TESTS = {*range(1, 11), 13, 14}
"""Threats of the design that have to be held by tests today."""
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
_NAMED = re.compile(r"(tests/[\w/]+\.py)::([\w:]+)")
NAMED = sorted({each for page in PAGES for each in _NAMED.findall(page.read_text(encoding="utf-8"))})


@cache
def names(file: str) -> frozenset[str]:
    """The tests of a file, and its classes; a test within a class by both its short and its whole name."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(name for node in tree.body for name in _of(node))


def _of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    if not isinstance(node, ast.ClassDef):
        return []
    inner = [name for each in node.body for name in _of(each)]
    return [node.name, *inner, *(f"{node.name}::{name}" for name in inner)]


def test_each_threat_of_the_design_stands_on_the_page() -> None:
    headings = re.findall(r"^## (\d+)\. ", THREATS, re.MULTILINE)
    assert len(headings) >= OF_THE_DESIGN
    assert headings == [str(number) for number in range(1, len(headings) + 1)]


@pytest.mark.parametrize("number", sorted(ARE_TESTS))
def test_a_threat_that_has_to_be_tested_names_a_test(number: int) -> None:
    section = re.split(r"^## ", THREATS, flags=re.MULTILINE)
    assert [_NAMED.findall(each) != [] for each in section if each.startswith(f"{number}. ")] == [True]


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_test_that_a_page_names_exists(file: str, test: str) -> None:
    assert test in names(file)


def test_the_look_tells_a_test_from_one_that_is_gone() -> None:
    known = names("tests/project/test_docs.py")
    assert {"TestTheLook", "TestEachPage::test_names_commands_that_exist", "test_names_commands_that_exist"} <= known
    assert "TestTheLook::test_names_commands_that_exist" not in known

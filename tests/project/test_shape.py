"""How the code itself may look: `ruff` and `mypy` hold the rest."""

import re

import pytest

from tests.project.test_files import project_files

LONGEST_FILE = 400
"""Lines; a file that passes it is two things."""
PUBLISHED = "gateway/database/migrations/versions/"
"""A migration that was published is never edited, nor split."""
_SILENCED = re.compile(r"#\s*(?:type:\s*ignore|noqa|pragma:)[^\n]*")
_WITH_REASON = re.compile(
    r"#\s*(?:type:\s*ignore\[[a-z-]+(?:,\s*[a-z-]+)*\]|noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|pragma:\s*[a-z ]+)"
    r"\s+(?:#|[-–—])\s*\S"
)


def code() -> dict[str, str]:
    """Every Python file of the project, by its path."""
    return {name: text.decode() for name, text in project_files().items() if name.endswith(".py")}


def silenced_without_reason(text: str) -> list[str]:
    """Comments that silence a check and do not say why."""
    return [found.group() for found in _SILENCED.finditer(text) if not _WITH_REASON.match(found.group())]


def test_no_file_is_two_things() -> None:
    long = {name: len(text.splitlines()) for name, text in code().items() if not name.startswith(PUBLISHED)}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_no_check_is_silenced_without_its_reason() -> None:
    here = "tests/project/test_shape.py"
    found = {name: silenced_without_reason(text) for name, text in code().items() if name != here}
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize(
    ("comment", "is_told"),
    [
        ("# type: ignore", False),
        ("# type: ignore[misc]", False),
        ("# type: ignore[misc]  # the stubs lack it", True),
        ("# noqa: S310", False),
        ("# noqa: ARG002, S310 - Authlib's signature", True),
        ("# noqa", False),
    ],
)
def test_a_reason_is_what_stands_behind_the_rule(comment: str, is_told: bool) -> None:
    assert (silenced_without_reason(f"x = 1  {comment}\n") == []) is is_told

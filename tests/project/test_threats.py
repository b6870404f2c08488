"""The page of threats names tests that exist, so that none of them is held by a memory."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OF_THE_DESIGN = 15
"""Threats that the design lists; what was found since follows them."""
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", (ROOT / "docs" / "threats.md").read_text(encoding="utf-8"))


def test_each_threat_of_the_design_stands_on_the_page() -> None:
    headings = re.findall(r"^## (\d+)\. ", (ROOT / "docs" / "threats.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(headings) >= OF_THE_DESIGN
    assert headings == [str(number) for number in range(1, len(headings) + 1)]


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)))
def test_a_test_that_the_page_names_exists(file: str, test: str) -> None:
    assert re.search(rf"^\s*(?:async )?def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)

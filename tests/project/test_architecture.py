"""The page of the architecture names steps, rules and packages that are there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import PROJECT

PAGE = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
STEPS = ("gateway/visits",)
RULES = ("delegation", "connectors/sdk", "audit")
_NAME = re.compile(r"`([\w.]+)`")


def rows() -> Iterator[tuple[str, str]]:
    """The steps and the rules of each row of the visit."""
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and "gateway/visits" not in cells[2]:
            yield cells[2], cells[3]


def named() -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Where to look, the module, and a name in it or nothing; a bare name is of the module that was named before it."""
    for cells in rows():
        for folders, cell in zip((STEPS, RULES), cells, strict=True):
            module = ""
            for name in _NAME.findall(cell):
                if "." in name:
                    module, _, within = name.partition(".")
                elif find(folders, name):
                    module, within = name, ""
                else:
                    within = name
                yield folders, module, within


def find(folders: tuple[str, ...], module: str) -> Path | None:
    paths = (PROJECT / folder / f"{module}.py" for folder in folders)
    return next((path for path in paths if path.exists()), None)


NAMED = sorted(set(named()))


@pytest.mark.parametrize(("folders", "module", "within"), NAMED, ids=[f"{each[1]}.{each[2]}" for each in NAMED])
def test_a_step_or_rule_that_the_page_names_is_there(folders: tuple[str, ...], module: str, within: str) -> None:
    path = find(folders, module)
    if path is None:  # a package, and a module of it
        assert (PROJECT / module / f"{within}.py").exists()
    elif within:
        assert re.search(rf"^(?:async )?(?:def|class) {within}\b", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:gateway|connectors|docs)/[\w/.]+)`", PAGE))))
def test_a_place_that_the_page_names_is_there(path: str) -> None:
    assert (PROJECT / path).exists() or (PROJECT / f"{path}.py").exists()


def test_the_page_is_read_at_all() -> None:
    assert (STEPS, "sending", "decide_final") in NAMED
    assert (RULES, "audit", "verify") in NAMED

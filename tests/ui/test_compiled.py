"""Compiled templates are kept, known again by what made them, and never needed."""

import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from ui import compiled
from ui.compiled import KeptTemplates, kept_templates

PAGE = "{{ 6 * 7 }}"


def written(kept: KeptTemplates | None, text: str = PAGE) -> str:
    """What a new process would write with what is kept."""
    return (
        Environment(loader=DictLoader({"page": text}), bytecode_cache=kept, autoescape=True)
        .get_template("page")
        .render()
    )


@pytest.fixture
def compiling(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that are compiled from now on, in a process that may keep them."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    sources: list[str] = []
    compile_ = Environment.compile

    def note(self: Environment, source: str, *more: Any) -> object:
        sources.append(source)
        return compile_(self, source, *more)

    monkeypatch.setattr(Environment, "compile", note)
    return sources


def test_a_template_is_compiled_once(tmp_path: Path, compiling: list[str]) -> None:
    assert [written(kept_templates(tmp_path / "kept")) for _ in range(2)] == ["42", "42"]
    assert compiling == [PAGE]


def test_another_text_or_another_making_is_compiled_anew(
    tmp_path: Path, compiling: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written(kept_templates(tmp_path))
    assert written(kept_templates(tmp_path), "{{ 6 * 8 }}") == "48"
    written(kept_templates(tmp_path))
    monkeypatch.setattr(compiled, "version", lambda _: "another")
    written(kept_templates(tmp_path))
    assert compiling == [PAGE, "{{ 6 * 8 }}", PAGE, PAGE]


def test_what_was_kept_and_is_damaged_is_compiled_anew(tmp_path: Path, compiling: list[str]) -> None:
    written(kept_templates(tmp_path))
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-20])
    assert written(kept_templates(tmp_path)) == "42"
    assert compiling == [PAGE, PAGE]


def test_where_nothing_can_be_kept_pages_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    occupied = tmp_path / "file"
    occupied.touch()
    assert kept_templates(occupied / "kept") is None
    assert written(KeptTemplates(str(tmp_path / "gone"), "%s")) == "42"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert kept_templates(tmp_path / "kept") is None
    assert not (tmp_path / "kept").exists()

"""Every kind of event that the trail knows happens somewhere, or says here why not yet."""

import ast
from collections.abc import Iterator
from pathlib import Path

from audit.events import EventName
from tests.postgresql import PROJECT

READERS = frozenset(
    {
        "gateway/ledger/around.py",
        "gateway/ledger/source.py",
        "gateway/pages/audit_words.py",
        "gateway/pages/mine/words.py",
        "gateway/people/freshness.py",
        "gateway/visits/bundles.py",
        "gateway/visits/evidence.py",
        "gateway/visits/own_looks.py",
        "gateway/visits/queries.py",
    }
)
"""Modules that look for events, or name them in words; none of them records one."""

NOT_YET: dict[EventName, str] = {}
"""Names that are reserved, since a name is never reused, each with what is missing."""


def named(source: str) -> Iterator[str]:
    """The events that a module names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "EventName":
            yield node.attr


def modules() -> Iterator[Path]:
    for module in sorted((PROJECT / "gateway").rglob("*.py")):
        if str(module.relative_to(PROJECT)) not in READERS:
            yield module


def test_every_event_happens_or_says_why_not_yet() -> None:
    happening = {name for module in modules() for name in named(module.read_text(encoding="utf-8"))}
    assert {each for each in EventName if each.name not in happening} == NOT_YET.keys()


def test_a_name_is_found_where_it_is_used_and_not_where_it_is_text() -> None:
    assert list(named("say(EventName.VISIT_OPENED); 'EventName.VISIT_CLOSED'")) == ["VISIT_OPENED"]


def test_whoever_only_reads_is_there() -> None:
    assert [each for each in sorted(READERS) if not (PROJECT / each).is_file()] == []

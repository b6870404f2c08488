"""The rule that keeps states truthful: what `gateway.visits` owns is written nowhere else.

A state changed elsewhere would be a change without its lock, its check or its event in the trail.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.postgresql import PROJECT

OWNER = PROJECT / "gateway" / "visits"
MIGRATIONS = PROJECT / "gateway" / "database" / "migrations"
WRITES = {"insert", "update", "delete"}


def tables(source: str) -> set[str]:
    """The names of the row classes that a module of tables declares."""
    return {node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}


def writes(source: str, owned: set[str]) -> Iterator[str]:
    """Where a module inserts, updates or deletes rows of `owned` tables, as `update(Filing)`."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        verb = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        row = node.args[0].attr if isinstance(node.args[0], ast.Attribute) else getattr(node.args[0], "id", "")
        if verb in WRITES and row in owned:
            yield f"{verb}({row})"


def modules_elsewhere() -> Iterator[Path]:
    for module in (PROJECT / "gateway").rglob("*.py"):
        if not module.is_relative_to(OWNER) and not module.is_relative_to(MIGRATIONS):
            yield module


def test_a_write_is_recognised_however_it_is_spelled() -> None:
    spelled = "update(Filing).values(state=1); sa.delete(tables.Visit); select(Filing); insert(Job)"
    assert set(writes(spelled, {"Filing", "Visit"})) == {"update(Filing)", "delete(Visit)"}


def test_visits_delegations_and_filings_are_written_by_the_flow_alone() -> None:
    owned = {name for module in OWNER.glob("*tables.py") for name in tables(module.read_text(encoding="utf-8"))}
    assert {"Filing", "Inquiry"} <= owned
    found = {
        f"{module.relative_to(PROJECT)}: {write}"
        for module in modules_elsewhere()
        for write in writes(module.read_text(encoding="utf-8"), owned)
    }
    assert found == set()

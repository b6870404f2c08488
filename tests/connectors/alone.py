"""Connectors of others that happen to be installed where tests run are none of the tests' business."""

import sysconfig
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from connectors.sdk import packages, registry

_SITES = frozenset(Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib"))


def _is_of_a_test(distribution: metadata.Distribution | None) -> bool:
    return distribution is None or Path(str(distribution.locate_file(""))).resolve() not in _SITES


def _distributions() -> Iterator[metadata.Distribution]:
    return (each for each in metadata.distributions() if _is_of_a_test(each))


def _entry_points(**wanted: Any) -> metadata.EntryPoints:
    found: Any = metadata.entry_points(**wanted)  # typed as an older form without a group
    return metadata.EntryPoints(each for each in found if _is_of_a_test(each.dist))


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only the built-in connectors are installed, and what a test brings by a path of its own."""
    monkeypatch.setattr(packages, "distributions", _distributions)
    monkeypatch.setattr(registry, "entry_points", _entry_points)
    registry.forget()
    yield
    registry.forget()

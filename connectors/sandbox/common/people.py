"""Whose matters portals keep."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Whose matter it is."""

    personal_code: str
    name: str

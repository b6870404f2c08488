"""How much was done in a period, as the figures count it: the one door through which costs and reports read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from gateway.reports.periods import Period


@dataclass(frozen=True, slots=True)
class Given:
    """What one centre gave in a period."""

    services: int
    by_group: Mapping[str, int] = field(default_factory=dict)
    """Services given, by group of services."""
    minutes: Mapping[str, int] = field(default_factory=dict)
    """Minutes of help that were measured, by group; each visit's from the first minute of its bucket."""


def of_period(conn: Connection, period: Period) -> dict[str, Given]:  # noqa: ARG001 - figures are not gathered yet
    """What each centre gave, by its id; a centre that is not there gave nothing that is known."""
    return {}

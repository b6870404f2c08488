"""Whom a centre asked, how, and how many answered: selective inviting shows beside what was answered.

Every visit that ended has one row, so the rows of a month are its visits. Nothing here leads back to one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from gateway.feedback.tables import FeedbackInvitation, Reach

MOST_MONTHS: Final = 12
_ROWS = (
    select(
        FeedbackInvitation.month,
        FeedbackInvitation.reach,
        func.count(),
        func.count().filter(
            FeedbackInvitation.rated | (FeedbackInvitation.used & FeedbackInvitation.declined.is_(False))
        ),
        func.count().filter(FeedbackInvitation.declined),
    )
    .where(FeedbackInvitation.centre_id == bindparam("centre"), FeedbackInvitation.month >= bindparam("since"))
    .group_by(FeedbackInvitation.month, FeedbackInvitation.reach)
)
REACHABLE: Final = frozenset({Reach.DISPLAY, Reach.SMS, Reach.EMAIL, Reach.CALL})
"""Ways by which somebody is asked without taking a paper home."""


@dataclass(frozen=True, slots=True)
class Month:
    """How a centre asked in one month."""

    month: str
    """`2026-11`, of the visits, in Riga."""
    by: Mapping[Reach, int] = field(default_factory=dict)
    """How many visits, by how their invitation went."""
    answered: int = 0
    declined: int = 0
    """Of those who were asked, who said that they do not want to answer."""

    @property
    def visits(self) -> int:
        """All that ended."""
        return sum(self.by.values())

    @property
    def asked(self) -> int:
        """All but those who do not want to be asked."""
        return self.visits - self.by.get(Reach.OPTED_OUT, 0)

    @property
    def reachable(self) -> int:
        """Those who were asked by more than a printed code."""
        return sum(count for reach, count in self.by.items() if reach in REACHABLE)


def months(conn: Connection, centre_id: str, since: str) -> Sequence[Month]:
    """The months from `since` (`2026-01`) on in which a visit ended, the newest first."""
    found: dict[str, Month] = {}
    for month, reach, count, answered, declined in conn.execute(_ROWS, {"centre": centre_id, "since": since}):
        before = found.get(month, Month(month))
        refused = 0 if reach is Reach.OPTED_OUT else declined
        found[month] = Month(month, {**before.by, reach: count}, before.answered + answered, before.declined + refused)
    return [found[month] for month in sorted(found, reverse=True)]

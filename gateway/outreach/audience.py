"""Whom a rule is for: never listed, only counted up to a bar, and sent to in the order of ids.

A group is those for whom one of some services came to an outcome in whole months, if they said yes to invitations;
those for whom the offered service has been sent since may be left out. No fact is kept for it: it reads filings that
are kept anyway, and knows nothing of what somebody did without the gateway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from delegation.filing import FilingState
from gateway.database.base import UtcDateTime
from gateway.days import beginning_of, end_of
from gateway.people.preference_tables import ResidentPreference
from gateway.people.preferences import Kind
from gateway.people.tables import Resident
from gateway.visits.tables import Filing

FEWEST: Final = 20
"""Below so many nobody is invited: a rule could be made for one person."""
OUTCOMES: Final = (FilingState.FILED, FilingState.DECLINED)
"""Of a rule: what the portal took, and what it did not. What residents stopped or refused is no reason to write."""
PERSON: Final = ResidentPreference.resident_id
_SENT: Final = (FilingState.SENT, FilingState.FILED, FilingState.UNKNOWN, FilingState.NEEDS_HUMAN)
"""States of what was sent and not turned down."""
_SINCE: Final = aliased(Filing)
_CAME_TO: ColumnElement[bool] = (
    select(Filing.id)
    .where(
        Filing.principal_id == PERSON,
        Filing.service_id.in_(bindparam("services", expanding=True)),
        Filing.state == bindparam("outcome"),
        Filing.sent_at >= bindparam("begin", type_=UtcDateTime()),
        Filing.sent_at < bindparam("end", type_=UtcDateTime()),
    )
    .exists()
)
_FOLLOWED: ColumnElement[bool] = (
    select(_SINCE.id)
    .where(
        _SINCE.principal_id == PERSON,
        _SINCE.service_id == bindparam("offered"),
        _SINCE.state.in_(_SENT),
        _SINCE.sent_at >= bindparam("begin", type_=UtcDateTime()),
    )
    .exists()
)
_ALL = (
    select(PERSON)
    .join(Resident, Resident.id == PERSON)
    .where(
        ResidentPreference.what == Kind.INVITATIONS.value,
        ResidentPreference.choice == "yes",
        Resident.erased_at.is_(None),
        _CAME_TO,
    )
)
"""Few said yes: begun with them, found by indexes."""
_LEFT = _ALL.where(~_FOLLOWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of people as a rule describes it."""

    services: Sequence[str]
    """Ids: one of them was filed."""
    since: date
    until: date
    """The first day of a month and the last one of a month."""
    outcome: FilingState = FilingState.FILED
    lacking: str | None = None
    """Leave out those for whom this service was sent since the first of these months."""

    @classmethod
    def of(cls, rule: Any) -> "Group":
        """The group of a rule's row."""
        return cls(
            services=rule.group_services,
            since=rule.since,
            until=rule.until,
            outcome=FilingState(rule.outcome),
            lacking=rule.service_id if rule.leaves_out else None,
        )

    @property
    def people(self) -> Select[Any]:
        """The statement that finds them; `bound` gives its values."""
        return _ALL if self.lacking is None else _LEFT

    @property
    def bound(self) -> dict[str, Any]:
        """What the statement needs."""
        values = {
            "services": list(self.services),
            "outcome": self.outcome,
            "begin": beginning_of(self.since),
            "end": end_of(self.until),
        }
        return values if self.lacking is None else values | {"offered": self.lacking}

    def meets(self, other: "Group") -> bool:
        """Whether somebody may be in both by one filing, so that one could be subtracted from the other."""
        is_together = self.since <= other.until and other.since <= self.until
        return is_together and not set(self.services).isdisjoint(other.services)

    def is_like(self, other: "Group") -> bool:
        """Whether both describe the same people."""
        return _said(self) == _said(other)


def is_enough(conn: Connection, group: Group) -> bool:
    """Whether at least `FEWEST` are in a group; how many is told to nobody."""
    few = group.people.limit(FEWEST).subquery()
    return int(conn.execute(select(func.count()).select_from(few), group.bound).scalar_one()) >= FEWEST


def after(conn: Connection, group: Group, last: str, most: int) -> Sequence[str]:
    """The next people of a group, by id, after the last one that was reached."""
    return conn.execute(after_statement(group).limit(most), group.bound | {"after": last}).scalars().all()


def after_statement(group: Group) -> Select[Any]:
    """Whoever comes after the id `after`, in the order of ids: each portion begins where the one before ended."""
    return group.people.where(bindparam("after") < PERSON).order_by(PERSON)


def _said(group: Group) -> tuple[Any, ...]:
    return sorted(group.services), group.since, group.until, group.outcome, group.lacking

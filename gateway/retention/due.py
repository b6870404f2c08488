"""What is to be erased by now, the oldest first, a page at a time: what has to wait is passed over, not waited for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from gateway.config import Settings
from gateway.database.base import UtcDateTime
from gateway.people.tables import Resident
from gateway.retention.tables import ErasureWish, WishState
from gateway.visits.tables import Approval, DelegationRow, Visit, VisitState

PAGE: Final = 50
_ALL: Final = 1 << 31


class DueKind(StrEnum):
    """Of what something is due."""

    WISH = "wish"
    VISIT = "visit"
    RESIDENT = "resident"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing whose time is over."""

    kind: DueKind
    id: str
    since: datetime
    """The moment from which its time ran."""


_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_UNTIL: BindParameter[Any] = bindparam("until", type_=UtcDateTime())


def _came_later(of: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is a visit with a delegation that fits `of` which goes on, or ended after the time."""
    return (
        select(Visit.id)
        .join(DelegationRow, DelegationRow.visit_id == Visit.id)
        .where(of, or_(Visit.closed_at.is_(None), Visit.closed_at >= _UNTIL))
        .exists()
    )


_ASKED_LATER = (
    select(Visit.id)
    .join(Approval, Approval.visit_id == Visit.id)
    .where(Approval.approver_id == Resident.id, or_(Visit.closed_at.is_(None), Visit.closed_at >= _UNTIL))
    .exists()
)


def _page(
    key: InstrumentedAttribute[str], since: InstrumentedAttribute[Any], *where: ColumnElement[bool]
) -> Select[Any]:
    return (
        select(key.label("id"), since.label("since"))
        .where(
            since < _UNTIL,
            tuple_(since, key) > tuple_(bindparam("after", type_=UtcDateTime()), bindparam("after_id")),
            *where,
        )
        .order_by(since, key)
        .limit(bindparam("most"))
    )


_DUE: Final = {
    DueKind.WISH: _page(ErasureWish.id, ErasureWish.rests_until, ErasureWish.state == WishState.WAITING),
    DueKind.VISIT: _page(Visit.id, Visit.closed_at, Visit.erased_at.is_(None), Visit.state == VisitState.CLOSED),
    DueKind.RESIDENT: _page(
        Resident.id,
        Resident.created_at,
        Resident.erased_at.is_(None),
        ~_came_later(DelegationRow.principal_id == Resident.id),
        ~_came_later(DelegationRow.approver_id == Resident.id),
        ~_ASKED_LATER,
    ),
}


_ONE: Final = {
    kind: statement.where(statement.selected_columns.id == bindparam("which")) for kind, statement in _DUE.items()
}


def find(
    conn: Connection, settings: Settings, kind: DueKind, now: datetime, after: Due | None = None, *, most: int = PAGE
) -> Sequence[Due]:
    """What of a kind is due at `now`, after the one that was looked at last."""
    at, last = (_BEGINNING, "") if after is None else (after.since, after.id)
    values = {"until": _until(settings, kind, now), "after": at, "after_id": last, "most": most}
    return [Due(kind, row.id, row.since) for row in conn.execute(_DUE[kind], values)]


def count(conn: Connection, settings: Settings, kind: DueKind, now: datetime) -> int:
    """How much of a kind is due at `now`."""
    values = {"until": _until(settings, kind, now), "after": _BEGINNING, "after_id": "", "most": _ALL}
    return int(conn.execute(select(func.count()).select_from(_DUE[kind].subquery()), values).scalar_one())


def is_still(conn: Connection, settings: Settings, each: Due, now: datetime) -> bool:
    """Whether what was found due is so at `now`: somebody may have come meanwhile."""
    values = {"until": _until(settings, each.kind, now), "after": _BEGINNING, "after_id": "", "most": 1}
    return conn.execute(_ONE[each.kind], values | {"which": each.id}).first() is not None


def _until(settings: Settings, kind: DueKind, now: datetime) -> datetime:
    return now if kind is DueKind.WISH else now - settings.keep_visits_days

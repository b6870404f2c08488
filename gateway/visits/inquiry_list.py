"""All inquiries that there ever were, and how many: for auditors by number and date, for the network as figures."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, literal, select
from sqlalchemy.orm import aliased

from gateway.days import last_day
from gateway.paging import Key, follows
from gateway.parts import Store
from gateway.people.tables import Staff
from gateway.visits.audit_states import InquiryEnd, InquiryReason, InquiryStepKind, SubjectKind
from gateway.visits.audit_tables import Inquiry, InquiryStep, InquirySubject
from gateway.visits.errors import NotFoundError
from gateway.visits.inquiring import AGREED, IS_AGREED

_ENDED = aliased(InquiryStep, name="ended")
_IS_ENDED = (_ENDED.inquiry_id == Inquiry.id) & (_ENDED.kind == InquiryStepKind.ENDED)
_OPENER, _SECOND, _ENDER = aliased(Staff), aliased(Staff), aliased(Staff)
_LINES = (
    select(
        Inquiry.__table__,
        AGREED.by.label("agreed_by"),
        AGREED.at.label("agreed_at"),
        _ENDED.by.label("ended_by"),
        _ENDED.at.label("ended_at"),
        _ENDED.why,
        _OPENER.display_name.label("opener"),
        _SECOND.display_name.label("second"),
        _ENDER.display_name.label("ender"),
    )
    .join(_OPENER, _OPENER.id == Inquiry.opened_by)
    .outerjoin(AGREED, IS_AGREED)
    .outerjoin(_ENDED, _IS_ENDED)
    .outerjoin(_SECOND, _SECOND.id == AGREED.by)
    .outerjoin(_ENDER, _ENDER.id == _ENDED.by)
    .order_by(Inquiry.opened_at.desc(), Inquiry.id.desc())
)
_PAGE = _LINES.limit(bindparam("most"))
_PAGE_AFTER = _PAGE.where(follows(Inquiry.opened_at, Inquiry.id))
_ONE = _LINES.where(Inquiry.id == bindparam("id"))
_NAMED = (
    select(InquirySubject.kind, InquirySubject.subject_id)
    .where(InquirySubject.inquiry_id == bindparam("id"))
    .order_by(InquirySubject.subject_id)
)
_NOW = bindparam("now", type_=Inquiry.ends_at.type)
_STANDS = AGREED.at.is_not(None) & _ENDED.at.is_(None) & (Inquiry.ends_at > _NOW)
_WAITS = AGREED.at.is_(None) & _ENDED.at.is_(None) & (Inquiry.lapses_at > _NOW)


def _times(condition: Any, label: str) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0).label(label)


_FIGURES = (
    select(
        Inquiry.reason,
        func.count().label("all"),
        _times(_WAITS, "waiting"),
        _times(_STANDS, "standing"),
        _times(AGREED.at.is_not(None), "agreed"),
        _times(_ENDED.why == literal(InquiryEnd.EARLY.value), "early"),
    )
    .outerjoin(AGREED, IS_AGREED)
    .outerjoin(_ENDED, _IS_ENDED)
    .group_by(Inquiry.reason)
)


class InquiryStanding(StrEnum):
    """How an inquiry stands, read from its steps and the clock."""

    PROPOSED = "proposed"
    STANDING = "standing"
    OVER = "over"
    """It was in force."""
    NOTHING = "nothing"
    """It never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An inquiry in the list."""

    id: str
    reference: str
    reason: InquiryReason
    standing: InquiryStanding
    why: InquiryEnd | None
    opened_by: str
    opener: str
    opened_at: datetime
    lapses_at: datetime
    second: str | None
    agreed_at: datetime | None
    ends_at: datetime
    ended_at: datetime | None
    ender: str | None

    @property
    def key(self) -> Key:
        """Where a page that ends with it ends."""
        return Key(self.opened_at, self.id)

    @property
    def last_day(self) -> date:
        """The last day on which it can be in force."""
        return last_day(self.ends_at)

    @property
    def can_end(self) -> bool:
        """Whether somebody could still end it."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many inquiries of one reason there were."""

    reason: InquiryReason
    all: int
    waiting: int
    standing: int
    agreed: int
    """Were ever in force."""
    early: int
    """Ended before their last day."""


def find(conn: Connection, store: Store, *, after: Key | None, most: int) -> list[Line]:
    """The newest, or those after `after`."""
    now = store.clock.now()
    if after is None:
        rows = conn.execute(_PAGE, {"most": most})
    else:
        rows = conn.execute(_PAGE_AFTER, {"most": most} | after.values)
    return [_line(row, now) for row in rows]


def one(conn: Connection, store: Store, inquiry_id: str) -> tuple[Line, list[str], int]:
    """An inquiry, the visits that it names, and of how many people it covers every visit. Raises `NotFoundError`."""
    row = conn.execute(_ONE, {"id": inquiry_id}).one_or_none()
    if row is None:
        raise NotFoundError("no such inquiry")
    named = conn.execute(_NAMED, {"id": inquiry_id}).all()
    visits = [each.subject_id for each in named if each.kind is SubjectKind.VISIT]
    people = sum(each.kind is SubjectKind.RESIDENT for each in named)
    return _line(row, store.clock.now()), visits, people


def figures(conn: Connection, store: Store) -> list[Figures]:
    """How many there ever were, by reason; every reason has its line."""
    found = {row.reason: row for row in conn.execute(_FIGURES, {"now": store.clock.now()})}
    return [
        Figures(
            reason=reason,
            all=found[reason].all if reason in found else 0,
            waiting=int(found[reason].waiting) if reason in found else 0,
            standing=int(found[reason].standing) if reason in found else 0,
            agreed=int(found[reason].agreed) if reason in found else 0,
            early=int(found[reason].early) if reason in found else 0,
        )
        for reason in InquiryReason
    ]


def _line(row: Row[Any], now: datetime) -> Line:
    return Line(
        id=row.id,
        reference=row.reference,
        reason=row.reason,
        standing=_standing(row, now),
        why=row.why,
        opened_by=row.opened_by,
        opener=row.opener,
        opened_at=row.opened_at,
        lapses_at=row.lapses_at,
        second=row.second,
        agreed_at=row.agreed_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        ender=row.ender,
    )


def _standing(row: Row[Any], now: datetime) -> InquiryStanding:
    is_over = row.ended_at is not None or now >= (row.lapses_at if row.agreed_at is None else row.ends_at)
    if row.agreed_at is None:
        return InquiryStanding.NOTHING if is_over else InquiryStanding.PROPOSED
    return InquiryStanding.OVER if is_over else InquiryStanding.STANDING

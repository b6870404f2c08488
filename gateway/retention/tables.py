"""Rows of wishes to be erased, and of legal holds. Identifiers, codes and times: nothing that somebody said."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base, only_where


class WishState(StrEnum):
    """Where a wish stands; the last two are for ever."""

    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    DONE = "done"


class ErasureWish(Base):
    """A resident wishes to be erased. When it is done depends on what stands against it, looked at anew each time."""

    __tablename__ = "erasure_wish"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended_has_time"),
        Index("uq_erasure_wish_waiting", "resident_id", unique=True, **only_where("state = 'waiting'")),
        Index("ix_erasure_wish_due", "rests_until", "id", **only_where("state = 'waiting'")),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"), index=True)
    state: Mapped[WishState]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(64))
    """`resident` on their own page, or `staff:<id>` to whom a document was shown."""
    rests_until: Mapped[datetime]
    """Until then it can be withdrawn and nothing is done."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    """As `asked_by`, or `clock` when it was done."""


class LegalHold(Base):
    """Somebody looks into a visit or a person: until it is lifted by two, nothing of that is destroyed."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("(visit_id IS NULL) <> (resident_id IS NULL)", name="one_subject"),
        Index("ix_legal_hold_visit", "visit_id", **only_where("lifted_at IS NULL")),
        Index("ix_legal_hold_resident", "resident_id", **only_where("lifted_at IS NULL")),
        Index("ix_legal_hold_placed", "placed_at", "id"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visit.id"))
    resident_id: Mapped[str | None] = mapped_column(ForeignKey("resident.id"))
    reference: Mapped[str] = mapped_column(String(40))
    """Number of the case for which it is kept; never a person's name or number."""
    review_on: Mapped[date]
    """The day on which somebody asks whether it is still needed."""
    placed_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    placed_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]

"""The rows of what a centre is to reach, and of what it does for that."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base
from gateway.reports.book import Entered


class Aim(StrEnum):
    """What a target is about."""

    SATISFIED = "satisfied"
    """Share of answers with four or five points; at least."""
    COMPLETED = "completed"
    """Share of services with a final outcome; at least."""
    TIME = "time"
    """Median minutes of help; at most."""
    COST = "cost"
    """Euros of subsidy for one service given; at most."""


class ActionState(StrEnum):
    """How far an improvement action is."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Target(Entered, Base):
    """What a centre is to reach in some months."""

    __tablename__ = "target"
    __table_args__ = (
        CheckConstraint("last_month >= first_month", name="ends_after_begin"),
        Index("ix_target_centre", "centre_id", "first_month"),
    )

    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    aim: Mapped[Aim]
    value: Mapped[int] = mapped_column(BigInteger)
    """Hundredths: of a per cent, a minute or a euro."""
    first_month: Mapped[str] = mapped_column(String(7))
    last_month: Mapped[str] = mapped_column(String(7))


class ImprovementAction(Base):
    """Something that a centre does to get better, who sees to it and by when."""

    __tablename__ = "improvement_action"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="open_has_no_end"),
        CheckConstraint("state <> 'dropped' OR reason IS NOT NULL", name="dropped_says_why"),
        Index("ix_improvement_action_centre", "centre_id", "state", "due"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    aim: Mapped[Aim]
    text: Mapped[str]
    owner_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    """Who sees to it: a member of the centre's staff."""
    due: Mapped[date]
    state: Mapped[ActionState] = mapped_column(default=ActionState.OPEN)
    reason: Mapped[str | None]
    """Why it was dropped, or what came of it."""
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]

"""The rows of money and of what is counted by hand: subsidies, prices, and services by channels of a centre's own.

Nothing is changed in place: a correction is a new row beside the one that it puts out of force, so that what was said
when can be looked up.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base, only_where
from gateway.reports.book import Entered


class SubsidyKind(StrEnum):
    """What a subsidy is paid for."""

    UPKEEP = "upkeep"
    SALARY = "salary"


class Way(StrEnum):
    """How somebody was helped outside a visit; staff count it themselves, month by month."""

    CALL = "call"
    EMAIL = "email"
    CONSULTATION = "consultation"
    AGENCY = "agency"
    """By an agency's own staff who came to the centre."""


class Subsidy(Entered, Base):
    """Money that a centre is paid for some days, both named ones included."""

    __tablename__ = "subsidy"
    __table_args__ = (
        CheckConstraint("until_day >= from_day", name="ends_after_begin"),
        CheckConstraint("cents >= 0", name="not_negative"),
        Index("ix_subsidy_centre", "centre_id", "from_day"),
    )

    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    kind: Mapped[SubsidyKind]
    cents: Mapped[int] = mapped_column(BigInteger)
    """Euro cents for all of these days together."""
    from_day: Mapped[date]
    until_day: Mapped[date]
    source: Mapped[str]
    """Where it stands: an agreement, an order."""


class ServicePrice(Entered, Base):
    """What the holder pays for one service given, from a day until the next price's."""

    __tablename__ = "service_price"
    __table_args__ = (
        CheckConstraint("cents >= 0", name="not_negative"),
        Index("ix_service_price_day", "service_id", "since", unique=True, **only_where("withdrawn_at IS NULL")),
    )

    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"))
    cents: Mapped[int | None] = mapped_column(BigInteger)
    """Euro cents; none: from that day on no price is agreed."""
    since: Mapped[date]


class WayCount(Base):
    """How often a centre helped in one way in one month, as its staff counted."""

    __tablename__ = "way_count"
    __table_args__ = (
        CheckConstraint("n >= 0", name="not_negative"),
        Index("ix_way_count_now", "centre_id", "month", "way", unique=True, **only_where("replaced_at IS NULL")),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    month: Mapped[str] = mapped_column(String(7))
    way: Mapped[Way]
    n: Mapped[int | None]
    """None: it is not known, also where it was once said and taken back."""
    set_at: Mapped[datetime]
    set_by: Mapped[str]
    replaced_at: Mapped[datetime | None]
    """When a later word took its place."""

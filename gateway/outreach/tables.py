"""Rows of invitations by rule. A rule names nobody; whom it has reached is known by id, so nobody gets it twice."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base


class RuleState(StrEnum):
    """How far a rule has come."""

    PROPOSED = "proposed"
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"
    REFUSED = "refused"
    """Too few people were meant, when it was proposed or when it was to be approved."""


class OutreachRule(Base):
    """Whom an institution wants to invite to one of its services: those for whom something was filed in some months."""

    __tablename__ = "outreach_rule"
    __table_args__ = (
        CheckConstraint("since <= until", name="days_in_order"),
        CheckConstraint("state NOT IN ('sending', 'done') OR approved_by IS NOT NULL", name="sent_is_approved"),
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_people"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(index=True)
    service_id: Mapped[str] = mapped_column(String(128))
    """To which they are invited; the institution's own."""
    life_event: Mapped[str | None] = mapped_column(String(128))
    """The event whose services the group is made of; `None`: one service of the institution's own."""
    group_services: Mapped[list[str]]
    """One of these was filed, as the event held them when the rule was proposed."""
    outcome: Mapped[str] = mapped_column(String(16), server_default="filed")
    """Of `audience.OUTCOMES`."""
    leaves_out: Mapped[bool] = mapped_column(server_default=false())
    """Whether those are left out for whom the offered service was sent since the first of the months."""
    since: Mapped[date]
    until: Mapped[date]
    """The last day; both are the ends of whole months."""
    template: Mapped[str] = mapped_column(String(32))
    state: Mapped[RuleState]
    proposed_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    proposed_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reached: Mapped[int | None]
    """To how many messages were written by its end, rounded down to tens; written once, since a figure that moves by
    one person tells of them."""


class OutreachReached(Base):
    """Somebody whom a rule has reached, so that they are not invited by it again."""

    __tablename__ = "outreach_reached"
    __table_args__ = (Index("ix_outreach_reached_at", "at"),)

    rule_id: Mapped[str] = mapped_column(ForeignKey("outreach_rule.id"), primary_key=True)
    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"), primary_key=True, index=True)
    message_id: Mapped[str | None] = mapped_column(String(32))
    """`None` where they cannot be reached."""
    at: Mapped[datetime]

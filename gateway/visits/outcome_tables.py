"""What is looked up of a filing after the portal has received it. What the portal said is sealed with the visit."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from connectors.sdk.outcome import Stage
from gateway.database.base import Base, only_where


class FollowingEnd(StrEnum):
    """Why nothing more is looked up."""

    DECIDED = "decided"
    """There is nothing more to come."""
    TIME = "time"
    """The right to look has reached its end."""
    STOPPED = "stopped"
    """Somebody has said no."""


class Following(Base):
    """A filing whose outcome is looked up, for as long as that is allowed."""

    __tablename__ = "following"
    __table_args__ = (
        CheckConstraint("(ended IS NULL) = (next_at IS NOT NULL)", name="goes_on_or_has_ended"),
        Index("ix_following_news", "news_for", "news_at", **only_where("news_for IS NOT NULL")),
        Index("ix_following_due", "portal_id", "next_at", **only_where("next_at IS NOT NULL")),
    )
    filing_id: Mapped[str] = mapped_column(ForeignKey("filing.id"), primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"), index=True)
    portal_id: Mapped[str] = mapped_column(ForeignKey("portal.id"))
    stage: Mapped[Stage]
    """How far it has come; what exactly the portal said, and how it decided, is sealed."""
    begun_at: Mapped[datetime]
    until: Mapped[datetime]
    """When the last right to look was to end, as it was allowed."""
    next_at: Mapped[datetime | None]
    """When it is looked up next, or when the right to look ends if that is sooner."""
    tries: Mapped[int]
    """Looks in a row that the portal did not answer."""
    failure: Mapped[str | None] = mapped_column(String(64))
    """Code of why the last look brought nothing."""
    looked_at: Mapped[datetime | None]
    """When the portal last answered."""
    changed_at: Mapped[datetime | None]
    """When it last said something new."""
    news_for: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """Whose desk tells what is new of it, until they mark it seen: who served the visit when it came."""
    news_at: Mapped[datetime | None]
    """When there was last something new for a desk to tell."""
    decision_hash: Mapped[str | None] = mapped_column(String(43))
    """Keyed hash of the decision's PDF, which is sealed."""
    ended: Mapped[FollowingEnd | None]
    ended_at: Mapped[datetime | None]

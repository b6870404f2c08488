"""Rows of lessons. They are about members of staff; nothing of a resident stands here."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base


class LessonProgress(Base):
    """How far somebody has come with the lesson of one service."""

    __tablename__ = "lesson_progress"
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"), primary_key=True)
    begun_at: Mapped[datetime]
    number: Mapped[str] = mapped_column(String(16))
    """Binds a filing in practice to this person and lesson: practice signs it, not a name."""
    tried_at: Mapped[datetime | None]
    """When the check was last answered."""
    score: Mapped[int | None]
    """Per cent of right answers then."""
    passed_at: Mapped[datetime | None]
    passed_version: Mapped[int | None]
    """Which version of the lesson's questions it was."""
    exercised_at: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    """Until when the whole lesson counts, the end of a day; none: check or exercise is missing."""

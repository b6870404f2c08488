"""Rows of the shared rating. None knows a person: an institution tells us how many it invites, and never whom."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base


class RatingSurvey(Base):
    """An institution's e-service that its clients may be asked about."""

    __tablename__ = "rating_survey"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """A name in programs."""
    agency: Mapped[str] = mapped_column(String(200), index=True)
    """As services name their holder."""
    names: Mapped[dict[str, str]]
    """By language, `lv` and `en`."""
    return_url: Mapped[str | None]
    """Where the last page leads back to; nowhere else can it lead."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class RatingBatch(Base):
    """Links that were handed out at once. Their codes follow from its id and a key of ours, and are kept nowhere."""

    __tablename__ = "rating_batch"
    __table_args__ = (Index("ix_rating_batch_of_agency", "agency", "made_at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    agency: Mapped[str] = mapped_column(String(200))
    survey_id: Mapped[str] = mapped_column(ForeignKey("rating_survey.id"), index=True)
    call_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """Of the institution and its key against doing it twice."""
    links: Mapped[int]
    """How many."""
    language: Mapped[str] = mapped_column(String(16))
    month: Mapped[str] = mapped_column(String(7))
    made_at: Mapped[datetime]
    expires_on: Mapped[date]
    withdrawn_at: Mapped[datetime | None]


class RatingInvitation(Base):
    """A link that works once. It goes a day after its last one."""

    __tablename__ = "rating_invitation"
    __table_args__ = {"sqlite_with_rowid": False}
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("rating_batch.id"), index=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    used: Mapped[bool]


class RatingAnswer(Base):
    """What somebody thought of an e-service. The comment is scrubbed before it is stored."""

    __tablename__ = "rating_answer"
    __table_args__ = (
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_range"),
        Index("ix_rating_answer_of_month", "survey_id", "month"),
        {"sqlite_with_rowid": False},
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    survey_id: Mapped[str] = mapped_column(ForeignKey("rating_survey.id"))
    month: Mapped[str] = mapped_column(String(7))
    """In which it was given, in Riga; no day is kept."""
    satisfaction: Mapped[int]
    done: Mapped[str] = mapped_column(String(8))
    clear: Mapped[str] = mapped_column(String(8))
    comment: Mapped[str | None]

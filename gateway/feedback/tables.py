"""Rows of feedback. Neither invitation nor answer knows a visit, a resident or a member of staff.

Days stand where a time would name one visit among a day's, and rows lie in the order of their random keys, so that
neither the clock nor the order of writing tells whose answer it was.
"""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base


class Reach(StrEnum):
    """How an invitation went to whoever was served."""

    PAGE = "page"
    """Only by the code on the last page and the receipt."""
    DISPLAY = "display"
    """The screen that faces the resident asked just after the visit."""
    DISPLAY_AND_MESSAGE = "display_and_message"
    """That screen, and later an SMS or e-mail too; the only way of a message where there is a display."""
    SMS = "sms"
    EMAIL = "email"
    CALL = "call"
    """By somebody who calls; where it was rated on the display there is no call, and it counts as `DISPLAY`."""
    OPTED_OUT = "opted_out"
    """Nobody was asked: they had said that they do not want to be. Counted, so that shares stay honest."""


class Called(StrEnum):
    """How the call went by which somebody was to be asked."""

    REACHED = "reached"
    """They answered, or said that they do not want to."""
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"


class FeedbackInvitation(Base):
    """A link that was handed out and works once; one row a visit, also of those who are not to be asked."""

    __tablename__ = "feedback_invitation"
    __table_args__ = (
        Index("ix_feedback_invitation_of_month", "centre_id", "month"),
        Index("ix_feedback_invitation_month", "month", "centre_id", "service_group"),
        {"sqlite_with_rowid": False},
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    service_group: Mapped[str] = mapped_column(String(64))
    month: Mapped[str] = mapped_column(String(7))
    """Of the asking, `2026-11`, in Riga."""
    asked_on: Mapped[date]
    expires_on: Mapped[date]
    """The last day on which it works."""
    used: Mapped[bool]
    rated: Mapped[bool] = mapped_column(server_default=false())
    """On the display: what is left is asked on the phone."""
    reach: Mapped[Reach] = mapped_column(server_default="page")
    declined: Mapped[bool] = mapped_column(server_default=false())
    """They said that they do not want to answer; it is used up without an answer."""
    called: Mapped[Called | None]
    """Where they are asked by a call and it is over: how it went. None too where they answered before."""


class FeedbackAnswer(Base):
    """What somebody thought of a centre's help. The comment is plain text, scrubbed before it is stored."""

    __tablename__ = "feedback_answer"
    __table_args__ = (
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_range"),
        Index("ix_feedback_answer_month", "month", "centre_id"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"), index=True)
    service_group: Mapped[str] = mapped_column(String(64))
    month: Mapped[str] = mapped_column(String(7))
    satisfaction: Mapped[int | None]
    """None where it was given on the display: that is an answer of its own."""
    done: Mapped[str | None] = mapped_column(String(8))
    clear: Mapped[str | None] = mapped_column(String(8))
    """None of a rating on the display."""
    comment: Mapped[str | None]
    given_on: Mapped[date]

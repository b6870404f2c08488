"""Rows of what auditors note, find and inquire into. No column holds a text: texts are sealed with the visit."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base
from gateway.visits.audit_states import (
    FindingKind,
    FindingOutcome,
    FindingState,
    InquiryEnd,
    InquiryReason,
    InquiryStepKind,
    NoteKind,
    Severity,
    SubjectKind,
)
from gateway.visits.signs import Sign


class Finding(Base):
    """What an auditor found in a visit, which the visit's centre answers. What was written is in its notes."""

    __tablename__ = "finding"
    __table_args__ = (
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="closed_has_outcome"),
        CheckConstraint("is_over = (state IN ('closed', 'withdrawn'))", name="over_when_ended"),
        CheckConstraint("is_over = (ended_at IS NOT NULL)", name="over_has_time"),
        Index("ix_finding_deadline", "is_over", "deadline", "id"),
        Index("ix_finding_centre", "centre_id", "is_over", "deadline", "id"),
        Index("ix_finding_assistant", "assistant_id", "is_over", "deadline", "id"),
        Index("ix_finding_visit", "visit_id"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"))
    centre_id: Mapped[str] = mapped_column(ForeignKey("centre.id"))
    assistant_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    service_id: Mapped[str | None] = mapped_column(String(128))
    kind: Mapped[FindingKind]
    severity: Mapped[Severity]
    sign: Mapped[Sign | None]
    """Which sign of trouble led to the visit, if one did."""
    draw: Mapped[str | None] = mapped_column(String(64))
    """Seed of the draw in which the visit was met, if it was."""
    state: Mapped[FindingState]
    is_over: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """Closed or withdrawn: nobody waits for it."""
    deadline: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime]
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None]
    outcome: Mapped[FindingOutcome | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]


class AuditNote(Base):
    """That somebody wrote something about a visit; the text is sealed beside it. Insert-only."""

    __tablename__ = "audit_note"
    __table_args__ = (Index("ix_audit_note_visit", "visit_id", "written_at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"))
    finding_id: Mapped[str | None] = mapped_column(ForeignKey("finding.id"), index=True)
    kind: Mapped[NoteKind]
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("audit_note.id"))
    """The note that this one stands in for; that one stays readable."""
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime]


class Inquiry(Base):
    """A proposal that what two auditors look at is shown to the resident only when it ends. Insert-only."""

    __tablename__ = "inquiry"
    __table_args__ = (
        CheckConstraint("ends_at > opened_at", name="ends_after_opening"),
        Index("ix_inquiry_opened", "opened_at", "id"),
        Index("ix_inquiry_ends", "ends_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reference: Mapped[str] = mapped_column(String(40))
    """Number of the inquiry where it is conducted; never a name."""
    reason: Mapped[InquiryReason]
    opened_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    opened_terminal_id: Mapped[str | None] = mapped_column(ForeignKey("terminal.id"))
    opened_browser_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    opened_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    """Until when a second auditor has to agree."""
    ends_at: Mapped[datetime]
    """When it is over by itself. No row and no setting puts it off."""


class InquirySubject(Base):
    """What an inquiry names. Insert-only."""

    __tablename__ = "inquiry_subject"
    __table_args__ = (Index("ix_inquiry_subject", "subject_id", "kind"),)
    inquiry_id: Mapped[str] = mapped_column(ForeignKey("inquiry.id"), primary_key=True)
    kind: Mapped[SubjectKind] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Of a visit or a resident."""


class InquiryStep(Base):
    """That a second auditor agreed, or that the inquiry is over. Insert-only, each once."""

    __tablename__ = "inquiry_step"
    __table_args__ = (CheckConstraint("(kind = 'ended') = (why IS NOT NULL)", name="ended_says_why"),)
    inquiry_id: Mapped[str] = mapped_column(ForeignKey("inquiry.id"), primary_key=True)
    kind: Mapped[InquiryStepKind] = mapped_column(primary_key=True)
    by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    """None where it ended by the clock."""
    why: Mapped[InquiryEnd | None]
    at: Mapped[datetime]

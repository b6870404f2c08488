"""The rows of cases and of documents shown at a counter: what a resident says of a visit that is over."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database.base import Base
from gateway.visits.states import DisputeKind, DisputeOutcome, DisputeState

__all__ = ["Dispute", "DisputeKind", "DisputeOutcome", "DisputeState", "DocumentShown"]


class Dispute(Base):
    """A case: "this was not me", or "these data are wrong". What was said and answered is sealed in the vault."""

    __tablename__ = "dispute"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (outcome IS NULL)", name="answered_has_outcome"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
        Index("ix_dispute_opened", "opened_at", "id"),
        Index("ix_dispute_state", "state", "opened_at", "id"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[DisputeKind]
    delegation_id: Mapped[str] = mapped_column(ForeignKey("delegation.id"), index=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"))
    principal_id: Mapped[str] = mapped_column(ForeignKey("resident.id"), index=True)
    service_id: Mapped[str] = mapped_column(String(128))
    opened_by: Mapped[str] = mapped_column(String(64))
    """As `DelegationRow.ended_by`."""
    opened_at: Mapped[datetime]
    deadline: Mapped[datetime]
    holder_told: Mapped[bool]
    """Whether every holder concerned was written to; without a known address somebody has to call."""
    state: Mapped[DisputeState]
    outcome: Mapped[DisputeOutcome | None]
    handled_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class DocumentShown(Base):
    """Somebody showed a document at a counter, to see and stop what is done in their name; good for a short while."""

    __tablename__ = "document_shown"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    terminal_id: Mapped[str] = mapped_column(ForeignKey("terminal.id"))
    resident_id: Mapped[str | None] = mapped_column(ForeignKey("resident.id"))
    """None: nothing was ever done here for whoever has this personal code."""
    document_kind: Mapped[str] = mapped_column(String(32))
    shown_at: Mapped[datetime]
